"""When units end: whole days of the shop, the last one included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.core import calendar
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
    assert calendar.add_months(on, months) == then


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
    assert calendar.local_day(last, ROME) == date(2027, 11, 21)
    assert calendar.local_day(over, ROME) == date(2027, 11, 22)
    assert expiry.last_day(over, ROME) == date(2027, 11, 21)


def test_units_that_never_expire_have_no_end():
    assert expiry.lot_expires_at(Expiry("never", 0), utc(2026, 11, 21), ROME) is None


def test_a_voucher_of_thirty_days_is_good_through_the_thirtieth():
    assert expiry.days_later(utc(2026, 11, 21, 10), 30, ROME) == utc(2026, 12, 21, 23)
    assert expiry.days_later(utc(2026, 11, 21, 23, 30), 1, ROME) == utc(2026, 11, 23, 23)


def test_where_midnight_does_not_exist_the_day_ends_when_the_next_one_begins():
    # In Santiago the clocks went from 24:00 to 01:00 on the night of 5 September 2026.
    over = calendar.end_of(date(2026, 9, 5), "America/Santiago")
    assert calendar.local_day(over, "America/Santiago") == date(2026, 9, 6)
    assert expiry.last_day(over, "America/Santiago") == date(2026, 9, 5)


@pytest.mark.parametrize(
    ("kind", "months", "sold_on", "last_day"),
    [
        ("rolling", 1, date(2027, 1, 31), date(2027, 2, 28)),
        ("rolling", 1, date(2028, 1, 31), date(2028, 2, 29)),
        ("rolling", 12, date(2028, 2, 29), date(2029, 2, 28)),
        ("inactivity", 12, date(2028, 2, 29), date(2029, 2, 28)),
        ("inactivity", 6, date(2027, 8, 31), date(2028, 2, 29)),
        ("month_end", 0, date(2027, 2, 1), date(2027, 2, 28)),
        ("month_end", 0, date(2027, 2, 28), date(2027, 2, 28)),
        ("month_end", 1, date(2028, 1, 31), date(2028, 2, 29)),
        ("month_end", 1, date(2027, 2, 28), date(2027, 3, 31)),
        ("month_end", 12, date(2026, 11, 21), date(2027, 11, 30)),
        ("month_end", 12, date(2028, 2, 29), date(2029, 2, 28)),
        ("month_end", 12, date(2027, 2, 1), date(2028, 2, 29)),
        ("year_end", 0, date(2026, 1, 1), date(2026, 12, 31)),
        ("year_end", 1, date(2026, 11, 30), date(2026, 12, 31)),
        ("year_end", 1, date(2026, 12, 1), date(2027, 12, 31)),
        ("year_end", 12, date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
@pytest.mark.parametrize("timezone", [ROME, "America/Santiago", "Pacific/Kiritimati"])
def test_each_way_of_expiring_has_its_last_day_in_the_zone_of_the_shop(
    kind, months, sold_on, last_day, timezone
):
    for at in (time(0, 0), time(12, 30), time(23, 59, 59)):
        sold_at = datetime.combine(sold_on, at, ZoneInfo(timezone)).astimezone(UTC)
        over = expiry.lot_expires_at(Expiry(kind, months), sold_at, timezone)
        assert over.tzinfo is UTC
        assert expiry.last_day(over, timezone) == last_day
        assert calendar.local_day(over, timezone) == last_day + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "months", "sold_at", "expires_at"),
    [
        # In the months in which the clocks change, the last day of the month is summer or winter.
        ("month_end", 0, utc(2027, 3, 1, 10), utc(2027, 3, 31, 22)),
        ("month_end", 0, utc(2027, 10, 1, 10), utc(2027, 10, 31, 23)),
        ("year_end", 6, utc(2027, 6, 30, 10), utc(2027, 12, 31, 23)),
        # Half past eleven in Greenwich on New Year's Eve is next year in Rome.
        ("year_end", 0, utc(2026, 12, 31, 23, 30), utc(2027, 12, 31, 23)),
        ("month_end", 0, utc(2026, 11, 30, 22, 59), utc(2026, 11, 30, 23)),
        ("month_end", 0, utc(2026, 11, 30, 23), utc(2026, 12, 31, 23)),
        ("inactivity", 1, utc(2027, 2, 28, 10), utc(2027, 3, 28, 22)),
        ("inactivity", 1, utc(2026, 9, 25, 10), utc(2026, 10, 25, 23)),
    ],
)
def test_the_end_is_midnight_in_rome_in_summer_and_in_winter(kind, months, sold_at, expires_at):
    assert expiry.lot_expires_at(Expiry(kind, months), sold_at, ROME) == expires_at


@pytest.mark.parametrize(
    ("timezone", "on", "over"),
    [
        # Spring: 00:00 does not exist, the next day begins at 01:00.
        ("America/Santiago", date(2026, 9, 5), utc(2026, 9, 6, 4)),
        ("Africa/Cairo", date(2026, 4, 23), utc(2026, 4, 23, 22)),
        ("Asia/Beirut", date(2026, 3, 28), utc(2026, 3, 28, 22)),
        # Autumn: the last hour of the day is there twice, and both times it is that day.
        ("America/Santiago", date(2026, 4, 4), utc(2026, 4, 5, 4)),
        ("Africa/Cairo", date(2026, 10, 29), utc(2026, 10, 29, 22)),
        # Autumn in Havana: midnight is there twice, and the day ends with the first.
        ("America/Havana", date(2026, 10, 31), utc(2026, 11, 1, 4)),
        # The first place where a day is over, and one of the last.
        ("Pacific/Kiritimati", date(2026, 12, 31), utc(2026, 12, 31, 10)),
        ("Pacific/Pago_Pago", date(2026, 12, 31), utc(2027, 1, 1, 11)),
        # Samoa went without 30 December 2011: both days end when the 31st begins.
        ("Pacific/Apia", date(2011, 12, 29), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),
    ],
)
def test_a_day_ends_when_the_next_one_begins_whatever_the_clocks_do(timezone, on, over):
    assert calendar.end_of(on, timezone) == over
    assert calendar.local_day(over, timezone) > on
    assert calendar.local_day(over - timedelta(microseconds=1), timezone) <= on


@given(
    st.sampled_from(sorted(available_timezones())), st.dates(date(2000, 1, 1), date(2060, 12, 31))
)
def test_in_every_zone_of_the_world_the_day_is_over_then_and_not_a_moment_sooner(timezone, on):
    over = calendar.end_of(on, timezone)
    assert calendar.local_day(over, timezone) > on
    assert calendar.local_day(over - timedelta(microseconds=1), timezone) <= on


def test_units_last_until_nothing_has_happened_for_so_many_months():
    assert calendar.idle_end(utc(2026, 8, 31, 10), 6, ROME) == utc(2027, 2, 28, 23)
    assert calendar.idle_end(utc(2026, 8, 31, 22, 30), 6, ROME) == utc(2027, 3, 1, 23)
    first_end = expiry.lot_expires_at(Expiry("inactivity", 6), utc(2026, 8, 31, 10), ROME)
    assert first_end == calendar.idle_end(utc(2026, 8, 31, 10), 6, ROME)


@pytest.mark.parametrize("kind", ["rolling", "inactivity", "month_end", "year_end"])
@pytest.mark.parametrize("timezone", [ROME, "America/Santiago", "Pacific/Kiritimati"])
def test_an_end_beyond_the_calendar_is_never(kind, timezone):
    for sold_at in (utc(9999, 12, 31, 12), utc(9999, 12, 31, 23, 59), utc(9990, 1, 31, 12)):
        assert expiry.lot_expires_at(Expiry(kind, 120), sold_at, timezone) is None
    assert calendar.idle_end(utc(9999, 12, 31, 23, 59), 120, timezone) is None


def test_months_run_backwards_too_and_stop_where_the_calendar_does():
    assert calendar.add_months(date(2028, 2, 29), -12) == date(2027, 2, 28)
    assert calendar.add_months(date(2027, 1, 31), -2) == date(2026, 11, 30)
    assert calendar.add_months(date(9999, 1, 31), 12) == date.max
    assert calendar.add_months(date(1, 1, 31), -1) == date.min
    assert calendar.month_end(date(2028, 2, 1)) == date(2028, 2, 29)
