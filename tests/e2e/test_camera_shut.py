"""A till whose camera stays shut says why and what to do, and finds the customer all the same."""

import pytest
from playwright.sync_api import expect

from tests.e2e.sight import ALLOWED, FAKE, carla, easy, open_till, side, with_camera
from tests.rigs import frames

__all__ = ["carla", "with_camera"]
pytestmark = pytest.mark.slow
# As a browser says it when the system has given the camera to somebody else.
TAKEN = """globalThis.taken = true;
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (wanted) =>
    taken ? Promise.reject(new DOMException("", "NotReadableError")) : open(wanted);"""
NO_CAMERAS = "delete Navigator.prototype.mediaDevices;"
SHOP = "--host-resolver-rules=MAP till.example.it 127.0.0.1"


def words(till, title: str) -> None:
    """What is wrong, and nothing else that could be."""
    shown = till.get_by_role("alert").locator("[data-fault]:visible")
    expect(shown).to_contain_text(title)
    expect(shown).to_have_count(1)


def by_hand(till, card) -> None:
    """The code under the QR is the way that always works."""
    till.get_by_label("Codice della carta").press_sequentially(card.code)
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()


def test_a_camera_that_was_refused_says_how_to_allow_it(shop, carla, with_camera):
    bruno = with_camera(None, FAKE, f"{ALLOWED}=deny").person()
    till = bruno.sign_in(shop.cashier_email)
    words(till, "La fotocamera non ha il permesso.")
    expect(till.get_by_text("consenti la fotocamera")).to_be_visible()
    by_hand(till, carla)


def test_a_device_without_a_camera_says_so(shop, carla, with_camera):
    till = with_camera(None, ALLOWED).person().sign_in(shop.cashier_email)
    words(till, "Nessuna fotocamera trovata.")
    by_hand(till, carla)


def test_a_camera_that_another_app_holds_is_taken_as_soon_as_it_is_free(shop, carla, with_camera):
    bruno = with_camera(easy(carla.qr)).person(permissions=["camera"])
    bruno.page.add_init_script(TAKEN)
    till = bruno.sign_in(shop.cashier_email)
    words(till, "La fotocamera è già in uso.")
    till.evaluate("globalThis.taken = false")
    till.get_by_role("button", name="Riavvia").click()
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()


def test_a_browser_that_gives_pages_no_camera_is_told_from_one_without(shop, carla, with_camera):
    bruno = with_camera(None, ALLOWED).person()
    bruno.page.add_init_script(NO_CAMERAS)
    till = bruno.sign_in(shop.cashier_email)
    words(till, "Questo browser non dà la fotocamera alle pagine.")
    by_hand(till, carla)


def test_without_https_the_till_says_so_and_reads_a_photo(shop, carla, with_camera):
    bruno = with_camera(None, FAKE, ALLOWED, SHOP).person()
    bruno.site = bruno.site.replace("127.0.0.1", "till.example.it")
    till = bruno.sign_in(shop.cashier_email)
    words(till, "La fotocamera si apre solo dove l'indirizzo comincia con https://.")
    till.get_by_label("Fai una foto al codice").set_input_files(photo(carla.qr))
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()
    assert all("Cross-Origin-Opener-Policy" in said for said in bruno.complaints), bruno.complaints
    bruno.complaints.clear()  # it is of no use on such an address, as the browser says


def photo(text: str | None) -> dict[str, object]:
    """What the phone's own camera brings: large, and turned as the phone was held."""
    frame = frames.counter()
    if text:
        frame = frames.placed(frames.card(frames.symbol(text), side(5)), turned=90)
    large = frame.resize((3840, 2160))
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": frames.jpeg(large)}


def test_a_photo_without_a_code_says_so_and_the_next_one_is_read(shop, carla, with_camera):
    till = with_camera(None, ALLOWED).person().sign_in(shop.cashier_email)
    words(till, "Nessuna fotocamera trovata.")
    taken = till.get_by_label("Fai una foto al codice")
    for nothing in (photo(None), {**photo(None), "buffer": b"no picture at all"}):
        taken.set_input_files(nothing)
        expect(
            till.get_by_role("status").get_by_text("Nessun codice in questa foto")
        ).to_be_visible()
    taken.set_input_files(photo(carla.qr))
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()


def test_where_webassembly_is_refused_the_plain_reader_reads(shop, carla, with_camera):
    bruno = open_till(with_camera(easy(carla.qr)), shop.cashier_email)
    asked = []
    bruno.page.on("request", lambda request: asked.append(request.url))

    def stricter(route) -> None:
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace(" 'wasm-unsafe-eval'", "")
        route.fulfill(
            response=answer, headers={**answer.headers, "content-security-policy": policy}
        )

    bruno.page.route("**/scan-worker-*.js", stricter)
    till = bruno.go("/till/")
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible(timeout=15_000)
    assert any("scan-worker-plain" in url for url in asked)
    refused = [said for said in bruno.complaints if "wasm" in said.lower() or "unsafe-eval" in said]
    assert len(refused) == len(bruno.complaints)
    bruno.complaints.clear()


def test_where_no_reader_starts_the_page_says_to_reload_it(shop, carla, with_camera):
    bruno = open_till(with_camera(easy(carla.qr)), shop.cashier_email)
    bruno.page.route("**/scan-worker-*.js", lambda route: route.abort())
    till = bruno.go("/till/")
    words(till, "Ora questa pagina non riesce a leggere i codici.")
    by_hand(till, carla)
    bruno.complaints[:] = [said for said in bruno.complaints if "ERR_FAILED" not in said]
