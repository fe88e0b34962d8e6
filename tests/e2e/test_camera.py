"""The till's camera, from the code in view to the customer on the screen."""

import contextlib
import itertools
import math
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from loyalty.cards.tokens import qr_text
from loyalty.core import clock
from tests.e2e.conftest import Crowd, Person
from tests.rigs import browser as rig
from tests.rigs import frames

pytestmark = pytest.mark.slow
FAKE = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"
TRIES = 3
SECOND = 30  # frames


@pytest.fixture
def with_camera(browser: Browser, site: str, tmp_path) -> Iterator[Callable[..., Crowd]]:
    """People whose device sees a clip, which a browser takes at its start: each has its own."""
    with contextlib.ExitStack() as opened:

        def start(clip: Iterator[bytes] | None = None, *flags: str) -> Crowd:
            if clip is not None:
                path = frames.write_clip(tmp_path / "clip.mjpeg", clip)
                flags = (FAKE, ALLOWED, f"--use-file-for-fake-video-capture={path}")
            another = rig.launch(browser.browser_type, *flags)
            opened.callback(another.close)
            crowd = Crowd(another, site)
            crowds.append(crowd)
            return crowd

        crowds: list[Crowd] = []
        yield start
        said = [said for crowd in crowds for person in crowd.people for said in person.complaints]
    assert not said


@pytest.fixture
def carla(shop):
    """Carla's card with its QR."""
    card = shop.card("stamps", name="Carla De Santis", at=clock.now())
    card.qr = qr_text("http://127.0.0.1:8000", card.token)
    return card


def side(pixels_a_module: float) -> int:
    return int(frames.MODULES * pixels_a_module)


def easy(text: str) -> Iterator[bytes]:
    """In view from the first frame on."""
    frame = frames.placed(frames.card(frames.symbol(text), side(6)), turned=4)
    yield from (frames.jpeg(frames.noisy(frame, 4, seed)) for seed in range(3))


def entering(text: str) -> Iterator[bytes]:
    """An empty counter; from 2.0 s a card comes in and shakes, from 3.0 s it stands still."""
    counter, code = frames.counter(), frames.card(frames.symbol(text), side(5))
    empty = [frames.jpeg(frames.noisy(counter, 6, seed)) for seed in range(3)]
    yield from itertools.islice(itertools.cycle(empty), 2 * SECOND)
    for number in range(SECOND):
        coming, shaking = (1 - number / SECOND) ** 2 * 700, 6 * math.sin(number * 1.3)
        turned = 8 + 2 * math.sin(number / 5)
        frame = frames.placed(code, turned=turned, shift=(coming + shaking, shaking / 2))
        yield frames.jpeg(frames.noisy(frames.swept(frame, 9) if coming > 20 else frame, 8))
    still = frames.placed(code, turned=8)
    there = [frames.jpeg(frames.noisy(still, 8, seed)) for seed in range(3)]
    yield from itertools.islice(itertools.cycle(there), 5 * SECOND)


def hard(text: str) -> Iterator[bytes]:
    """Small, turned, grey on grey, seen from the side, and the focus is found only by and by."""
    code = frames.card(frames.symbol(text), side(3.2), dark=60, light=150)
    frame = frames.placed(code, turned=28, keystone=0.15)
    for number in range(6 * SECOND):
        if number % 3 == 0 and number <= 4 * SECOND:  # a new picture ten times a second is enough
            focus = max(0.6, 3 - number / 37)
            shown = frames.jpeg(frames.noisy(frames.soft(frame, focus), 7, number % 5))
        yield shown


def open_till(crowd: Crowd, email: str) -> Person:
    """Somebody signed in, away from the till."""
    person = crowd.person(permissions=["camera"])
    person.sign_in(email)
    person.go("/till/today")
    return person


def marks(page) -> dict[str, float]:
    """When the page reached what it marks, in milliseconds since it was opened."""
    page.wait_for_function("performance.getEntriesByName('till:painted').length > 0")
    found = page.evaluate("performance.getEntriesByType('mark').map(at => [at.name, at.startTime])")
    return dict(found)


def scan(crowd: Crowd, shop, card) -> dict[str, float]:
    """Open the till and wait for the customer; what it took."""
    bruno = open_till(crowd, shop.cashier_email)
    till = bruno.go("/till/")
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_focused(timeout=15_000)
    assert till.locator("form[data-visit] input[name=scan]").input_value() == card.qr
    took = marks(till)
    till.context.close()
    return took


def best(crowd: Crowd, shop, card, measure: Callable[[dict[str, float]], float]) -> float:
    """Of three tries: a machine that others use too is slow now and then."""
    return min(measure(scan(crowd, shop, card)) for _ in range(TRIES))


def test_a_code_in_view_is_read_within_a_second_and_a_half_of_opening(shop, carla, with_camera):
    crowd = with_camera(easy(carla.qr))
    took = [scan(crowd, shop, carla) for _ in range(TRIES)]
    assert min(each["till:read"] for each in took) <= 1_500
    assert min(each["till:painted"] - each["till:frame"] for each in took) <= 300


def test_a_card_that_comes_in_is_read_once_it_stands_still(shop, carla, with_camera):
    crowd = with_camera(entering(carla.qr))
    assert best(crowd, shop, carla, lambda at: at["till:read"] - at["till:frame"]) <= 4_500


def test_a_hard_code_is_read_as_soon_as_the_focus_is_found(shop, carla, with_camera):
    crowd = with_camera(hard(carla.qr))
    assert best(crowd, shop, carla, lambda at: at["till:read"] - at["till:frame"]) <= 6_000


def test_a_camera_that_was_refused_says_how_to_allow_it_and_the_code_still_works(
    shop, carla, with_camera
):
    crowd = with_camera(None, FAKE, f"{ALLOWED}=deny")
    till = cannot(crowd, shop, "La fotocamera non ha il permesso.")
    expect(till.get_by_text("consenti la fotocamera")).to_be_visible()
    by_hand(till, carla)


def test_a_device_without_a_camera_says_so_and_the_code_still_works(shop, carla, with_camera):
    by_hand(cannot(with_camera(None, ALLOWED), shop, "Nessuna fotocamera trovata."), carla)


def cannot(crowd: Crowd, shop, title: str):
    """The till of somebody whose camera stays shut, with the words for it."""
    person = crowd.person()
    till = person.sign_in(shop.cashier_email)
    expect(till.get_by_role("alert").get_by_text(title)).to_be_visible()
    return till


def by_hand(till, card) -> None:
    """The code under the QR is the way that always works."""
    till.get_by_label(re.compile("Codice della carta")).press_sequentially(card.code)
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()
