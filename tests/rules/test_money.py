"""Amounts as people write them, exact to the smallest unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.core import money
from loyalty.core.money import NotAnAmount


@pytest.mark.parametrize(
    ("text", "language", "minor"),
    [
        ("12,40", "it", 1240),
        ("12.40", "it", 1240),
        ("12,4", "it", 1240),
        ("12", "it", 1200),
        ("1.234,50", "it", 123_450),
        ("1.234", "it", 123_400),
        ("1.234.567,89 €", "it", 123_456_789),
        ("€ 12,40", "it", 1240),
        ("\u00a0 0,05 ", "it", 5),
        ("12.40", "en", 1240),
        ("12,40", "en", 1240),
        ("1,234.50", "en", 123_450),
        ("1,234", "en", 123_400),
        ("$1,234,567.89", "en", 123_456_789),
        ("0", "en", 0),
        ("0.500", "it", 50),
        ("0,500", "en", 50),
    ],
)
def test_an_amount_is_understood_as_its_writer_meant_it(text, language, minor):
    assert money.parse_amount(text, "EUR", language) == minor


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    "text",
    ["", " ", "-1", "+1", "1e3", "12,4050", "1234.567", "1234,567", "12.4.0", "1.2.3", "1,2,3",
     "1.234.5", "12,40,50", "0x10", "1_000", "NaN", "inf", "dodici", "1/2", "9" * 13, ",", ".",
     "12,4O"],
)  # fmt: skip
def test_what_is_not_an_amount_is_refused_and_never_guessed(text, language):
    with pytest.raises(NotAnAmount):
        money.parse_amount(text, "EUR", language)


def test_currencies_have_the_decimals_of_iso_4217():
    assert [money.digits(currency) for currency in ("EUR", "JPY", "TND")] == [2, 0, 3]
    assert money.minor_units("12.345", "TND") == 12_345
    assert money.minor_units("12.0", "JPY") == 12
    for plain, currency in (("12.5", "JPY"), ("12.345", "EUR"), ("0.0001", "TND")):
        with pytest.raises(NotAnAmount):
            money.minor_units(plain, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "it", "en"),
    [
        (123_450, "EUR", "1.234,50 €", "€1,234.50"),
        (5, "EUR", "0,05 €", "€0.05"),
        (0, "EUR", "0,00 €", "€0.00"),
        (-1240, "EUR", "-12,40 €", "-€12.40"),
        (1500, "JPY", "1.500 JPY", "JPY 1,500"),
        (12_345, "TND", "12,345 TND", "TND 12.345"),
        (100, "CHF", "1,00 CHF", "CHF 1.00"),
    ],
)
def test_an_amount_is_written_as_the_reader_expects(minor, currency, it, en):
    assert money.format_amount(minor, currency, "it") == it
    assert money.format_amount(minor, currency, "en") == en


@given(st.integers(0, money.AMOUNT_MINOR_MAX), st.sampled_from(["it", "en"]))
def test_what_was_written_is_read_back(minor, language):
    written = money.format_amount(minor, "EUR", language)
    assert money.parse_amount(written, "EUR", language) == minor


@given(st.text(max_size=20), st.sampled_from(["EUR", "JPY", "TND"]), st.sampled_from(["it", "en"]))
def test_any_text_is_an_amount_or_is_refused(text, currency, language):
    try:
        assert money.parse_amount(text, currency, language) >= 0
    except NotAnAmount:
        return
