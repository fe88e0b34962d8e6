"""When units end: whole days of the shop, the last one included."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.programs import expiry
from loyalty.programs.document import Expiry

ROME = "Europe/Rome"


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "months", "then"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 8, 31), 120, date(2036, 8, 31)),
    ],
)
def test_the_same_day_months_later_or_the_last_of_that_month(on, months, then):
    assert expiry.add_months(on, months) == then


@pytest.mark.parametrize(
    ("sold_at", "expires_at"),
    [
        (utc(2026, 11, 21, 10), utc(2026, 12, 21, 23)),
        # A quarter past midnight in Rome is still yesterday in Greenwich.
        (utc(2026, 11, 21, 23, 15), utc(2026, 12, 22, 23)),
        # Sold in winter, over in summer: midnight comes an hour earlier in Greenwich.
        (utc(2027, 3, 10, 10), utc(2027, 4, 10, 22)),
        # The nights on which the clocks change: the day lasts until its own midnight.
        (utc(2027, 2, 28, 10), utc(2027, 3, 28, 22)),
        (utc(2026, 9, 25, 10), utc(2026, 10, 25, 23)),
    ],
)
def test_units_of_a_month_last_through_the_same_day_of_the_next(sold_at, expires_at):
    assert expiry.lot_expires_at(Expiry("rolling", 1), sold_at, ROME) == expires_at


def test_the_last_day_counts_in_full_and_not_a_moment_more():
    over = expiry.lot_expires_at(Expiry("rolling", 12), utc(2026, 11, 21, 10), ROME)
    last = over - timedelta(microseconds=1)
    assert expiry.local_day(last, ROME) == date(2027, 11, 21)
    assert expiry.local_day(over, ROME) == date(2027, 11, 22)
    assert expiry.last_day(over, ROME) == date(2027, 11, 21)


def test_units_that_never_expire_have_no_end():
    assert expiry.lot_expires_at(Expiry("never", 0), utc(2026, 11, 21), ROME) is None


def test_a_voucher_of_thirty_days_is_good_through_the_thirtieth():
    assert expiry.days_later(utc(2026, 11, 21, 10), 30, ROME) == utc(2026, 12, 21, 23)
    assert expiry.days_later(utc(2026, 11, 21, 23, 30), 1, ROME) == utc(2026, 11, 23, 23)


def test_where_midnight_does_not_exist_the_day_ends_when_the_next_one_begins():
    # In Santiago the clocks went from 24:00 to 01:00 on the night of 5 September 2026.
    over = expiry.end_of(date(2026, 9, 5), "America/Santiago")
    assert expiry.local_day(over, "America/Santiago") == date(2026, 9, 6)
    assert expiry.last_day(over, "America/Santiago") == date(2026, 9, 5)
