"""Staff, account, second step, keys and log: axe finds nothing, and typing outlives a session."""

import re
from base64 import b32decode

import pytest

from loyalty.core import clock, otp
from loyalty.core.ids import ref
from loyalty.merchants import accounts, factors, sessions, stations
from loyalty.merchants.places import find_or_add_location
from tests.builders import PASSWORD
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press
from tests.tills import add_manager, later

pytestmark = pytest.mark.slow
__all__ = ["device"]


@pytest.fixture
def lively(shop):
    """Four people, one of them at one of two places, one who never came, and a key."""
    add_manager(shop, "Marta")
    with shop.database.write() as session:
        whose = {"merchant_id": shop.merchant_id, "at": clock.now()}
        centre = find_or_add_location(session, name="Centro", **whose)
        find_or_add_location(session, name="Stazione", **whose)
        cashier = shop.cashier.staff_id
        at = clock.now()
        stations.assign(session, duty=shop.owner, staff_id=cashier, places=[centre], at=at)
        name, role = "Massimiliano Cacciaguerra", accounts.Role.MARKETER
        accounts.invite_staff(
            session, email="massimiliano@example.it", name=name, role=role, **whose
        )
        factors.demand_of_all(session, duty=shop.owner, wanted=False, at=at)
    shop.api_key("visits:read", "visits:write")
    return shop


def shot(page, name):
    """A hook for whoever wants to see the pages."""


PAGES = {
    "staff": "/portal/staff",
    "roles": "/portal/staff/roles",
    "log": "/portal/staff/log",
    "account": "/portal/account",
    "keys": "/portal/keys",
}


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_about_people_are_for_everybody(lively, device, viewport):
    aurora = device(viewport)
    aurora.sign_in(lively.owner_email)
    for name, path in PAGES.items():
        check(aurora.go(path), name)
        shot(aurora.page, name)
    check(aurora.go(f"/portal/staff/{ref('stf', lively.cashier.staff_id)}"), "a person")
    shot(aurora.page, "person")
    aurora.page.get_by_role("button", name="Togli l'accesso").first.click()
    check(aurora.page, "the question")
    shot(aurora.page, "dismiss")


def test_the_second_step_is_set_up_by_hand_and_for_everybody(lively, device):
    page = device().sign_in(lively.owner_email)
    page.goto(page.url.partition("/portal")[0] + "/portal/account/factor")
    check(page, "what it is")
    press(page, "Comincia")
    page.get_by_label("Le sei cifre").wait_for()
    check(page, "the code to photograph")
    shot(page, "factor")
    letters = page.get_by_label("Chiave per la tua app").input_value().replace(" ", "")
    key = b32decode(letters + "=" * (-len(letters) % 8))
    page.get_by_label("Le sei cifre").fill(otp.code_at(key, otp.step_at(clock.now()), 6))
    press(page, "Attiva")
    page.get_by_role("heading", name="Dieci codici su carta").wait_for()
    assert (
        len(re.findall("[0-9A-Z]{5}-[0-9A-Z]{5}", page.locator(".paper-codes").inner_text())) == 10
    )
    check(page, "the codes")
    shot(page, "codes")


def test_what_was_typed_goes_on_after_the_session_was_lost(lively, crowd, monkeypatch):
    aurora = crowd.person()
    page = aurora.sign_in(lively.owner_email, "/portal/staff")
    page.get_by_label("Nome").fill("Gina Lunga")
    page.get_by_label("E-mail").fill("gina@example.it")
    later(monkeypatch, hours=2)
    press(page, "Manda il link")
    page.get_by_text("quello che hai scritto riprende").wait_for()
    shot(page, "lost")
    page.get_by_label("E-mail").fill(lively.owner_email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Non si è perso niente").wait_for()
    shot(page, "kept")
    press(page, "Invia adesso")
    page.get_by_role("heading", name="Un link per Gina Lunga").wait_for()
    shot(page, "invited")


def test_a_step_that_matters_asks_and_goes_on_by_itself(lively, crowd, monkeypatch):
    aurora = crowd.person()
    page = aurora.sign_in(lively.owner_email, "/portal/staff")
    page.get_by_label("Nome").fill("Gina")
    page.get_by_label("E-mail").fill("gina@example.it")
    later(monkeypatch, minutes=sessions.FRESH_MINUTES + 1)
    press(page, "Manda il link")
    page.get_by_role("heading", name="Sei tu?").wait_for()
    shot(page, "confirm")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Un link per Gina").wait_for()
