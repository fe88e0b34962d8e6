"""Ready or not: what a load balancer is told, and how late the worker is."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from loyalty.app import create_app
from loyalty.core import clock, jobs, outbox
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.web import health


@pytest.fixture
def client(settings: Settings, database: Database) -> FlaskClient:
    app: Flask = create_app(settings, database)
    return app.test_client()


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch):
    monkeypatch.setattr(health, "_SECONDS_KEPT", -1)


def test_where_nothing_waits_there_is_no_lag(client):
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["outbox_lag_s"]) == (200, 0)


@pytest.fixture
def quiet(shop):
    """A shop whose opening has been told to everybody."""
    with shop.database.write() as session:
        outbox.hand_over(session, routes={}, at=clock.now(), limit=100)
    return shop


def test_the_lag_is_that_of_the_oldest_event_and_sends_nobody_away(client, quiet):
    at = clock.now() - timedelta(minutes=10)
    with quiet.database.write() as session:
        outbox.add(session, merchant_id=quiet.merchant_id, kind="x", facts={}, at=at)
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert 600 <= ready.get_json()["outbox_lag_s"] < 660


def test_a_job_that_nobody_takes_counts_too(client, quiet):
    with quiet.database.write() as session:
        jobs.enqueue(session, kind="x", payload={}, at=clock.now() - timedelta(hours=1))
        tomorrow = clock.now() + timedelta(days=1)
        jobs.enqueue(session, kind="x", payload={}, at=clock.now(), run_at=tomorrow)
    assert 3_600 <= client.get("/readyz").get_json()["outbox_lag_s"] < 3_660


def test_where_the_database_is_away_the_lag_is_not_known(client, monkeypatch):
    monkeypatch.setattr(health, "_takes_writes", lambda: False)
    away = client.get("/readyz")
    assert (away.status_code, away.get_json()["outbox_lag_s"]) == (503, None)
