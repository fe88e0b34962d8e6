"""How far the next birthday is."""

from datetime import date

import pytest

from loyalty.customers.birthdays import days_until, is_soon


@pytest.mark.parametrize(
    ("on", "birthday", "days"),
    [
        (date(2026, 11, 21), "11-21", 0),
        (date(2026, 11, 21), "11-28", 7),
        (date(2026, 11, 21), "11-20", 364),
        (date(2026, 12, 30), "01-02", 3),
        (date(2027, 2, 26), "02-29", 2),
        (date(2028, 2, 29), "02-29", 365),
        (date(2026, 11, 21), None, None),
    ],
)
def test_days_are_counted_to_the_next_one(on, birthday, days):
    assert days_until(on, birthday) == days


def test_a_week_before_is_soon():
    assert [is_soon(days) for days in (0, 7, 8, None)] == [True, True, False, False]
