"""Levels when a sale is refunded, and when the rules themselves change."""

from dataclasses import replace
from datetime import date

import pytest

from loyalty.programs import tiers
from loyalty.programs.tiers import NO_STANDING, Standing
from tests.rules.levels import BRONZE, GOLD, PLATINUM, SILVER, counted, march, tier_rules

REVIEW = date(2028, 3, 31)
REACHED, TODAY = march(10), march(15)


def held(level, review_on=REVIEW, since_on=REACHED, grace_until=None):
    return Standing(level, since_on, review_on, grace_until)


def refunded(standing, before, sales, on=TODAY, rules=None):
    return tiers.after_refund(
        rules or tier_rules(), standing, before=before, measure=counted(sales), on=on
    )


def ruled(old, new, standing, sales=(), on=TODAY):
    return tiers.under_new_rules(old, new, standing, measure=counted(sales), on=on)


def test_refunding_the_sale_that_brought_a_level_gives_exactly_the_standing_before_it():
    before = held("silver", date(2027, 6, 30), since_on=date(2026, 6, 3))
    change = refunded(held("gold"), before, [(march(10), 49_999)])
    assert (change.kind, change.on, change.measured) == ("revoked", march(15), 49_999)
    assert change.after == before
    assert refunded(held("gold"), tiers.entry(tier_rules()), []).after == NO_STANDING


def test_a_level_that_other_sales_hold_is_not_taken_back():
    before = held("silver", date(2027, 6, 30), since_on=date(2026, 6, 3))
    assert refunded(held("gold"), before, [(march(14), 50_000)]) is None
    assert refunded(before, before, []) is None


def test_what_other_sales_hold_between_the_two_levels_is_kept():
    change = refunded(held("platinum"), held("silver"), [(march(9), 60_000)])
    assert change.after == held("gold")
    assert refunded(held("platinum"), held("silver"), [(march(9), 20_000)]).after == held("silver")


def test_a_window_that_moved_on_is_not_a_refund():
    # A cent is refunded in the new year; the sales of December reached the level without it.
    rules = tier_rules(kind="calendar")
    standing = held("gold", date(2027, 12, 31), since_on=date(2027, 12, 30))
    sales = [(date(2027, 12, 30), 50_000)]
    assert refunded(standing, NO_STANDING, sales, date(2028, 1, 5), rules) is None
    sales = [(date(2027, 12, 30), 49_999)]
    change = refunded(standing, NO_STANDING, sales, date(2028, 1, 5), rules)
    assert change.after == held("silver", date(2027, 12, 31), since_on=date(2027, 12, 30))


def test_a_refund_never_gives_a_higher_level_than_the_one_held():
    lower = held("silver")
    assert refunded(lower, held("gold"), []) is None
    assert refunded(lower, NO_STANDING, [(march(10), 90_000)]) is None


def test_stricter_rules_take_nothing_before_the_review():
    stricter = tier_rules(replace(SILVER, starts=20_000), replace(GOLD, starts=80_000))
    assert ruled(tier_rules(), stricter, held("gold"), [(march(10), 50_000)]) is None


def test_kinder_rules_lift_at_once():
    kinder = tier_rules(replace(SILVER, starts=5_000), replace(GOLD, starts=20_000))
    change = ruled(tier_rules(), kinder, held("silver"), [(march(10), 20_000)])
    assert (change.kind, change.on, change.measured) == ("rules", march(15), 20_000)
    assert change.after == held("gold", since_on=march(15))


@pytest.mark.parametrize(
    ("levels_now", "level"),
    [
        # Gold (from 50,000) is gone: what asks for no more than it did, and most.
        ((SILVER, replace(PLATINUM, starts=50_000)), "platinum"),
        ((SILVER, replace(PLATINUM, starts=50_001)), "silver"),
        ((replace(PLATINUM, starts=50_001),), None),
    ],
)
def test_a_level_that_is_gone_becomes_the_highest_that_asks_for_no_more(levels_now, level):
    assert ruled(tier_rules(), tier_rules(*levels_now), held("gold")).after.level == level


@pytest.mark.parametrize(("held_now", "level"), [("silver", "a"), ("gold", "b"), ("platinum", "b")])
def test_where_another_thing_is_measured_a_level_that_is_gone_goes_by_its_place(held_now, level):
    by_visits = tier_rules(replace(SILVER, key="a"), replace(GOLD, key="b"), measure="visits")
    assert ruled(tier_rules(), by_visits, held(held_now)).after == held(level)


def test_points_are_not_stamps_even_where_both_are_units():
    points = tier_rules(measure="units", unit="points")
    a, b = replace(SILVER, key="a"), replace(PLATINUM, key="b")
    assert ruled(points, replace(points, levels=(a, b)), held("gold")).after == held("a")
    stamps = tier_rules(a, b, measure="units", unit="stamps")
    assert ruled(points, stamps, held("gold")).after == held("b")


def test_the_review_stays_and_goes_with_the_entry_level_only():
    assert ruled(tier_rules(), tier_rules(months=1), held("gold")) is None
    free = tier_rules(replace(GOLD, starts=0), PLATINUM)
    assert ruled(tier_rules(), free, held("gold")).after == held("gold", review_on=None)
    dear = tier_rules(replace(BRONZE, starts=100), SILVER)
    start = tiers.entry(tier_rules(BRONZE, SILVER))
    change = ruled(tier_rules(BRONZE, SILVER), dear, start)
    assert change.after == held("bronze", since_on=march(15))


def test_who_held_no_level_stands_at_the_entry_of_the_new_rules():
    free = tier_rules(BRONZE, SILVER)
    assert ruled(tier_rules(), free, NO_STANDING).after == tiers.entry(free)
    assert ruled(free, tier_rules(), tiers.entry(free)).after == NO_STANDING


def test_a_review_in_the_middle_of_a_block_waits_for_its_end():
    year = tier_rules(kind="calendar", grace=30)
    assert ruled(tier_rules(), year, held("gold")).after == held("gold", date(2028, 12, 31))
    assert ruled(year, year, held("gold", date(2027, 12, 31))) is None
    waiting = held("gold", grace_until=date(2028, 4, 30))
    moved = ruled(tier_rules(grace=30), year, waiting, on=date(2028, 4, 5))
    assert moved.after == held("gold", date(2028, 12, 31))


def test_a_grace_goes_on_under_the_new_rules():
    waiting = held("gold", grace_until=date(2028, 4, 30))
    renamed = tier_rules(SILVER, replace(GOLD, key="oro"), PLATINUM, grace=30)
    change = ruled(tier_rules(grace=30), renamed, waiting, on=date(2028, 4, 5))
    assert change.after == held("oro", grace_until=date(2028, 4, 30))


def test_levels_that_come_lift_everybody_who_has_enough_and_levels_that_go_leave_nothing():
    sales = [(march(10), 50_000)]
    assert ruled(None, tier_rules(), NO_STANDING, sales).after == held("gold", since_on=march(15))
    assert ruled(None, tier_rules(), NO_STANDING) is None
    free = tier_rules(BRONZE, SILVER)
    assert ruled(None, free, NO_STANDING).after == tiers.entry(free)
    assert ruled(tier_rules(), None, held("gold")).after == NO_STANDING
    assert ruled(tier_rules(), None, NO_STANDING) is None


def test_the_same_version_twice_changes_nothing_more():
    kinder = tier_rules(replace(SILVER, starts=5_000), replace(GOLD, starts=20_000))
    sales = [(march(10), 20_000)]
    after = ruled(tier_rules(), kinder, held("silver"), sales).after
    assert ruled(kinder, kinder, after, sales) is None
