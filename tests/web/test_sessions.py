"""Who is signed in: for twelve hours, on this browser, and not a moment after being dismissed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.merchants import accounts
from loyalty.merchants.access_models import StaffSession
from loyalty.merchants.passwords import hash_password
from loyalty.merchants.roles import Permission
from loyalty.web import guard, kit, session
from tests.builders import NOW, PASSWORD, Shop


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The kit with a door, a room for everybody who works here, and one for the owner."""
    app = Flask("loyalty", static_folder=None)
    app.add_url_rule("/in/<email>", "let_in", guard.public("a door for tests")(_let_in))
    app.add_url_rule("/out", "let_out", guard.public("a door for tests")(_let_out))
    app.add_url_rule("/room", "room", guard.staff()(_room))
    app.add_url_rule("/office", "office", guard.staff(Permission.STAFF)(_room))
    kit.prepare(app, settings)
    return app


def _let_in(email: str) -> str:
    from loyalty.web import reads

    person = accounts.find_sign_in(reads.session(), email=email)
    assert person is not None
    session.sign_in(person, at=clock.now())
    return "in"


def _let_out() -> str:
    session.sign_out()
    return "out"


def _room() -> str:
    return guard.duty().actor


@pytest.fixture
def bruno(app: Flask, shop: Shop) -> FlaskClient:
    """Bruno's browser at the till."""
    client = app.test_client()
    client.get(f"/in/{shop.cashier_email}")
    return client


def is_in(client: FlaskClient) -> bool:
    """Whether the browser is let into the room."""
    answer = client.get("/room")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def test_somebody_who_signed_in_acts_under_their_own_name(bruno: FlaskClient, shop: Shop) -> None:
    assert bruno.get("/room").text == shop.cashier.actor


def test_a_cashier_does_not_get_into_the_office(app: Flask, bruno: FlaskClient, shop: Shop) -> None:
    assert bruno.get("/office").status_code == 403
    aurora = app.test_client()
    aurora.get(f"/in/{shop.owner_email}")
    assert aurora.get("/office").status_code == 200


def test_signing_out_ends_the_session_in_this_browser(bruno: FlaskClient) -> None:
    bruno.get("/out")
    assert not is_in(bruno)


def test_a_dismissed_cashier_is_out_at_once(bruno: FlaskClient, shop: Shop) -> None:
    assert is_in(bruno)
    assert shop.cashier.staff_id is not None
    with shop.database.write() as records:
        accounts.dismiss_staff(records, merchant_id=shop.merchant_id, staff_ref=shop.cashier.actor)
    assert not is_in(bruno)


def test_a_new_password_ends_older_sessions(bruno: FlaskClient, shop: Shop) -> None:
    with shop.database.write() as records:
        token = accounts.invite_staff(
            records,
            merchant_id=shop.merchant_id,
            email=shop.cashier_email,
            name="Bruno",
            role=accounts.Role.CASHIER,
            at=NOW,
        )
    hashed = hash_password(PASSWORD)
    with shop.database.write() as records:
        accounts.accept_link(records, token=token, password_hash=hashed, at=NOW)
    assert not is_in(bruno)


def test_a_session_lasts_twelve_hours_however_busy_it_is(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now()
    client = app.test_client()
    client.get(f"/in/{shop.cashier_email}")
    for half_hours in range(1, 24):
        later = began + timedelta(minutes=30 * half_hours)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        assert is_in(client)
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(hours=12, minutes=1))
    assert not is_in(client)


def test_an_hour_in_which_nobody_does_anything_ends_a_session(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now()
    client = app.test_client()
    client.get(f"/in/{shop.cashier_email}")
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=40))
    assert client.get("/room", headers={session.BY_ITSELF: "1"}).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=61))
    assert not is_in(client)


def test_the_database_does_not_hold_what_opens_a_session(
    app: Flask, shop: Shop, bruno: FlaskClient
) -> None:
    with bruno.session_transaction() as held:
        secret = held["_user_id"].rpartition(".")[2]
    assert len(secret) == 43  # 256 bits
    with shop.database.read() as records:
        rows = records.execute(sa.select(StaffSession)).scalars().all()
        kept = [value for row in rows for value in vars(row).values()]
    assert len(rows) == 1
    assert secret not in kept
    assert secret.encode() not in kept


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(
    app: Flask, bruno: FlaskClient
) -> None:
    cookie = bruno.get_cookie("loyalty")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("loyalty", cookie.value)
    assert is_in(thief)
    bruno.get("/out")
    assert not is_in(thief)


def test_a_cookie_from_before_signing_in_again_is_worth_nothing(
    app: Flask, shop: Shop, bruno: FlaskClient
) -> None:
    cookie = bruno.get_cookie("loyalty")
    assert cookie is not None
    bruno.get(f"/in/{shop.cashier_email}")
    planted = app.test_client()
    planted.set_cookie("loyalty", cookie.value)
    assert not is_in(planted)
    assert is_in(bruno)


def test_what_the_browser_held_before_signing_in_is_dropped(app: Flask, shop: Shop) -> None:
    client = app.test_client()
    with client.session_transaction() as held:
        held["planted"] = "x"
    client.get(f"/in/{shop.cashier_email}")
    with client.session_transaction() as held:
        assert "planted" not in held


def test_a_cookie_that_was_changed_opens_nothing(app: Flask, bruno: FlaskClient) -> None:
    cookie = bruno.get_cookie("loyalty")
    assert cookie is not None
    forger = app.test_client()
    forger.set_cookie("loyalty", cookie.value[:-3] + "abc")
    assert not is_in(forger)
