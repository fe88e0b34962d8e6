"""From the poster to the card: three taps at most, and far less than twenty seconds."""

import time

import pytest

from loyalty.cards import referrals
from loyalty.cards.referrals import Offer
from loyalty.core import clock
from loyalty.core.mail import Mail
from loyalty.programs import editor
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device

__all__ = ["device"]

pytestmark = pytest.mark.slow
TAPS_MAX, SECONDS_MAX = 3, 20


def test_from_the_poster_to_the_card_in_two_taps(shop, crowd):
    anna = crowd.person()
    began, taps = time.monotonic(), 0
    page = anna.go(f"/j/{shop.programs['points']}?s=poster")
    page.get_by_label("Ho almeno 14 anni").click()
    taps += 1
    page.get_by_role("button", name="Voglio la carta").click()
    taps += 1
    page.get_by_role("img", name="QR").first.wait_for()
    assert "/c/crd_" in page.url
    assert taps <= TAPS_MAX
    assert time.monotonic() - began < SECONDS_MAX
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names <= {"loyalty", "card"}


def test_the_pages_of_joining_are_for_everybody(shop, database, device):
    program = shop.programs["points"]
    for viewport in (PHONE, DESK):
        anna = device(viewport)
        page = anna.go(f"/j/{program}")
        check(page, "the page to join")
        page.get_by_label("E-mail o telefono").fill("anna@")
        page.get_by_role("button", name="Voglio la carta").click()
        page.get_by_role("alert").wait_for()
        check(page, "what is missing")
        page.get_by_text("Informativa sui tuoi dati").click()
        check(page, "the notice")
        page.get_by_label("E-mail o telefono").fill("anna@example.it")
        page.get_by_label("Ho almeno 14 anni").check()
        page.get_by_label("Novità e offerte").check()
        page.get_by_role("button", name="Voglio la carta").click()
        page.get_by_role("img", name="QR").first.wait_for()
        with database.read() as session:
            facts = session.query(Mail).order_by(Mail.id.desc()).first().facts
        check(anna.go(facts["link"].removeprefix("http://127.0.0.1:8000")), "the link of the mail")
        page.get_by_role("button", name="Sì, l'indirizzo è mio").click()
        page.get_by_text("Grazie").wait_for()
        check(page, "a proven address")
        check(anna.go(f"/p/{program}/texts"), "all texts")
        check(anna.go("/j/x"), "a closed door")
    aurora = device(DESK)
    aurora.sign_in(shop.owner_email)
    check(aurora.go("/portal/programs"), "how people join")


def test_a_link_goes_from_friend_to_friend(shop, device, crowd):
    offer = Offer("points", friend_units=5, bringer_units=3)
    with shop.database.write() as session:
        program = editor.find(
            session, merchant_id=shop.merchant_id, program_ref=shop.programs["points"]
        )
        facts = {"program": program, "offer": offer, "is_on": True, "at": clock.now()}
        referrals.set_offer(session, duty=shop.owner, **facts)
    anna = device()
    page = anna.go(f"/j/{shop.programs['points']}")
    page.get_by_label("Ho almeno 14 anni").check()
    page.get_by_role("button", name="Voglio la carta").click()
    page.get_by_role("link", name="Mostra il mio link").click()
    page.get_by_role("button", name="Copia").wait_for()
    check(page, "the link to bring a friend")
    link = page.get_by_label("Il tuo link").input_value()
    bea = crowd.person()
    page = bea.go(link.removeprefix("http://127.0.0.1:8000"))
    page.get_by_text("Ti invita un amico").wait_for()
    aurora = device(DESK)
    aurora.sign_in(shop.owner_email)
    page = aurora.go("/portal/programs")
    page.get_by_text("Porta un amico").first.click()
    check(page, "what bringing a friend is worth")
