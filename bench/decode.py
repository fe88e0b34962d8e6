"""Hard pictures of a QR code, read by the worker that the till ships, in a browser.

`python -m bench decode`: 118 pictures, each with one fault of its own (distance, focus, light,
angle, noise, movement, glare, the ground around it); what is read must be what was written.
"""

import argparse
import json
import os
import random
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Page, Route, sync_playwright

from bench import cast
from bench.cast import installation
from bench.machine import tree
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.serving import serving
from loyalty import assets
from tests.rigs import browser, frames

TEXT = "HTTPS://CARD.EXAMPLE/C/7K3M9Q2X5VBTN8RJW4HDZC6PFY"
PICTURES = 118
READ_MIN = 90
MS_MAX = 10
READERS = {"zxing": "scan-worker.js", "plain": "scan-worker-plain.js"}
# The page's part of it: the middle of each picture, as the till cuts it, goes to the worker.
ASK = """async ({worker, count}) => {
  const reader = new Worker(worker);
  const heard = () => new Promise((found, failed) => {
    reader.onmessage = ({data}) => ("failed" in data ? failed(data.failed) : found(data));
    reader.onerror = ({message}) => failed(message);
  });
  await heard();
  const canvas = Object.assign(document.createElement("canvas"), {width: 720, height: 720});
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const answers = [];
  for (let id = 0; id < count; id++) {
    const picture = await createImageBitmap(await (await fetch(`/pictures/${id}.png`)).blob());
    context.drawImage(picture, 280, 0, 720, 720, 0, 0, 720, 720);
    const answer = heard();
    reader.postMessage({id, image: context.getImageData(0, 0, 720, 720)});
    answers.push(await answer);
  }
  reader.terminate();
  return answers;
}"""


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    rounds: int
    noisy: bool


@dataclass(frozen=True)
class Read:
    """One round over all pictures: which were read, how fast, and what was read wrongly."""

    hits: Sequence[bool]
    ms: Sequence[float]
    wrong: Sequence[str]

    @property
    def middle_ms(self) -> float:
        """Of the pictures that were read."""
        return median(took for took, is_hit in zip(self.ms, self.hits, strict=True) if is_hit)


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench decode", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    pictures = [(kind, frames.png(frame)) for kind, frame in every()]
    assert len(pictures) == PICTURES, len(pictures)
    with opened([picture for _, picture in pictures]) as (page, roots):
        found = {name: _rounds(page, roots, name, options) for name in READERS}
    _tell(found["zxing"][0], [kind for kind, _ in pictures])
    return Outcome(
        f"{PICTURES} pictures of 1280 x 720, of which the worker gets the square in the middle",
        [
            *_figures("", found["zxing"], READ_MIN, MS_MAX),
            *_figures("without wasm: ", found["plain"]),
        ],
        [wrong for reads in found.values() for read in reads for wrong in read.wrong],
        options.noisy,
    )


@contextmanager
def opened(pictures: Sequence[bytes]) -> Iterator[tuple[Page, dict[str, int]]]:
    """A page of the shipped server, under its own policy, that finds the pictures beside it."""
    others = tree(os.getpid())

    def show(route: Route) -> None:
        number = int(Path(route.request.url).stem)
        route.fulfill(body=pictures[number], content_type="image/png")

    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation("sqlite") as (environment, _),
    ):
        cast.open_counter(environment, cards=0)
        with (
            serving(environment, Path(folder) / "log") as served,
            sync_playwright() as playwright,
        ):
            started = browser.launch(playwright.chromium)
            page = started.new_page()
            page.route("**/pictures/*.png", show)
            page.goto(f"{served.url}/sign-in")
            server = tree(served.process.pid)
            yield (
                page,
                {
                    "server": served.process.pid,
                    "browser": min(tree(os.getpid()) - others - server),
                },
            )
            started.close()


def _rounds(page: Page, roots: Mapping[str, int], name: str, options: Options) -> list[Read]:
    worker = f"/static/dist/{assets.manifest()[READERS[name]]}"

    def act() -> Read:
        answers = page.evaluate(ASK, {"worker": worker, "count": PICTURES})
        return _read(answers)

    act()  # the first compiles
    found = []
    for _ in range(options.rounds):
        one = measured(act, roots, noisy=options.noisy, name=name).result
        print(f"  {name}: {sum(one.hits)} read, {one.middle_ms:.1f} ms", flush=True)
        found.append(one)
    return found


def _read(answers: Sequence[Mapping[str, Any]]) -> Read:
    texts = [answer["text"] for answer in answers]
    return Read(
        hits=[text == TEXT for text in texts],
        ms=[answer["ms"] for answer in answers],
        wrong=[json.dumps(text) for text in texts if text not in (None, TEXT)],
    )


def _figures(
    prefix: str, reads: Sequence[Read], hits_min: int | None = None, ms_max: int | None = None
) -> list[Figure]:
    hits = [sum(read.hits) for read in reads]
    times = [read.middle_ms for read in reads]
    return [
        Figure(f"{prefix}read of {PICTURES}", hits, hits_min),
        Figure(f"{prefix}median of those read", times, ms_max, at_least=False, unit="ms"),
    ]


def _tell(read: Read, kinds: Sequence[str]) -> None:
    """By kind, for whoever changes the reader."""
    for kind in dict.fromkeys(kinds):
        hits = [hit for hit, each in zip(read.hits, kinds, strict=True) if each == kind]
        print(f"  {kind:28} {sum(hits)} of {len(hits)}", flush=True)


# --- the pictures --------------------------------------------------------------------------------


def every() -> Iterator[tuple[str, Image.Image]]:
    """All pictures, each with its kind; the same in every run."""
    for kind, made in KINDS.items():
        for number, frame in enumerate(made()):
            quiet = frame if "noise" in kind else frames.noisy(frame, 4, number % 5)
            yield re.sub("_", " ", kind), quiet


def _screen(pixels: float, **levels: int) -> Image.Image:
    return frames.card(CODE, round(frames.MODULES * pixels), **levels)


def _shown(pixels: float = 5, number: int = 0, **how: Any) -> Image.Image:
    """Never twice in the same place: where the pixels meet the modules decides a great deal."""
    chance = random.Random(number)
    shift = (chance.uniform(-40, 40), chance.uniform(-40, 40))
    turned = how.pop("turned", chance.uniform(-8, 8))
    return frames.placed(_screen(pixels), turned=turned, shift=shift, **how)


def _far() -> Iterator[Image.Image]:
    for pixels in (1.25, 1.5, 1.75, 2, 2.5):
        yield from (_shown(pixels, number) for number in range(3))


def _near() -> Iterator[Image.Image]:
    yield from (
        _shown(pixels, round(pixels)) for pixels in (3, 3.5, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
    )


def _out_of_focus() -> Iterator[Image.Image]:
    for sigma in (1.5, 2, 2.5, 3):
        yield from (frames.soft(_shown(number=number), sigma) for number in range(2))


def _turned() -> Iterator[Image.Image]:
    yield from (_shown(turned=angle, number=angle) for angle in range(0, 201, 20))


def _grey() -> Iterator[Image.Image]:
    for levels in (60, 40, 30, 20, 12):
        for middle in (110, 160):
            low, high = middle - levels // 2, middle + levels // 2
            yield frames.placed(_screen(5, dark=low, light=high), turned=6)


def _from_the_side() -> Iterator[Image.Image]:
    for lean in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        yield from (_shown(keystone=lean, number=number) for number in range(2))


def _in_noise() -> Iterator[Image.Image]:
    for sigma in (10, 20, 30, 40, 60, 80):
        yield from (frames.noisy(_shown(number=seed), sigma, seed) for seed in range(2))


def _in_movement() -> Iterator[Image.Image]:
    yield from (frames.swept(_shown(number=pixels), pixels) for pixels in (3, 5, 7, 9, 11, 13))


def _in_glare() -> Iterator[Image.Image]:
    yield from (frames.glaring(_shown(), radius) for radius in (20, 35, 50, 70, 90))


def _inverted() -> Iterator[Image.Image]:
    for number in range(3):
        screen = ImageChops.invert(_screen(5))
        yield frames.placed(screen, turned=number * 7)


def _margins(ground: int) -> Iterator[Image.Image]:
    """The quiet zone of four, two, one and no modules, on a page as light or as dark as this."""
    for border in (4, 2, 1, 0):
        code = frames.symbol(TEXT, border)
        page = Image.new("L", (460, 560), ground)
        large = code.resize((code.width * 5 // frames.BOX,) * 2, Image.Resampling.LANCZOS)
        page.paste(large, ((460 - large.width) // 2, (560 - large.height) // 2))
        for turned in (0, 5, 11):
            yield frames.placed(page, turned=turned).filter(ImageFilter.GaussianBlur(0.7))


CODE = frames.symbol(TEXT)
KINDS = {
    "far_away": _far,
    "near": _near,
    "out_of_focus": _out_of_focus,
    "turned": _turned,
    "grey_on_grey": _grey,
    "seen_from_the_side": _from_the_side,
    "in_noise": _in_noise,
    "in_movement": _in_movement,
    "in_glare": _in_glare,
    "white_on_black": _inverted,
    "margins_on_a_light_page": lambda: _margins(235),
    "margins_on_a_dark_page": lambda: _margins(18),
}
