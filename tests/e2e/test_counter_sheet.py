"""The customer's sheet, remarks, search and checks: in a browser, and for everybody."""

import re

import pytest
from playwright.sync_api import expect

from loyalty.core import clock
from loyalty.counter.requests import LineRequest
from tests import cashiers
from tests.days import today
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press

__all__ = ["device"]
pytestmark = pytest.mark.slow
TALL = {**PHONE, "height": 4000}


@pytest.fixture
def carla(shop):
    """Carla has her birthday today; the shop sells espresso."""
    birthday = today().strftime("%m-%d")
    card = shop.card(
        "stamps",
        name="Carla De Santis",
        email="carla@example.it",
        birthday=birthday,
        at=clock.now(),
    )
    shop.visit(
        shop.card("stamps"), lines=[LineRequest("ESP", "Espresso", "coffee")], at=clock.now()
    )
    return card


def test_a_remark_is_two_taps_and_the_sheet_stays_as_it_was(shop, carla, crowd):
    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    till.get_by_role("link", name="Cerca per nome").click()
    till.get_by_label("Nome, e-mail o telefono").fill("santis")
    press(till, "Cerca il cliente")
    till.get_by_text("c…@example.it").wait_for()
    till.get_by_role("link", name="stamps").click()
    expect(till.get_by_text("Oggi è il suo compleanno")).to_be_visible()
    till.get_by_label("Quanti pezzi").fill("3")
    till.get_by_text("Osservazione").click()
    press(till, "Prodotto")
    saved = till.get_by_text("Annotato: Prodotto.")
    expect(saved).to_be_visible()
    expect(saved).to_be_focused()
    expect(till.get_by_label("Quanti pezzi")).to_have_value("3")
    till.get_by_text("Aggiungi una nota").click()
    till.get_by_label("Nota per la cassa").fill("Tavolo fuori")
    press(till, "Salva")
    expect(till.get_by_text("Tavolo fuori")).to_be_visible()
    expect(till.get_by_label("Quanti pezzi")).to_have_value("3")
    till.get_by_role("radio", name="Espresso").check()
    press(till, re.compile("Aggiungi 3 timbri"))
    expect(till.get_by_role("heading", name="timbri per Carla")).to_be_focused()
    till.get_by_text("Osservazione").click()
    press(till, "Altro")
    expect(till.get_by_text("scegli di che cosa si tratta")).to_be_visible()
    expect(till.get_by_label("Che cosa ha detto")).to_be_focused()
    till.get_by_label("Che cosa ha detto").fill("amaro")
    press(till, "Altro")
    expect(till.get_by_text("Annotato: Altro.")).to_be_visible()
    expect(till.get_by_role("button", name="Annulla")).to_be_visible()


def test_the_sheet_and_the_search_are_for_everybody(shop, carla, device):
    bruno = device(TALL)
    till = bruno.sign_in(shop.cashier_email)
    check(bruno.go("/till/customers/search"), "the search")
    till.get_by_label("Nome, e-mail o telefono").fill("nessuno")
    press(till, "Cerca il cliente")
    till.get_by_text("Nessuno con questo nome").wait_for()
    check(till, "nobody found")
    till.get_by_label("Nome, e-mail o telefono").fill("carla")
    press(till, "Cerca il cliente")
    till.get_by_text("c…@example.it").wait_for()
    check(till, "somebody found")
    till.get_by_role("link", name="stamps").click()
    till.get_by_text("Osservazione").click()
    till.get_by_text("Aggiungi una nota").click()
    check(till, "the sheet with everything open")
    press(till, "Attesa")
    till.get_by_text("Annotato").wait_for()
    check(till, "a remark written down")
    check(bruno.go(f"/till/cards/{carla.ref}"), "the sheet with a remark")


@pytest.mark.parametrize("viewport", [DESK, TALL], ids=["desk", "phone"])
def test_remarks_and_checks_are_for_everybody(shop, device, viewport):
    now = clock.now()
    cards = [shop.card(name=f"Cliente {number}") for number in range(12)]
    cashiers.work(shop, shop.cashier, cards, 40, until=now)
    mara = cashiers.hire(shop, "Mara")
    cashiers.helps_herself(shop, mara, cards, shop.card(name="Amica", at=now), until=now)
    bruno = device()
    bruno.sign_in(shop.cashier_email)
    till = bruno.go(f"/till/cards/{cards[0].ref}")
    till.get_by_text("Osservazione").click()
    till.get_by_label("Che cosa ha detto").fill("L'espresso sa di bruciato")
    press(till, "Prodotto")
    till.get_by_text("Annotato").wait_for()
    aurora = device(viewport)
    portal = aurora.sign_in(shop.owner_email)
    check(aurora.go("/portal/remarks?state=done"), "nothing done")
    aurora.go("/portal/remarks").get_by_text("È risolta").click()
    check(portal, "a remark to answer")
    portal.get_by_label("Che cosa è stato fatto").fill("Cambiata la miscela")
    press(portal, "Segna come risolta")
    portal.get_by_text("Nulla aspetta una risposta").wait_for()
    check(portal, "no remark")
    check(aurora.go("/portal/remarks?state=done"), "a remark that is done")
    check(aurora.go("/portal/evidence"), "the checks")
    portal.get_by_role("link", name="Visite sulla stessa carta").first.click()
    portal.get_by_text("31 righe").wait_for()
    check(portal, "the rows")
