"""The wallet and the mail page for everybody: axe finds nothing, on a phone and at a desk."""

import re

import pytest

from loyalty.cards import keeping
from loyalty.core import clock
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press
from tests.wallet.wallets import ANNA, codes, work

__all__ = ["device"]
pytestmark = pytest.mark.slow


@pytest.fixture
def annas(shop, stranger):
    first = shop.card("stamps", name="Anna", email=ANNA, at=clock.now())
    shop.visit(first, coffees=7, at=clock.now())
    stranger.card("points", name="Anna", email=ANNA, at=clock.now())
    blocked = shop.card("points", name="Anna", email=ANNA, at=clock.now())
    with shop.database.write() as session:
        keeping.block(
            session, duty=shop.owner, card_ref=blocked.ref, reason="furto", at=clock.now()
        )
    return first


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_wallet_is_for_everybody(shop, annas, device, viewport):
    anna = device(viewport)
    page = anna.go("/w")
    check(page, "the door")
    press(page, "Mandami un codice")
    check(page, "an address that is missing")
    page.get_by_label("Il tuo indirizzo e-mail").fill(ANNA)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/w/code"))
    work(shop)
    page.get_by_label("Le sei cifre").fill("nothing")
    page.keyboard.press("Enter")
    page.get_by_text("Ti restano 4 tentativi").wait_for()
    check(page, "a wrong code")
    page.get_by_label("Le sei cifre").fill(codes(shop)[0])
    page.keyboard.press("Enter")
    page.get_by_text("Bar Dario").wait_for()
    check(page, "all my cards")
    page.get_by_text("Dove sono aperte le mie carte").click()
    check(page, "the phones")
    anna.go("/w/lost")
    check(page, "a lost phone")
    press(page, "Dai alle carte codici nuovi")
    page.get_by_text("I codici di prima non valgono più").wait_for()
    page.get_by_role("button", name="Caffè Aurora").first.click()
    page.get_by_text("Tutte le mie carte").wait_for()
    assert "/c/crd_" in page.url


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_mail_page_is_for_everybody(shop, annas, device, viewport):
    anna, aurora = device(viewport), device(viewport)
    page = aurora.sign_in(shop.owner_email)
    check(aurora.go("/mail"), "no mail yet")
    anna.go("/w").get_by_label("Il tuo indirizzo e-mail").fill(ANNA)
    anna.page.keyboard.press("Enter")
    anna.page.wait_for_url(re.compile("/w/code"))
    work(shop)
    check(aurora.go("/mail"), "the list of mail")
    page.get_by_text("Codice per aprire le carte").click()
    code = codes(shop)[0]
    page.frame_locator("iframe").get_by_text(code, exact=True).wait_for()
    check(page, "a mail", iframes=False)  # axe cannot talk into a sandbox, which is its purpose


def test_a_mail_in_its_frame_obeys_its_own_policy_and_nothing_is_blocked(shop, annas, crowd):
    anna, aurora = crowd.person(viewport=PHONE), crowd.person(viewport=DESK)
    page = aurora.sign_in(shop.owner_email)
    anna.go("/w").get_by_label("Il tuo indirizzo e-mail").fill(ANNA)
    anna.page.keyboard.press("Enter")
    anna.page.wait_for_url(re.compile("/w/code"))
    work(shop)
    aurora.go("/mail").get_by_text("Codice per aprire le carte").click()
    frame = page.frame_locator("iframe")
    shown = frame.get_by_text(codes(shop)[0], exact=True)
    shown.wait_for()
    size = shown.evaluate("one => getComputedStyle(one).fontSize")
    assert size == "32px", "its inline styles are obeyed"
    assert not aurora.complaints
    assert not anna.complaints
