"""API tests run on both engines, against the API and the kit as they are in the product."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from loyalty import api as product
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.web import kit
from tests.api.caller import Caller
from tests.builders import NOW, Shop
from tests.conftest import settings_for


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Once on each engine."""
    return str(request.param)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The API; the database is whichever one is in use."""
    app = Flask("loyalty", static_folder=None)
    product.register(app)
    kit.prepare(app, settings_for(tmp_path_factory.mktemp("api"), "sqlite:////nowhere"))
    return app


class Hands:
    """The clock on the wall of these tests."""

    def __init__(self) -> None:
        self.at = NOW + timedelta(hours=1)

    def move(self, **later: int) -> None:
        """Let time pass."""
        self.at += timedelta(**later)

    def now(self) -> datetime:
        """What the edge is told."""
        return self.at


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Time stands still until a test moves it."""
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    return hands


@pytest.fixture
def client(app: Flask, database: Database, hands: Hands) -> FlaskClient:
    """A program that talks to the API over the database of this test."""
    return app.test_client()


@pytest.fixture
def aurora(client: FlaskClient, shop: Shop) -> Caller:
    """Aurora's own software, with a key for everything."""
    return Caller(client, shop, shop.api_key())


@pytest.fixture
def dario(client: FlaskClient, stranger: Shop) -> Caller:
    """The software of Dario's shop next door, with a key for everything of his."""
    return Caller(client, stranger, stranger.api_key())
