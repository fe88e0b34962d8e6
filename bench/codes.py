"""QR codes as the product makes them, each read back: printed and live, as SVG and PNG.

`python -m bench codes`: milliseconds to make one; what is read must be the text.
"""

import argparse
import io
import os
import random
from collections.abc import Callable
from statistics import median
from time import perf_counter

import zxingcpp
from PIL import Image

from bench.outcome import Figure, Outcome
from bench.rounds import measured
from loyalty.cards import qr
from loyalty.cards.tokens import qr_text
from loyalty.core.ids import random_code
from tests.rigs.drawn import picture

MS_MAX, CODES, SEED = 12, 200, 20_261_126
URL = "https://card.example.it"
FORMS: dict[str, Callable[[str], bytes | str]] = {
    "printed, SVG": qr.svg,
    "printed, PNG": qr.png,
    "live, SVG": qr.svg_once,
}


def main(argv: list[str]) -> Outcome:
    """Each form, three rounds of codes that were never made before."""
    parser = argparse.ArgumentParser(prog="bench codes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = parser.parse_args(argv)
    random.seed(SEED)
    figures, faults, noisy = [], [], False
    for form, make in FORMS.items():
        qr.svg_once("warm")
        times = []
        for number in range(1, options.rounds + 1):
            done = measured(
                lambda make=make, form=form: _round(make, form),
                {"codes": os.getpid()},
                noisy=options.noisy,
                name=f"{form}, round {number}",
            )
            milliseconds, wrong = done.result
            times.append(milliseconds)
            faults += wrong
            noisy = noisy or not done.usage.is_quiet
        figures.append(Figure(form, times, MS_MAX, at_least=False, unit="ms"))
    return Outcome(f"{CODES} codes of each form a round", figures, faults, noisy)


def _round(make: Callable[[str], bytes | str], form: str) -> tuple[float, list[str]]:
    is_live = form.startswith("live")
    texts = [
        qr_text(URL, random_code(26), f"{random.randrange(10**8):08d}" if is_live else "")
        for _ in range(CODES)
    ]
    times, wrong = [], []
    for text in texts:
        began = perf_counter()
        made = make(text)
        times.append(1_000 * (perf_counter() - began))
        drawn = picture(made) if isinstance(made, str) else Image.open(io.BytesIO(made))
        if [each.text for each in zxingcpp.read_barcodes(drawn)] != [text]:
            wrong.append(f"{form}: {text} was not read back")
    return median(times), wrong
