"""Levels, vouchers, causes and the public log for everybody: axe finds nothing, in both schemes."""

from datetime import timedelta

import pytest

from loyalty.cards import claims
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.programs import editor
from tests.club import CLUB, WAITING
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press
from tests.programs import with_changes

__all__ = ["device"]
pytestmark = pytest.mark.slow


@pytest.fixture
def club(shop):
    """A club that has changed once, with a draft beside it, and a card of 420 euros."""
    shop.program("club", CLUB)
    shop.program("waiting", WAITING)
    shop.publish("club", with_changes(CLUB, rewards=CLUB["rewards"][1:]), at=clock.now())
    shop.publish("club", CLUB, at=clock.now())
    return shop


@pytest.fixture
def carla(club):
    card = club.card("club", name="Carla De Santis", at=clock.now())
    club.visit(card, 42_000, at=clock.now() - timedelta(days=20))
    return card


def test_the_till_of_a_club_is_for_everybody(club, carla, device):
    code = club.reserve(carla, "tenth", at=clock.now()).body["vouchers"][0]["code"]
    bruno = device()
    till = bruno.sign_in(club.cashier_email)
    bruno.go(f"/till/cards/{carla.ref}").locator(".balances summary").click()
    till.get_by_text("Premi e regole").click()
    check(till, "a card with a level")
    till.get_by_label("Quanto ha pagato").fill("80")
    press(till, "Registra la visita")
    till.get_by_text("Ora è Oro").wait_for()
    check(till, "a new level")
    till.get_by_text("Correggi o rimborsa").click()
    till.get_by_text("Era per un'altra carta").click()
    check(till, "a visit to move")
    bruno.go("/till/vouchers").get_by_label("Codice del buono").fill("ZZZZZZZZZZ")
    press(till, "Cerca")
    till.get_by_text("Buono non trovato").wait_for()
    check(till, "no voucher")
    check(bruno.go(f"/till/vouchers/{code}"), "a voucher")
    press(till, "Consegna: uno sconto del 10%")
    till.get_by_text("Togli il 10% dal conto").wait_for()
    check(till, "a discount handed over")
    check(bruno.go(f"/till/vouchers/{code}"), "a used voucher")


def test_the_card_of_a_club_is_for_everybody(club, carla, device):
    anna = club.card("waiting", name="Anna", at=clock.now())
    club.visit(anna, 1_240, at=clock.now())
    phone = device()
    for card in (carla, anna):
        phone.go("/c/open/" + claims.claim_token(parse_ref("clm", card.claim)))
        press(phone.page, "Apri la mia carta")
        phone.page.get_by_text("Come funziona").wait_for()
        check(phone.page, "the card")
    check(phone.go(f"/p/{club.programs['club']}"), "the public log")
    phone.page.get_by_text("Le regole di allora").first.click()
    check(phone.page, "the rules of that time")


@pytest.mark.parametrize("viewport", [DESK, {**PHONE, "height": 3000}])
def test_programs_and_causes_are_for_everybody(club, carla, device, viewport):
    with club.database.write() as session:
        editor.add_version(
            session,
            merchant_id=club.merchant_id,
            currency="EUR",
            program_id=parse_ref("prg", club.programs["club"]),
            raw=with_changes(CLUB, rewards=CLUB["rewards"][:2]),
            at=clock.now(),
        )
    aurora = device(viewport)
    portal = aurora.sign_in(club.owner_email)
    check(aurora.go("/portal/programs"), "the programs")
    check(aurora.go("/portal/causes"), "the causes")
    portal.get_by_label("Ricevuta").fill("CRO 123")
    press(portal, "Annota il versamento")
    portal.get_by_text("Ricevuta: CRO 123").wait_for()
    check(portal, "a payout")
    portal.locator(".rows summary").first.click()
    check(portal, "a payout to correct")
