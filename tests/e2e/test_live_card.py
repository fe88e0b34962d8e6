"""The card in the customer's hand: its code changes by itself, and it leaves nothing behind."""

import io
import re
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from loyalty.cards import live
from loyalty.cards.tokens import read_scan
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from tests.e2e.test_first_pages import claim_path
from tests.e2e.tills import forgive

pytestmark = pytest.mark.slow
CODE = "[data-live]"
WHAT_IS_KEPT = """async () => {
  const all = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const answer of await cache.matchAll()) all.push(await answer.text());
  }
  const open = indexedDB.open("cards");
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = db.transaction("keys").objectStore("keys").count();
  const keys = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  return { keys, text: all.join(" ") };
}"""


@pytest.fixture
def carla(shop):
    return shop.card("points", name="Carla De Santis", at=clock.now())


@pytest.fixture
def phone(crowd, carla):
    phone = crowd.person()
    phone.go(claim_path(carla)).get_by_role("button", name="Apri la mia carta").click()
    drawn(phone.page)
    return phone


def drawn(page):
    """Wait until the phone has drawn a code by itself."""
    expect(page.locator(f"{CODE}[data-step]")).to_be_visible()


def shown(page):
    """What a camera reads from the screen."""
    picture = Image.open(io.BytesIO(page.locator(CODE).screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return read_scan(found.text)


def made_by(shop, card, scan, at):
    """Which phone made the code at that moment."""
    from sqlalchemy import select

    from loyalty.cards.models import CardDevice

    card_id = parse_ref("crd", card.ref)
    with shop.database.read() as session:
        devices = session.execute(select(CardDevice.id).where(CardDevice.card_id == card_id))
        phones = devices.scalars().all()
    return live.match(shop.database.settings.secret, phones, scan.digits, at=at)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_a_camera_reads_the_code_off_the_screen(shop, crowd, carla, scheme, size):
    viewport = {"width": size[0], "height": size[1]}
    phone = crowd.person(color_scheme=scheme, viewport=viewport)
    phone.go(claim_path(carla)).get_by_role("button", name="Apri la mia carta").click()
    drawn(phone.page)
    scan = shown(phone.page)
    assert scan.value == carla.token
    assert made_by(shop, carla, scan, clock.now())


def test_the_code_changes_by_itself_and_is_good_at_the_till(shop, crowd, carla):
    phone = crowd.person()
    phone.page.clock.install(time=clock.now())
    phone.go(claim_path(carla)).get_by_role("button", name="Apri la mia carta").click()
    drawn(phone.page)
    first, step = shown(phone.page), phone.page.locator(CODE).get_attribute("data-step")
    phone.page.clock.fast_forward(live.STEP_S * 1_000)
    expect(phone.page.locator(CODE)).not_to_have_attribute("data-step", step)
    later = shown(phone.page)
    assert later.value == first.value
    assert later.digits != first.digits
    assert made_by(shop, carla, later, clock.now() + timedelta(seconds=live.STEP_S))


def test_a_wrong_clock_on_the_phone_changes_nothing(shop, crowd, carla):
    phone = crowd.person()
    phone.page.clock.install(time=clock.now() - timedelta(days=1, minutes=7))
    phone.go(claim_path(carla)).get_by_role("button", name="Apri la mia carta").click()
    drawn(phone.page)
    assert made_by(shop, carla, shown(phone.page), clock.now())


def test_in_a_cellar_the_card_opens_with_a_code_that_is_good(shop, phone, carla):
    page = phone.page
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()  # now by the service worker, which keeps it
    page.context.set_offline(True)  # the browser's own way
    page.reload()
    drawn(page)
    assert made_by(shop, carla, shown(page), clock.now())
    expect(page.get_by_text("Punti", exact=True).first).to_be_visible()
    page.context.set_offline(False)
    forgive(phone)


def test_a_card_that_was_taken_off_leaves_nothing_on_the_phone(shop, phone, carla):
    page = phone.page
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.get_by_text("Togli la carta da questo telefono").click()
    page.get_by_role("button", name="Sì, toglila").click()
    expect(
        page.get_by_role("heading", name="Questa carta non è su questo telefono")
    ).to_be_visible()
    kept = page.evaluate(WHAT_IS_KEPT)
    assert kept["keys"] == 0
    assert not re.search("Carla|De Santis", kept["text"])
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto(f"{phone.site}/c/{carla.ref}")
    page.context.set_offline(False)
    forgive(phone)
