"""A camera in the hand of a cashier: what it goes on with, what it leaves alone, when it is off."""

import re

import pytest
from playwright.sync_api import expect

from loyalty.cards.tokens import qr_text
from tests.e2e import tills
from tests.e2e.sight import (
    ALLOWED,
    FAKE,
    carla,
    easy,
    lying,
    nothing,
    open_till,
    until,
    with_camera,
)

__all__ = ["carla", "with_camera"]
pytestmark = pytest.mark.slow
MENU = "https://menu.example.it/pranzo?tavolo=12"
# Whatever streams a page opens are kept, to see whether they are closed.
WATCHED = """globalThis.streams = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  streams.push(stream);
  return stream;
};"""
LIVE = "streams.filter((stream) => stream.active).length"
# No fake camera has a torch.
TORCH = """globalThis.lit = false;
MediaStreamTrack.prototype.getCapabilities = () => ({torch: true});
MediaStreamTrack.prototype.getSettings = () => ({torch: lit});
MediaStreamTrack.prototype.applyConstraints = async ({advanced: [{torch}]}) => { lit = torch; };"""
# The page goes in the moment in which it asks for the first code.
LEAVES_ONCE = """document.addEventListener("submit", () => {
  if (sessionStorage.getItem("left")) return;
  sessionStorage.setItem("left", "yes");
  location.reload();
}, true);"""
HIDE = """(how) => {
  const hidden = Boolean(how);
  Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def refusal(till, sentence: str) -> None:
    """The big clear no, with what to do; the camera looks on beside it."""
    expect(till.get_by_role("heading", name="Questo codice non è di qui")).to_be_visible(
        timeout=15_000
    )
    expect(till.get_by_text(sentence)).to_be_visible()
    expect(till.locator("[data-lens][data-state=live]")).to_be_visible()


def test_after_a_menu_was_read_the_camera_goes_on_to_the_card(shop, carla, with_camera):
    bruno = open_till(with_camera(lying(MENU, carla.qr)), shop.cashier_email)
    till = bruno.go("/till/")
    refusal(till, "forse è un menù, un Wi-Fi o un indirizzo")
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible(timeout=15_000)


def test_the_card_of_another_shop_is_not_from_here_and_the_camera_goes_on(
    shop, stranger, with_camera
):
    elsewhere = stranger.card("stamps", name="Elena")
    text = qr_text("http://127.0.0.1:8000", elsewhere.token)
    bruno = open_till(with_camera(easy(text)), shop.cashier_email)
    till = bruno.go("/till/")
    refusal(till, "può essere di un altro negozio")
    expect(till.get_by_text("Già letto")).to_be_visible()  # it lies there still, and is asked once
    assert "Elena" not in till.content()


def test_a_card_that_still_lies_there_is_not_read_again_until_somebody_wants_it(
    shop, carla, with_camera
):
    bruno = open_till(with_camera(easy(carla.qr)), shop.cashier_email)
    till = bruno.go("/till/")
    customer = till.get_by_role("heading", name="Carla De Santis")
    customer.wait_for()
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    till.get_by_role("link", name="Prossimo cliente").click()
    expect(till.get_by_text("Già letto: allontanalo un momento")).to_be_visible()
    expect(customer).not_to_be_visible()
    till.evaluate("performance.clearMarks()")
    till.get_by_role("button", name="Riavvia").click()
    expect(customer).to_be_visible()
    until(till, "performance.getEntriesByName('till:painted').length > 0")  # it has been answered
    bruno.go("/till/")  # a new page knows it too
    expect(till.get_by_text("Già letto: allontanalo un momento")).to_be_visible()


def test_a_code_that_nobody_answered_is_read_again_on_the_next_page(shop, carla, with_camera):
    bruno = open_till(with_camera(easy(carla.qr)), shop.cashier_email)
    bruno.page.add_init_script(LEAVES_ONCE)
    till = bruno.go("/till/")
    till.get_by_role("heading", name="Carla De Santis").wait_for()
    assert till.evaluate("sessionStorage.getItem('left')") == "yes"
    bruno.complaints.clear()  # what was under way when the page went


def test_back_at_the_code_the_same_reader_looks_on_until_there_is_a_new_release(
    shop, carla, with_camera
):
    # The page alone: what the phone keeps would answer in the place of the new release.
    bruno = open_till(with_camera(lying(MENU)), shop.cashier_email, service_workers="block")
    asked = []
    bruno.page.on("request", lambda request: asked.append(request.url))
    till = bruno.go("/till/")
    refusal(till, "forse è un menù")
    home = till.get_by_role("link", name="Torna al codice")
    home.click()
    till.get_by_role("heading", name="Oggi").wait_for()
    till.locator("[data-lens][data-state=live]").wait_for()
    assert len([url for url in asked if "/scan-worker" in url]) == 1

    def released(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r"/till-\w+\.js", "/till-NEW.js", answer.text()))

    till.get_by_role("button", name="Riavvia").click()
    refusal(till, "forse è un menù")
    till.route("**/till/", released)
    asked.clear()
    home.click()
    till.get_by_role("heading", name="Oggi").wait_for()
    until(till, "document.querySelector('script[src*=NEW]')")
    bruno.complaints.clear()  # the script of the new release is not there


def test_the_camera_is_on_only_where_it_is_looked_through(shop, carla, with_camera):
    bruno = with_camera(lying(MENU)).person(permissions=["camera"])
    bruno.page.add_init_script(WATCHED)
    till = bruno.sign_in(shop.cashier_email)
    refusal(till, "forse è un menù")
    assert till.evaluate(f"[streams.length, {LIVE}]") == [1, 1]  # the same one, over the swap
    till.evaluate(HIDE, "yes")
    assert till.evaluate(LIVE) == 0
    till.evaluate(HIDE, "")
    till.locator("[data-lens][data-state=live]").wait_for()
    assert till.evaluate(LIVE) == 1
    till.get_by_label(re.compile("Codice della carta")).press_sequentially(carla.code)
    till.get_by_role("heading", name="Carla De Santis").wait_for()
    until(till, f"{LIVE} === 0")


def test_a_camera_that_is_pulled_out_says_so_and_comes_back(shop, carla, with_camera):
    bruno = with_camera(nothing()).person(permissions=["camera"])
    bruno.page.add_init_script(WATCHED)
    till = bruno.sign_in(shop.cashier_email)
    till.locator("[data-lens][data-state=live]").wait_for()
    till.evaluate("streams[0].getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(till.get_by_role("alert").get_by_text("La fotocamera si è fermata.")).to_be_visible()
    till.get_by_role("button", name="Riavvia").click()
    till.locator("[data-lens][data-state=live]").wait_for()
    expect(till.get_by_text("La fotocamera si è fermata.")).not_to_be_visible()


def test_of_several_cameras_the_chosen_one_is_remembered(shop, with_camera):
    crowd = with_camera(None, f"{FAKE}=device-count=2", ALLOWED)
    bruno = crowd.person(permissions=["camera"])
    till = bruno.sign_in(shop.cashier_email)
    used = "document.querySelector('video').srcObject.getVideoTracks()[0].label"
    till.locator("[data-lens][data-state=live]").wait_for()
    first = till.evaluate(used)
    till.get_by_role("button", name="Cambia fotocamera").click()
    until(till, f"{used} !== '{first}'")
    second = till.evaluate(used)
    bruno.go("/till/").locator("[data-lens][data-state=live]").wait_for()
    assert till.evaluate(used) == second


def test_the_torch_is_offered_where_there_is_one(shop, carla, with_camera):
    crowd = with_camera(lying(MENU))
    without = open_till(crowd, shop.cashier_email).go("/till/")
    without.locator("[data-lens][data-state=live]").wait_for()
    expect(without.get_by_role("button", name="Torcia")).to_have_count(0)
    bruno = crowd.person(permissions=["camera"])
    bruno.page.add_init_script(TORCH)
    till = bruno.sign_in(shop.cashier_email)
    torch = till.get_by_role("button", name="Torcia", pressed=False)
    torch.click()
    expect(till.get_by_role("button", name="Torcia", pressed=True)).to_be_visible()
    assert till.evaluate("lit") is True


def test_a_scanner_that_types_finds_the_customer_whatever_the_keyboard_makes_of_it(
    shop, carla, crowd
):
    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    field = till.get_by_label("Codice della carta")
    field.press_sequentially("ZZZZZZZZZZ")
    till.get_by_role("heading", name="Questo codice non è di qui").wait_for()
    till.keyboard.type(carla.qr.replace(":", "ç").replace("/", "-"))
    till.keyboard.press("Enter")
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()


def test_the_keyboard_of_a_phone_comes_by_a_tap_and_not_over_the_camera(shop, carla, crowd):
    bruno = crowd.person(has_touch=True, is_mobile=True)
    till = bruno.sign_in(shop.cashier_email)
    field = till.get_by_label("Codice della carta")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("inputmode", "none")
    field.tap()
    expect(field).to_have_attribute("inputmode", "text")
    field.press_sequentially(carla.code)
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()


def test_without_a_network_the_way_to_the_code_is_the_page_that_the_phone_keeps(shop, carla, crowd):
    bruno = crowd.person()
    till = tills.open_till(bruno, shop.cashier_email)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("heading", name="Carla De Santis").wait_for()
    till.context.set_offline(True)
    till.get_by_role("link", name="Torna al codice").click()
    till.get_by_label("Codice della carta").wait_for()
    till.wait_for_timeout(300)  # for all that the browser has to say on the network
    bruno.complaints.clear()
