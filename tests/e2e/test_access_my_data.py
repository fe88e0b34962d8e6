"""My data, leaving, what a shop gives and keeps: for everybody, in both schemes and both sizes."""

from datetime import timedelta

import pytest

from loyalty.cards import claims
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.core.money import Money
from loyalty.counter import causes
from loyalty.counter.causes import Payment
from loyalty.counter.requests import LineRequest
from loyalty.feedback import exits
from loyalty.merchants import clocks
from tests.club import CLUB
from tests.days import today
from tests.domain.folk import say
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press

__all__ = ["device"]
pytestmark = pytest.mark.slow


@pytest.fixture
def carla(shop):
    """Carla, who agreed to one thing, bought something, and whose shop gives to the shelter."""
    shop.program("club", CLUB)
    card = shop.card(
        "club",
        name="Carla De Santis",
        email="carla@example.it",
        birthday="11-07",
        external_ref="0042",
        at=clock.now(),
    )
    past = clock.now() - timedelta(days=30)
    shop.visit(card, 40_000, lines=[LineRequest(item="Espresso doppio")], at=past)
    say(shop, card.customer, "marketing", text_id="marketing-it-1", at=past)
    payment = Payment("rifugio", Money(500, "EUR"), today(), "CRO 123")
    with shop.database.write() as session:
        causes.pay(session, duty=shop.owner, payment=payment, intent=None, at=clock.now())
    return card


def open_on(person, card):
    page = person.go("/c/open/" + claims.claim_token(parse_ref("clm", card.claim)))
    press(page, "Apri la mia carta")
    page.get_by_role("link", name="I miei dati").click()
    page.get_by_role("heading", name="Chi sei").wait_for()
    return page


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_my_data_and_leaving_are_for_everybody(carla, device, viewport):
    person = device(viewport)
    page = open_on(person, carla)
    check(page, "my data")
    page.get_by_role("button", name="Ritiro il consenso: Novità e offerte").click()
    page.get_by_text("Annotato. Vale da adesso.").wait_for()
    page.get_by_label("Nome").fill("x" * 10)
    page.get_by_label("E-mail").fill("carla")
    press(page, "Salva")
    page.get_by_text("Non sembra").first.wait_for()
    check(page, "my data, refused")
    page.get_by_role("link", name="Lascia e fai cancellare").click()
    page.get_by_text("I premi non fanno per me").click()
    check(page, "why")
    press(page, "Continua")
    page.get_by_text("Che cosa sparisce").wait_for()
    press(page, "Cancella i miei dati")
    page.get_by_text("Prima spunta la casella").wait_for()
    check(page, "sure")
    page.get_by_label("Sì, cancellate i miei dati").check()
    press(page, "Cancella i miei dati")
    page.get_by_text("Arrivederci, e grazie").wait_for()
    check(page, "goodbye")
    assert [one["name"] for one in page.context.cookies() if one["name"] == "card"] == []
    assert "Carla" not in person.go(f"/c/{carla.ref}/me").content()
    page.get_by_text("Questa carta non è su questo telefono").wait_for()


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_what_a_shop_gives_and_keeps_is_for_everybody(shop, carla, device, viewport):
    person = device(viewport)
    check(person.go(f"/p/{shop.programs['club']}/cause"), "what a shop gives")
    with shop.database.write() as session:
        ours = {"merchant_id": shop.merchant_id, "at": clock.now()}
        exits.answer(session, reason="rewards", words="Troppo lontani", **ours)
        clocks.note_run(session, cleared={"detail": 12}, **ours)
    person.sign_in(shop.owner_email)
    check(person.go("/portal/remarks/exits"), "why people left")
    page = person.go("/portal/data-kept")
    page.get_by_text("Cambia").first.click()
    check(page, "data kept")
