"""What a device's camera sees in the tests: clips made on the spot, and people who hold it."""

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from loyalty.cards.tokens import qr_text
from loyalty.core import clock
from tests.e2e.conftest import Crowd, Person
from tests.rigs import browser as rig
from tests.rigs import frames

FAKE = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"
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


def nothing() -> Iterator[bytes]:
    """An empty counter."""
    yield from (frames.jpeg(frames.noisy(frames.counter(), 6, seed)) for seed in range(3))


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


def lying(*texts: str) -> Iterator[bytes]:
    """One code after the other before the camera, each for a second and a half."""
    for text in texts:
        frame = frames.placed(frames.card(frames.symbol(text), side(6)), turned=4)
        yield from [frames.jpeg(frames.noisy(frame, 4))] * (SECOND * 3 // 2)


def open_till(crowd: Crowd, email: str, **device: object) -> Person:
    """Somebody signed in, away from the till."""
    person = crowd.person(permissions=["camera"], **device)
    person.sign_in(email, then="/till/today")
    return person


def until(page: Page, condition: str) -> None:
    """Wait in the page: Playwright's own way evaluates text there, which the policy forbids."""
    met = page.evaluate(
        "() => new Promise((done) => { const end = Date.now() + 15000; const look = () =>"
        f" ({condition}) ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 20);"
        " look(); })"
    )
    assert met, condition
