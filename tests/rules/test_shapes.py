"""Figures in more than one number: every visit, gap and member stands in exactly one row."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.analytics import returning, shapes
from loyalty.analytics.past import Past
from loyalty.analytics.returning import Period

FIRST = date(2026, 1, 1).toordinal()
DAYS = st.lists(st.integers(FIRST - 200, FIRST + 500), min_size=1, max_size=30, unique=True)


@given(st.lists(DAYS, max_size=8), st.integers(1, 400))
def test_the_spans_of_a_period_hold_all_its_visits_and_no_gap(everybody, days):
    past = Past({uuid4(): sorted(mine) for mine in everybody})
    period = Period(FIRST, FIRST + days - 1)
    did = returning.activity(past, period)
    rows = shapes.by_span(did, period)
    assert sum(row["new"] for row in rows) == did.new
    assert sum(row["returning"] for row in rows) == did.returning
    ends = [(date.fromisoformat(row["from"]), date.fromisoformat(row["to"])) for row in rows]
    assert ends[0][0].toordinal() == period.first
    assert ends[-1][1].toordinal() == period.last
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in zip(ends, ends[1:]))  # noqa: B905, RUF007
    for row in rows:
        assert 0 <= row["new"] <= row["new"] + row["returning"]
    assert sum(row["members"] for row in shapes.often(did.each)) == did.active


@given(st.lists(st.integers(1, 2_000)))
def test_each_gap_is_in_one_class(found):
    counted = Counter(found)
    assert sum(row["gaps"] for row in shapes.gaps(counted)) == len(found)


@pytest.mark.parametrize(("days", "rows"), [(1, 1), (14, 14), (28, 4), (90, 13), (365, 14)])
def test_long_periods_are_shown_in_longer_spans(days, rows):
    period = Period(FIRST, FIRST + days - 1)
    assert len(shapes.by_span(returning.activity(Past({}), period), period)) == rows
