"""What holds of levels whatever is sold, whenever it is looked at."""

import inspect
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loyalty.programs import tiers
from loyalty.programs.document import Level
from loyalty.programs.tiers import Standing
from tests.rules.levels import GOLD, PLATINUM, SILVER, counted, tier_rules

FIRST = date(2026, 11, 1)
DAYS = st.integers(0, 2_000).map(lambda days: FIRST + timedelta(days=days))
SALES = st.lists(st.tuples(DAYS, st.integers(0, 60_000)), max_size=25).map(sorted)
RULES = st.builds(
    lambda free, **more: tier_rules(replace(SILVER, starts=free), GOLD, PLATINUM, **more),
    st.sampled_from([0, 10_000]),
    kind=st.sampled_from(["rolling", "calendar"]),
    months=st.sampled_from([1, 3, 5, 12, 24]),
    grace=st.sampled_from([0, 1, 30, 45]),
    drop=st.sampled_from(["one", "straight"]),
)


def rank(rules, standing):
    return [None, *(level.key for level in rules.levels)].index(standing.level)


def lived(rules, sales, until=None):
    """Each change of a card, when reviews are made before every sale, as the counter does."""
    standing, changes, seen = tiers.entry(rules), [], []
    for day, amount in sales:
        changes += tiers.due(rules, standing, measure=counted(seen), today=day)
        standing = changes[-1].after if changes else standing
        seen.append((day, amount))
        found = tiers.after_sale(rules, standing, measure=counted(seen), on=day)
        changes += [found] if found else []
        standing = found.after if found else standing
    if until:
        changes += tiers.due(rules, standing, measure=counted(seen), today=until)
    return changes


def standing_of(rules, changes):
    return changes[-1].after if changes else tiers.entry(rules)


def test_spending_cannot_matter_because_nothing_here_is_told_of_a_balance():
    said = {
        name
        for decide in (tiers.after_sale, tiers.due, tiers.after_refund, tiers.under_new_rules)
        for name in inspect.signature(decide).parameters
    }
    told = {"rules", "old", "new", "standing", "before", "measure", "on", "today", "limit"}
    assert said == told


@given(RULES, SALES)
def test_every_change_starts_where_the_one_before_it_ended_and_days_go_forward(rules, sales):
    changes = lived(rules, sales, date(2034, 1, 1))
    standing, day = tiers.entry(rules), date.min
    for change in changes:
        assert change.before == standing
        assert change.on >= day
        standing, day = change.after, change.on


@given(RULES, SALES)
def test_a_sale_never_lowers_and_a_review_never_lifts(rules, sales):
    for change in lived(rules, sales, date(2034, 1, 1)):
        moved = rank(rules, change.after) - rank(rules, change.before)
        assert (change.kind, moved > 0, moved < 0) in {
            ("up", True, False),
            ("kept", False, False),
            ("grace", False, False),
            ("down", False, True),
        }


@given(RULES, SALES)
def test_nobody_with_enough_in_the_window_is_below_that_level_after_a_sale(rules, sales):
    for count in range(1, len(sales) + 1):
        seen = sales[:count]
        measured = counted(seen)(*tiers.window(rules, seen[-1][0]))
        enough = sum(level.starts <= measured for level in rules.levels)
        assert rank(rules, standing_of(rules, lived(rules, seen))) >= enough


@given(RULES, SALES)
def test_only_what_can_be_lost_is_reviewed_and_never_before_it_is_held(rules, sales):
    start = rank(rules, tiers.entry(rules))
    for change in lived(rules, sales, date(2034, 1, 1)):
        after = change.after
        assert (after.review_on is not None) == (rank(rules, after) > start)
        if after.review_on:
            assert after.review_on >= after.since_on
        if after.grace_until:
            assert after.grace_until == after.review_on + timedelta(days=rules.grace_days)


@given(RULES, SALES, DAYS)
def test_reviews_made_twice_are_made_once(rules, sales, today):
    measure = counted(sales)
    ask = {"measure": measure, "today": today, "limit": 1_000}
    standing = standing_of(rules, lived(rules, sales[:3]))
    changes = tiers.due(rules, standing, **ask)
    assert tiers.due(rules, changes[-1].after if changes else standing, **ask) == []


@given(RULES, SALES, DAYS, DAYS)
def test_it_does_not_matter_how_often_reviews_are_made(rules, sales, one_day, other_day):
    standing = standing_of(rules, lived(rules, sales[:3]))
    ask = {"measure": counted(sales), "limit": 1_000}
    early, late = sorted((one_day, other_day))
    first = tiers.due(rules, standing, today=early, **ask)
    then = tiers.due(rules, first[-1].after if first else standing, today=late, **ask)
    assert first + then == tiers.due(rules, standing, today=late, **ask)


@given(RULES, SALES, st.integers(1, 200_000), st.integers(0, 14))
def test_refunding_everything_that_lifted_restores_the_standing_to_the_day(
    rules, sales, amount, days
):
    day = FIRST + timedelta(days=2_100)
    before = standing_of(rules, lived(rules, sales, day))
    up = tiers.after_sale(rules, before, measure=counted([*sales, (day, amount)]), on=day)
    if up is None or up.kind != "up":
        return
    on = day + timedelta(days=days)
    ask = {"before": before, "on": on}
    change = tiers.after_refund(rules, up.after, measure=counted(sales), **ask)
    assert (change.kind, change.after) == ("revoked", before)
    assert tiers.after_refund(rules, change.after, measure=counted(sales), **ask) is None


@given(RULES, SALES, st.integers(1, 50_000))
def test_a_refund_takes_no_level_that_the_other_sales_hold(rules, sales, rest):
    changes = [change for change in lived(rules, sales) if change.kind == "up"]
    if not changes:
        return
    up = changes[-1]
    seen = counted([sale for sale in sales if sale[0] <= up.on])
    change = tiers.after_refund(rules, up.after, before=up.before, measure=seen, on=up.on)
    assert change is None
    fewer = counted([*(sale for sale in sales if sale[0] <= up.on), (up.on, -rest)])
    change = tiers.after_refund(rules, up.after, before=up.before, measure=fewer, on=up.on)
    assert change is None or rank(rules, change.after) >= rank(rules, up.before)


LEVELS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, 12).map(lambda each: each * 10_000)),
    min_size=1,
    max_size=4,
    unique_by=(lambda each: each[0], lambda each: each[1]),
).map(lambda found: [Level(key, SILVER.name, starts, None) for key, starts in found])


@given(LEVELS, LEVELS, SALES, st.sampled_from(["spend", "visits"]), DAYS)
def test_new_rules_lower_nobody_of_the_same_level_and_say_it_once(old, new, sales, measure, on):
    before = tier_rules(*sorted(old, key=lambda level: level.starts))
    after = tier_rules(*sorted(new, key=lambda level: level.starts), measure=measure)
    held = standing_of(before, lived(before, sales, on))
    ask = {"measure": counted(sales), "on": on}
    change = tiers.under_new_rules(before, after, held, **ask)
    now = change.after if change else held
    assert tiers.under_new_rules(after, after, now, **ask) is None
    if held.level in {level.key for level in new}:
        assert rank(after, now) >= rank(after, Standing(held.level, None, None, None))
    if held.review_on and now.review_on:
        assert now.review_on >= held.review_on
