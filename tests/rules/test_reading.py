"""Whether terms can be read at a counter, and what is said when they cannot."""

import pytest

from loyalty.core.text import Text
from loyalty.programs import reading
from tests.builders import POINTS, STAMPS
from tests.rules.said import sentence


def test_terms_that_fit_a_counter_are_not_called_long():
    assert reading.too_long(sentence(POINTS)) is None
    assert reading.too_long(sentence(STAMPS)) is None


@pytest.mark.parametrize(
    ("it", "en", "is_long"),
    [
        ("x" * 240, "x" * 240, False),
        ("x" * 241, "x", True),
        ("x", "x" * 241, True),
        ("x " * 40, "x", False),
        ("x", "x " * 41, True),
    ],
)
def test_240_characters_or_40_words_in_either_language_are_enough(it, en, is_long):
    assert (reading.too_long(Text(it, en)) is not None) is is_long


def test_the_advice_names_the_length_and_the_longest_part():
    long = Text(
        f"Breve; {' '.join(['caffè'] * 60)}; fine.", f"Short; {' '.join(['coffee'] * 60)}; end."
    )
    advice = reading.too_long(long)
    assert "62 parole" in advice.it
    assert "62 words" in advice.en
    assert "«caffè caffè" in advice.it
    assert "coffee…”" in advice.en
    assert len(advice.it) < 300
