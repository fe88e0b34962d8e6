"""Levels: reached at once, kept or lost at a review, taken back with a refunded sale."""

from datetime import date

import pytest

from loyalty.programs import tiers
from loyalty.programs.tiers import NO_STANDING, Progress, Standing
from tests.rules.levels import BRONZE, GOLD, PLATINUM, SILVER, counted, march, tier_rules

REVIEW = date(2028, 3, 31)
LAST_YEAR = (march(10), 50_000)


def sold(rules, *amounts, on=None, standing=None):
    """The change that the last of some sales of one day brings."""
    day = on or march(10)
    measure = counted([(day, amount) for amount in amounts])
    return tiers.after_sale(rules, standing or tiers.entry(rules), measure=measure, on=day)


def gold(review_on=REVIEW, since_on=LAST_YEAR[0], grace_until=None):
    return Standing("gold", since_on, review_on, grace_until)


def steps(rules, standing, sales, today):
    found = tiers.due(rules, standing, measure=counted(sales), today=today)
    return [(change.kind, change.after.level, change.on) for change in found]


@pytest.mark.parametrize(
    ("spent", "level"),
    [
        (0, None),
        (9_999, None),
        (10_000, "silver"),
        (30_000, "silver"),
        (49_999, "silver"),
        (50_000, "gold"),
        (50_001, "gold"),
        (99_999, "gold"),
        (100_000, "platinum"),
        (9_000_000, "platinum"),
    ],
)
def test_a_level_is_reached_at_its_threshold_and_not_a_cent_below(spent, level):
    change = sold(tier_rules(), spent)
    assert (change.after.level if change else None) == level
    if change:
        assert (change.kind, change.on, change.measured) == ("up", march(10), spent)
        assert change.after == Standing(level, march(10), REVIEW, None)


def test_everybody_starts_at_the_level_that_asks_for_nothing_and_cannot_lose_it():
    assert tiers.entry(tier_rules()) == NO_STANDING
    start = tiers.entry(tier_rules(BRONZE, SILVER))
    assert start == Standing("bronze", None, None, None)
    assert steps(tier_rules(BRONZE, SILVER), start, [], date(2040, 1, 1)) == []


def test_the_level_is_right_from_the_second_sale_on_as_well():
    # ERPNext took the tier of the single sale or of the points left (14930, 22167, 24672, 45450).
    rules, standing, sales, seen = tier_rules(), tiers.entry(tier_rules()), [], []
    for day in range(1, 12):
        sales.append((march(day), 10_000))
        change = tiers.after_sale(rules, standing, measure=counted(sales), on=march(day))
        standing = change.after if change else standing
        seen.append(standing.level)
    assert seen == ["silver"] * 4 + ["gold"] * 5 + ["platinum"] * 2


def test_a_sale_never_lowers_whatever_the_window_still_holds():
    assert sold(tier_rules(), 1, standing=gold()) is None
    assert sold(tier_rules(), 10_000, standing=gold()) is None
    assert sold(tier_rules(), 50_000, standing=gold()) is None


def test_a_rise_is_reviewed_no_sooner_than_the_level_below_it():
    late = Standing("silver", march(1), date(2029, 1, 31), None)
    assert sold(tier_rules(), 50_000, standing=late).after == gold(date(2029, 1, 31))


@pytest.mark.parametrize(
    ("kind", "months", "on", "first", "review"),
    [
        ("rolling", 12, march(10), date(2026, 3, 11), REVIEW),
        ("rolling", 12, march(31, 2028), date(2027, 4, 1), date(2029, 3, 31)),
        ("rolling", 12, date(2028, 2, 29), date(2027, 3, 1), date(2029, 2, 28)),
        ("rolling", 12, date(2029, 2, 28), date(2028, 2, 29), date(2030, 2, 28)),
        ("rolling", 1, march(31), march(1), date(2027, 4, 30)),
        ("rolling", 3, date(2027, 5, 31), march(1), date(2027, 8, 31)),
        ("calendar", 12, march(10), date(2027, 1, 1), date(2027, 12, 31)),
        ("calendar", 12, date(2027, 12, 31), date(2027, 1, 1), date(2027, 12, 31)),
        ("calendar", 3, march(31), date(2027, 1, 1), march(31)),
        ("calendar", 3, date(2027, 4, 1), date(2027, 4, 1), date(2027, 6, 30)),
        ("calendar", 1, date(2028, 2, 3), date(2028, 2, 1), date(2028, 2, 29)),
        ("calendar", 24, march(10), date(2026, 1, 1), date(2027, 12, 31)),
        # 2027 x 12 + 2 = 24326 months; blocks of five begin at 24325.
        ("calendar", 5, march(10), date(2027, 2, 1), date(2027, 6, 30)),
        ("rolling", 120, date(9995, 3, 1), date(9985, 3, 2), date.max),
        ("rolling", 120, date(5, 3, 1), date(1, 1, 2), date(15, 3, 31)),
    ],
)
def test_which_days_count_and_which_day_decides(kind, months, on, first, review):
    rules = tier_rules(kind=kind, months=months)
    assert tiers.window(rules, on) == (first, on)
    assert tiers.review_day(rules, on) == review


def test_what_has_left_the_window_no_longer_lifts():
    sales = [(march(10), 30_000), (march(10, 2028), 20_000)]
    measure, silver = counted(sales), Standing("silver", march(10), REVIEW, None)
    ask = {"measure": measure, "on": march(10, 2028)}
    assert tiers.after_sale(tier_rules(), silver, **ask) is None
    ask["measure"] = counted([(march(11), 30_000), sales[1]])
    assert tiers.after_sale(tier_rules(), silver, **ask).after.level == "gold"
    assert tiers.after_sale(tier_rules(kind="calendar"), silver, **ask) is None


def test_the_review_comes_when_its_day_is_over_and_not_before():
    assert steps(tier_rules(), gold(), [], REVIEW) == []
    assert steps(tier_rules(), gold(), [], date(2028, 4, 1)) == [
        ("down", "silver", date(2028, 4, 1))
    ]


def test_who_has_enough_keeps_the_level_until_the_next_review():
    sales = [(date(2027, 4, 1), 30_000), (REVIEW, 20_000)]
    (kept,) = tiers.due(tier_rules(), gold(), measure=counted(sales), today=date(2028, 4, 1))
    assert (kept.kind, kept.on, kept.measured) == ("kept", REVIEW, 50_000)
    assert kept.after == gold(date(2029, 3, 31), since_on=REVIEW)


def test_a_calendar_level_kept_is_reviewed_at_the_end_of_the_next_block():
    rules, end = tier_rules(kind="calendar"), date(2027, 12, 31)
    (kept,) = tiers.due(rules, gold(end), measure=counted([LAST_YEAR]), today=date(2028, 1, 1))
    assert kept.after == gold(date(2028, 12, 31), since_on=end)


def test_a_cent_short_is_grace_first_and_the_day_after_it_the_level_is_lost():
    rules = tier_rules(grace=30)
    short = [(date(2027, 4, 1), 49_999)]
    (grace,) = tiers.due(rules, gold(), measure=counted(short), today=date(2028, 4, 30))
    assert (grace.kind, grace.on, grace.measured) == ("grace", REVIEW, 49_999)
    assert grace.after == gold(grace_until=date(2028, 4, 30))
    (down,) = tiers.due(rules, grace.after, measure=counted(short), today=date(2028, 5, 1))
    assert (down.kind, down.on, down.measured) == ("down", date(2028, 5, 1), 49_999)
    assert down.after == Standing("silver", date(2028, 5, 1), date(2029, 5, 31), None)


def test_what_comes_in_during_the_grace_counts_with_the_year_before_it():
    rules, waiting = tier_rules(grace=30), gold(grace_until=date(2028, 4, 30))
    before = (date(2027, 4, 1), 49_999)
    asked = {"on": date(2028, 4, 20)}
    short = tiers.after_sale(rules, waiting, measure=counted([before]), **asked)
    assert short is None
    enough = counted([before, (date(2028, 4, 20), 1)])
    kept = tiers.after_sale(rules, waiting, measure=enough, **asked)
    assert (kept.kind, kept.on, kept.measured) == ("kept", date(2028, 4, 20), 50_000)
    assert kept.after == gold(date(2029, 4, 30), since_on=date(2028, 4, 20))


def test_a_sale_written_late_keeps_a_level_by_the_days_of_its_review_and_grace():
    rules, waiting = tier_rules(grace=30), gold(grace_until=date(2028, 4, 30))
    asked = {"measure": counted([(march(1, 2028), 20_000), (REVIEW, 30_000)])}
    kept = tiers.after_sale(rules, waiting, on=march(1, 2028), **asked)
    assert kept.after == gold(date(2029, 3, 31), since_on=REVIEW)
    asked["measure"] = counted([(date(2027, 4, 20), 49_999), (date(2028, 5, 1), 1)])
    assert tiers.after_sale(rules, waiting, on=date(2028, 5, 1), **asked) is None


def test_a_sale_that_nobody_looked_at_still_keeps_the_level_when_the_grace_ends():
    rules, waiting = tier_rules(grace=30), gold(grace_until=date(2028, 4, 30))
    sales = [(date(2027, 4, 1), 49_999), (date(2028, 4, 30), 1)]
    (kept,) = tiers.due(rules, waiting, measure=counted(sales), today=date(2028, 5, 1))
    assert kept.after == gold(date(2029, 4, 30), since_on=date(2028, 4, 30))
    sales[1] = (date(2028, 5, 1), 1)
    assert steps(rules, waiting, sales, date(2028, 5, 2)) == [("down", "silver", date(2028, 5, 1))]


def test_a_grace_that_ends_with_a_block_is_followed_by_a_whole_block():
    rules = tier_rules(kind="calendar", months=1, grace=28)
    waiting = gold(date(2027, 1, 31), grace_until=date(2027, 2, 28))
    sales = [(date(2027, 1, 5), 40_000), (date(2027, 2, 5), 10_000)]
    (kept,) = tiers.due(rules, waiting, measure=counted(sales), today=march(1))
    assert kept.after == gold(march(31), since_on=date(2027, 2, 28))


def test_a_higher_level_reached_in_grace_ends_the_grace():
    waiting = gold(grace_until=date(2028, 4, 30))
    change = sold(tier_rules(grace=30), 100_000, on=date(2028, 4, 2), standing=waiting)
    after = Standing("platinum", date(2028, 4, 2), date(2029, 4, 30), None)
    assert (change.kind, change.after) == ("up", after)


@pytest.mark.parametrize(
    ("drop", "spent", "level"),
    [
        ("one", 0, "gold"),
        ("one", 99_999, "gold"),
        ("straight", 99_999, "gold"),
        ("straight", 49_999, "silver"),
        ("straight", 9_999, None),
    ],
)
def test_a_lost_level_falls_by_one_or_straight_to_what_was_spent(drop, spent, level):
    standing = Standing("platinum", march(10), REVIEW, None)
    sales = [(date(2027, 5, 1), spent)]
    found = steps(tier_rules(drop=drop), standing, sales, date(2028, 4, 1))
    assert found == [("down", level, date(2028, 4, 1))]


def test_nobody_falls_below_the_entry_level_nor_is_reviewed_there():
    rules = tier_rules(BRONZE, SILVER, drop="straight")
    held = Standing("silver", march(10), REVIEW, None)
    (down,) = tiers.due(rules, held, measure=counted([(REVIEW, -500)]), today=date(2040, 1, 1))
    assert down.after == Standing("bronze", date(2028, 4, 1), None, None)
    assert steps(rules, Standing("bronze", march(10), REVIEW, None), [], date(2040, 1, 1)) == []


def test_many_missed_years_are_made_up_for_one_step_after_the_other():
    rules = tier_rules(grace=30)
    sales = [(date(2027, 6, 1), 100_000), (date(2029, 2, 1), 10_000)]
    platinum = Standing("platinum", march(10), REVIEW, None)
    assert steps(rules, platinum, sales, date(2035, 1, 1)) == [
        ("kept", "platinum", REVIEW),
        ("grace", "platinum", date(2029, 3, 31)),
        ("down", "gold", date(2029, 5, 1)),
        ("grace", "gold", date(2030, 5, 31)),
        ("down", "silver", date(2030, 7, 1)),
        ("grace", "silver", date(2031, 7, 31)),
        ("down", None, date(2031, 8, 31)),
    ]
    few = tiers.due(rules, platinum, measure=counted(sales), today=date(2035, 1, 1), limit=3)
    assert [change.kind for change in few] == ["kept", "grace", "down"]


def test_a_card_says_what_is_missing_to_the_next_level_and_to_keep_this_one():
    sales = [(march(10), 50_000), (date(2027, 4, 1), 20_000)]
    shown = tiers.progress(tier_rules(), gold(), measure=counted(sales), on=date(2027, 4, 2))
    assert shown == Progress("gold", 70_000, "platinum", 30_000, REVIEW, 30_000, None)
    # On the day itself nothing of what the review will count has happened yet.
    today = tiers.progress(tier_rules(), gold(), measure=counted(sales), on=march(10))
    assert (today.measured, today.keep_missing) == (50_000, 50_000)
    ready = tiers.progress(tier_rules(), gold(), measure=counted([LAST_YEAR] * 3), on=march(10))
    assert (ready.next, ready.missing) == ("platinum", 0)
    waiting = gold(grace_until=date(2028, 4, 30))
    late = tiers.progress(tier_rules(), waiting, measure=counted(sales), on=date(2028, 4, 15))
    assert (late.measured, late.keep_missing, late.grace_until) == (0, 30_000, date(2028, 4, 30))


def test_at_the_entry_nothing_is_missing_to_keep_and_at_the_top_nothing_to_reach():
    rules = tier_rules(BRONZE, SILVER)
    start = tiers.progress(rules, tiers.entry(rules), measure=counted([]), on=march(10))
    assert start == Progress("bronze", 0, "silver", 10_000, None, None, None)
    top = Standing("silver", march(10), REVIEW, None)
    enough = counted([(date(2027, 4, 1), 90_000)])
    shown = tiers.progress(rules, top, measure=enough, on=date(2027, 5, 1))
    assert shown == Progress("silver", 90_000, None, None, REVIEW, 0, None)


def test_a_level_multiplies_what_visits_earn():
    assert tiers.percent(tier_rules(SILVER, GOLD, PLATINUM), gold()) == 150
    assert tiers.percent(tier_rules(), NO_STANDING) is None
    assert tiers.percent(tier_rules(BRONZE), tiers.entry(tier_rules(BRONZE))) is None
