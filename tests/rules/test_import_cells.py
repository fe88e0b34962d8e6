"""What a cell of a file of sales means: money, quantities, times."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.imports import cells

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def amount(text, places=2, *, comma=False):
    return cells.amount_minor(text, places, comma=comma)


def when(text, zone=ROME):
    return cells.moment(text, zone, latest_at=NOW)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12", 1200), ("12.4", 1240), ("12.40", 1240), ("0", 0), ("0.01", 1), ("007.50", 750)],
)
def test_an_amount_is_read_to_the_cent(text, minor):
    assert amount(text) == minor


@given(st.integers(min_value=-1_000_000_000, max_value=1_000_000_000))
def test_every_amount_comes_back_as_it_was_written(minor):
    sign, whole, cents = "-" if minor < 0 else "", abs(minor) // 100, abs(minor) % 100
    assert amount(f"{sign}{whole}.{cents:02d}") == minor


def test_the_largest_sale_goes_in_and_one_cent_more_does_not():
    assert amount("10000000.00") == 1_000_000_000
    with pytest.raises(cells.NotTaken, match="too much"):
        amount("10000000.01")
    with pytest.raises(cells.NotTaken):
        amount("9" * 400)


def test_a_currency_without_cents_takes_no_decimals():
    assert amount("1300", 0) == 1300
    with pytest.raises(cells.NotTaken, match="decimals"):
        amount("1300.5", 0)
    assert amount("1.234", 3) == 1234


@pytest.mark.parametrize("text", ["1.234", "12.500", "0.001"])
def test_more_decimals_than_the_currency_are_refused_and_never_rounded(text):
    with pytest.raises(cells.NotTaken, match="more than 2 decimals"):
        amount(text)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12,40", "1.23,50", "1,234.50,1", "12.34,5.0", "1e3", "NaN", "Infinity", "1_000",
     "€12", "12.", ".5", "+5", "--5", "0x10", "\u0661\u0662", "1 000", "12.4.0"],
)  # fmt: skip
def test_what_is_not_a_plain_number_is_refused(text):
    with pytest.raises(cells.NotTaken):
        amount(text)


def test_a_comma_is_a_decimal_mark_only_where_it_separates_no_cells():
    assert amount("12,40", comma=True) == 1240
    assert amount("12.40", comma=True) == 1240
    for text in ("1,234,50", "1.234"):
        with pytest.raises(cells.NotTaken):
            amount(text, comma=True)


@pytest.mark.parametrize("comma", [False, True])
def test_thousands_may_be_marked_where_both_marks_tell_which_is_which(*, comma):
    assert amount("1.234,50", comma=comma) == 123450
    assert amount("-1,234,567.8", comma=comma) == -123456780


def test_a_quantity_may_be_a_weight_but_not_nothing():
    assert cells.quantity_milli("2", comma=False) == 2000
    assert cells.quantity_milli("0.355", comma=False) == 355
    assert cells.quantity_milli("-1", comma=False) == -1000
    for text in ("0", "0.0001", "1000001", "two"):
        with pytest.raises(cells.NotTaken):
            cells.quantity_milli(text, comma=False)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2017-01-01T13:01:19", "2017-01-01T12:01:19"),
        ("2017-07-01 13:01:19", "2017-07-01T11:01:19"),
        ("2017-07-01T13:01", "2017-07-01T11:01:00"),
        ("2017-07-01T13:01:19Z", "2017-07-01T13:01:19"),
        ("2017-07-01T13:01:19.250+05:30", "2017-07-01T07:31:19.250"),
        ("2017-07-01", "2017-07-01T10:00:00"),
        ("2016-02-29", "2016-02-29T11:00:00"),
        ("01/02/2017", "2017-02-01T11:00:00"),
        ("1.2.2017 18:05", "2017-02-01T17:05:00"),
        ("31-12-2017 18:05:30", "2017-12-31T17:05:30"),
    ],
)
def test_a_time_without_zone_is_the_shops_and_a_bare_date_is_noon(text, utc):
    assert when(text) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_time_that_the_clocks_skipped_moves_one_hour_on():
    # Rome, 31 March 2024: 02:00 becomes 03:00.
    assert when("2024-03-31T02:30:00") == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    assert when("2024-03-31T02:30:00").astimezone(ROME).hour == 3


def test_of_a_time_that_the_clocks_showed_twice_the_first_is_meant():
    # Rome, 27 October 2024: 03:00 becomes 02:00.
    first = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert when("2024-10-27T02:30:00") == first
    assert when("2024-10-27T02:30:00+01:00") == first + timedelta(hours=1)


def test_a_date_is_noon_even_where_the_clocks_change_at_midnight():
    santiago = ZoneInfo("America/Santiago")
    assert when("2024-09-08", santiago).astimezone(santiago).hour == 12


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "01/02/17", "31/02/2017", "01/13/2017", "01/02-2017", "2017-13-01"),
        *("2017-02-29", "2017-01-01T25:00"),
        *("20170101", "2017-W01-1", "2017-01-01T13:01:19 Europe/Rome", "2017-1-1"),
        *("1483275679", "\u0662\u0660\u0661\u0667-01-01"),
    ],
)  # fmt: skip
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(cells.NotTaken):
        when(text)


def test_where_months_come_first_a_day_first_date_is_refused_and_never_guessed():
    for text in ("01/02/2017", "31/12/2017"):
        with pytest.raises(cells.NotTaken):
            when(text, ZoneInfo("America/New_York"))


def test_a_sale_of_today_goes_in_and_one_of_next_week_or_the_moon_age_does_not():
    assert when("2026-11-21T23:00:00")
    for text in ("2026-11-28", "1969-07-20", "9999-12-31", "0001-01-01"):
        with pytest.raises(cells.NotTaken, match="future or before 1970"):
            when(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text):
    for read in (
        lambda: amount(text, comma=True),
        lambda: cells.quantity_milli(text, comma=True),
        lambda: when(text),
        lambda: cells.email(text),
    ):
        with contextlib.suppress(cells.NotTaken):
            read()
