"""Periods and what stands beside them, in whole days."""

from datetime import date

import pytest

from loyalty.analytics import periods
from loyalty.analytics.periods import LAST_YEAR, NOTHING, NotAPeriod, Period
from loyalty.analytics.spans import Span

TODAY = date(2026, 3, 31)


def span(*days):
    return Span(*(date(*each) for each in days))


@pytest.mark.parametrize(
    ("key", "is_", "beside"),
    [
        ("today", ((2026, 3, 31), (2026, 3, 31)), ((2026, 3, 30), (2026, 3, 30))),
        ("7", ((2026, 3, 24), (2026, 3, 30)), ((2026, 3, 17), (2026, 3, 23))),
        ("28", ((2026, 3, 3), (2026, 3, 30)), ((2026, 2, 3), (2026, 3, 2))),
        ("month", ((2026, 3, 1), (2026, 3, 31)), ((2026, 2, 1), (2026, 2, 28))),
        ("last_month", ((2026, 2, 1), (2026, 2, 28)), ((2026, 1, 1), (2026, 1, 31))),
        ("year", ((2026, 1, 1), (2026, 3, 31)), ((2025, 1, 1), (2025, 3, 31))),
    ],
)
def test_each_preset_has_its_days_and_those_before(key, is_, beside):
    found = Period(key, periods.preset(key, TODAY))
    assert found.span == span(*is_)
    assert found.beside == span(*beside)


def test_a_month_that_is_not_over_stands_beside_as_many_days():
    found = Period("month", periods.preset("month", date(2026, 3, 12)))
    assert found.beside == span((2026, 2, 1), (2026, 2, 12))


def test_a_year_back_are_the_same_dates_and_a_whole_month_stays_whole():
    assert Period("own", span((2024, 2, 1), (2024, 2, 29)), LAST_YEAR).beside == span(
        (2023, 2, 1), (2023, 2, 28)
    )
    assert Period("own", span((2023, 2, 1), (2023, 2, 28)), LAST_YEAR).beside == span(
        (2022, 2, 1), (2022, 2, 28)
    )
    assert Period("own", span((2025, 2, 1), (2025, 2, 28)), LAST_YEAR).beside == span(
        (2024, 2, 1), (2024, 2, 29)
    )
    assert Period("7", periods.preset("7", TODAY), NOTHING).beside is None


@pytest.mark.parametrize(
    ("first", "last", "which"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "to"),
        (date(2026, 3, 2), date(2026, 4, 1), "to"),
        (date(1999, 12, 31), date(2026, 3, 1), "from"),
        (date(2001, 1, 1), date(2026, 3, 1), "from"),
    ],
)
def test_days_that_make_no_sense_say_which_end_and_why(first, last, which):
    with pytest.raises(NotAPeriod) as refused:
        periods.own(first, last, TODAY)
    assert refused.value.which == which
