"""The database cannot take a write: the till is told to try again, and nothing has changed."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from loyalty.app import create_app
from loyalty.core import db
from loyalty.core.db import Database
from tests.builders import CardInHand, Shop

HEADERS = {"Idempotency-Key": "the-one-key"}
ROOM_PAGES = 3  # a visit needs more in the end, and then there is no room


@pytest.fixture
def database(settings, monkeypatch) -> Iterator[Database]:
    """A database for people in a hurry: it waits one second for a lock, not ten."""
    monkeypatch.setattr(db, "LOCK_WAIT_S", 1)
    monkeypatch.setattr(db, "_PATIENT", "busy_timeout=1000")
    database = Database(settings)
    db.use(database)
    yield database
    db.use(None)
    database.dispose()


@pytest.fixture
def client(settings, database) -> FlaskClient:
    app: Flask = create_app(settings, database)
    return app.test_client()


def test_a_locked_database_asks_to_try_again_and_the_retry_counts_once(client, shop, engine):
    card, headers = shop.card(), _key(shop)
    with _locked(shop.database):
        answer = _visit(client, card, headers)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1
    assert _visits(shop) == 0
    assert _visit(client, card, headers).status_code == 201
    assert _visit(client, card, headers).headers["Idempotent-Replay"] == "true"
    assert _visits(shop) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_process_that_keeps_the_writers_file_does_not_hang_the_till(client, shop, settings):
    card, headers = shop.card(), _key(shop)
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    with path.with_name(path.name + ".writer").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        answer = _visit(client, card, headers)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
    assert _visit(client, card, headers).status_code == 201
    assert _visits(shop) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_full_disk_refuses_whole_visits_and_takes_them_again_once_there_is_room(client, shop):
    card, headers = shop.card(), _key(shop)
    _leave_room(shop.database, ROOM_PAGES)
    given = 0
    while (answer := _visit(client, card, headers | _nth(given))).status_code == 201:
        given += 1
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
    assert "Retry-After" in answer.headers
    assert _visits(shop) == given
    assert client.get(f"/api/v1/cards/{card.ref}", headers=headers).status_code == 200
    _leave_room(shop.database, 1_000)
    assert _visit(client, card, headers | _nth(given)).status_code == 201
    assert _visits(shop) == given + 1


def _key(shop: Shop) -> dict[str, str]:
    return {"Authorization": f"Bearer {shop.api_key()}", **HEADERS}


def _nth(number: int) -> dict[str, str]:
    return {"Idempotency-Key": f"visit-{number}"}


def _visit(client: FlaskClient, card: CardInHand, headers: dict[str, str]):
    body = {"scan": card.code, "amount": {"amount_minor": 130, "currency": "EUR"}}
    return client.post("/api/v1/visits", json=body, headers=headers)


def _visits(shop: Shop) -> int:
    with shop.database.read() as session:
        return session.execute(sa.text("SELECT count(*) FROM visit")).scalar_one()


@contextlib.contextmanager
def _locked(database: Database) -> Iterator[None]:
    """Somebody else, who does not stand in our queue, holds what every visit needs."""
    with database.write_engine.connect() as connection:  # begins at once on SQLite
        connection.execute(sa.text("UPDATE ledger_account SET moves = moves"))
        yield
        connection.rollback()


def _leave_room(database: Database, pages: int) -> None:
    """Let the file grow by so many pages only, as a disk does that is nearly full."""
    database.write_engine.dispose()

    @sa.event.listens_for(database.write_engine, "connect")
    def _limit(connection, _record):
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={used + pages}")
