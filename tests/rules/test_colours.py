"""Colours are judged as WCAG does, and what cannot be read comes with the nearest that can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.core import colours
from loyalty.core.colours import READABLE, SEEN
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import PALETTES, Look

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0b6b4f", "#0b6b4f", 1.0),
    ],
)
def test_contrast_is_that_of_the_standard(one, other, ratio):
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert colours.contrast(other, one) == colours.contrast(one, other)


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [("#ABC", "#aabbcc"), ("0A4A38", "#0a4a38"), (" #0a4a38 ", "#0a4a38")]
    + [(bad, None) for bad in ("", "red", "#12345", "#1234567", "url(x)", "#gggggg", "#١٢٣")],
)
def test_a_colour_is_six_digits_and_nothing_else(typed, tidy):
    assert colours.tidy(typed) == tidy


@given(COLOURS, COLOURS)
def test_the_nearest_colour_can_be_read_and_what_can_be_read_stays(ink, ground):
    better = colours.nearest(ink, ground, READABLE)
    assert colours.contrast(better, ground) >= READABLE
    if colours.contrast(ink, ground) >= READABLE:
        assert better == ink


@given(COLOURS, COLOURS, COLOURS)
def test_whatever_is_saved_can_be_read_in_all_its_parts(background, ink, accent):
    look = Look(background, ink, accent)
    faults = card_looks.faults(look)
    if faults:
        assert all("#" in text.it and "#" in text.en for each in faults.values() for text in each)
        return
    assert colours.contrast(look.soft, background) >= READABLE
    assert colours.contrast(look.line, background) >= SEEN
    assert colours.contrast(look.on_accent, accent) >= SEEN


@pytest.mark.parametrize("palette", PALETTES, ids=lambda each: each.key)
def test_every_palette_reads_well(palette):
    look = Look(palette.background, palette.ink, palette.accent)
    assert card_looks.faults(look) == {}
    assert colours.contrast(palette.ink, palette.background) >= 7
