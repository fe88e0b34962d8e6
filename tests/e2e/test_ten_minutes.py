"""From an empty database to a program in force, a card in one's own colours, and a poster."""

import io
import time
from dataclasses import dataclass

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from loyalty.core import clock
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role
from tests.builders import PASSWORD
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device
from tests.rigs.paper import printed

__all__ = ["device"]
pytestmark = pytest.mark.slow
MINUTES_MAX, DECISIONS_MAX = 10, 25
# What a person needs beside what the browser does: to read, to think, to find the next thing.
SECONDS_A_DECISION = 15


@dataclass
class Counted:
    """Somebody whose every choice and every field is counted."""

    page: Page
    decisions: int = 0

    def click(self, name: str, role: str = "button") -> None:
        """Choose something by what it says."""
        self.decisions += 1
        self.page.get_by_role(role, name=name).first.click()

    def choose(self, what: str) -> None:
        """Choose something that is seen rather than read."""
        self.decisions += 1
        self.page.locator(f"label:has({what})").click()

    def fill(self, label: str, text: str) -> None:
        """Write something into a field."""
        self.decisions += 1
        self.page.get_by_label(label).fill(text)


@pytest.fixture
def start(database):
    """What `loyalty setup` prints: the link of the owner of a shop that is empty."""
    at = clock.now()
    with database.write() as session:
        shop = accounts.create_merchant(
            session, name="Bar Nuovo", currency="EUR", timezone="Europe/Rome", language="it", at=at
        )
        who = {"merchant_id": shop.id, "email": "chiara@example.it", "name": "Chiara"}
        token = accounts.invite_staff(session, role=Role.OWNER, at=at, **who)
    return f"/start/{token}"


def logo() -> bytes:
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, 390, 390), fill=(246, 185, 90, 255))
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def drawn(page: Page) -> None:
    """The card beside the designer shows what was chosen."""
    page.wait_for_function(
        """() => {
          const wanted = document.querySelector('#verdict').dataset.preview;
          const inside = document.querySelector('#preview').contentDocument;
          const logo = wanted.includes('logo=') === !!inside.querySelector('.pass-logo');
          return logo && new URLSearchParams(wanted.split('?')[1]).get('background').slice(1) ===
            (inside.querySelector('main').className.match(/look-(\\w{6})/) || [0, '0a4a38'])[1];
        }"""
    )


def test_from_an_empty_shop_to_a_poster_in_ten_minutes(start, crowd, tmp_path):
    chiara = crowd.person(viewport=DESK, accept_downloads=True)
    page, began = chiara.go(start), time.monotonic()
    me = Counted(page)
    me.fill("Password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/welcome")
    me.click("Che tornino più spesso", "link")
    me.fill("Il premio", "un cappuccino")
    me.click("Usa questo")
    page.wait_for_url("**/portal/card")
    me.decisions += 1
    page.set_input_files("#f-file", {"name": "logo.png", "mimeType": "image/png", "buffer": logo()})
    drawn(page)
    me.choose('[value="espresso"]')
    drawn(page)
    me.choose('[value="coffee"]')
    me.click("Salva")
    page.get_by_text("La carta è salvata").wait_for()
    me.click("Locandina", "link")
    with page.expect_download() as found:
        me.click("Locandina A5")
    found.value.save_as(tmp_path / "poster.pdf")
    minutes = (time.monotonic() - began + me.decisions * SECONDS_A_DECISION) / 60
    assert me.decisions <= DECISIONS_MAX
    assert minutes <= MINUTES_MAX
    poster = printed((tmp_path / "poster.pdf").read_bytes())
    assert "Con 8 timbri: un cappuccino." in poster.words
    (code,) = poster.codes
    anna = crowd.person(viewport=PHONE)
    joined = anna.go("/j/" + code.partition("/j/")[2])
    joined.get_by_label("Ho almeno 14 anni").check()
    joined.get_by_role("button", name="Voglio la carta").click()
    joined.locator(".pass dd", has_text="0 / 8").wait_for()
    assert joined.locator(".pass").evaluate("one => getComputedStyle(one).backgroundColor") == (
        "rgb(47, 33, 27)"
    )
    assert joined.locator(".pass-logo").evaluate("one => one.complete && one.naturalWidth > 0")
    print(f"\n{me.decisions} decisions, {minutes:.1f} minutes")  # noqa: T201  # for the record


def test_the_card_keeps_its_colours_and_logo_without_network(shop, crowd, database):
    from loyalty.core import pictures
    from loyalty.merchants import card_looks
    from loyalty.merchants.card_looks import Look

    made = pictures.make(logo(), pictures.LOGO)
    with database.write() as session:
        where = {"merchant_id": shop.merchant_id}
        digest = pictures.keep(session, made=made, at=clock.now(), **where)
        found = pictures.find(session, digest=digest, **where)
        look = Look("#1b2440", "#f7f8fc", "#8fb8ff", "paw-print", found)
        card_looks.save(session, duty=shop.owner, look=look, based_on=0, at=clock.now())
    anna = crowd.person(viewport=PHONE)
    page = anna.go(f"/j/{shop.programs['stamps']}")
    page.get_by_label("Ho almeno 14 anni").check()
    page.get_by_role("button", name="Voglio la carta").click()
    page.locator(".pass dd", has_text="0 / 10").wait_for()
    page.wait_for_function(
        "async () => (await (await caches.open('card-looks')).keys()).length === 2"
    )
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function(
        "async () => (await (await caches.open('card-pages')).keys()).length > 0"
    )
    page.context.set_offline(True)
    page.reload()
    page.locator(".pass dd", has_text="0 / 10").wait_for()
    assert page.locator(".pass").evaluate("one => getComputedStyle(one).backgroundColor") == (
        "rgb(27, 36, 64)"
    )
    assert page.locator(".pass-logo").evaluate("one => one.complete && one.naturalWidth > 0")
    page.context.set_offline(False)
    anna.complaints[:] = [said for said in anna.complaints if "ERR_INTERNET" not in said]


@pytest.mark.parametrize("viewport", [DESK, {**PHONE, "height": 3200}], ids=["desk", "phone"])
def test_the_first_pages_are_for_everybody(start, device, viewport):
    chiara = device(viewport)
    page = chiara.go(start)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/welcome")
    check(page, "what would you like")
    page.get_by_role("link", name="Fare del bene").click()
    check(page, "a proposal")
    page.get_by_role("button", name="Usa questo").click()
    page.get_by_role("alert").wait_for()
    check(page, "a proposal with a fault")
    page.get_by_label("Chi lo riceve").fill("Rifugio Fido")
    page.get_by_role("button", name="Usa questo").click()
    page.wait_for_url("**/portal/card")
    check(page, "the card designer")
    page.locator("#f-ink").evaluate(
        "one => { one.value = '#1c5c4a'; one.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.get_by_text("non si legge").wait_for()
    check(page, "a colour that cannot be read")
    page.get_by_role("button", name="Usa #").click()
    page.get_by_text("non si legge").wait_for(state="detached")
    check(page, "a colour that was mended")
    page.get_by_role("button", name="Salva").click()
    page.get_by_text("La carta è salvata").wait_for()
    check(chiara.go("/portal/posters"), "the posters")
    check(chiara.go("/portal/test-card"), "the test card")
    page.get_by_role("button", name="Fai una carta di prova").click()
    page.get_by_text("Inquadra questo codice").wait_for()
    check(page, "the test card's code")
    check(chiara.go("/portal/"), "the home with its first steps")
    inside = chiara.go("/portal/card/preview?palette=limone&scheme=dark")
    check(inside, "the preview")
