"""Refund and tier: a level that only a refunded sale had brought goes; any other waits."""

import pytest

from tests.builders import NOW
from tests.domain.law import stands
from tests.domain.rulebook.book import (
    DAY,
    GOLD,
    SHELTER,
    SILVER,
    join,
    latest,
    level,
    levels,
    points,
)


def test_within_fourteen_days_the_level_goes_with_the_sale_that_brought_it(shop):
    card = join(shop, points(tiers=levels()))
    before = stands(shop, card)["tier"]
    visit = shop.visit(card, 50_000).body["ref"]
    body = shop.refund(visit, 1, at=NOW + 14 * DAY).body
    assert body["tier"]["key"] == "silver"
    (said,) = body["tier"]["changes"]
    assert "rimborsato" in said["it"]
    assert "refunded" in said["en"]
    after = stands(shop, card)["tier"]
    assert (after["review_on"], after["next"]) == (before["review_on"], before["next"])


def test_later_it_is_left_to_the_review(shop):
    card = join(shop, points(tiers=levels()))
    visit = shop.visit(card, 50_000).body["ref"]
    late = NOW + 15 * DAY
    assert shop.refund(visit, 50_000, at=late).body["tier"]["key"] == "gold"
    assert stands(shop, card, late)["tier"]["measured"] == 0
    assert level(shop, card, NOW + 400 * DAY) == "silver"


def test_the_days_are_those_of_the_cause_where_there_is_one(shop):
    cause = {**SHELTER, "payable_after_days": 3}
    for days, key in ((3, "silver"), (4, "gold")):
        card = join(shop, points(tiers=levels(), cause=cause))
        visit = shop.visit(card, 50_000).body["ref"]
        assert shop.void(visit, at=NOW + days * DAY).body["tier"]["key"] == key


def test_a_refund_that_leaves_enough_takes_no_level(shop):
    card = join(shop, points(tiers=levels()))
    visit = shop.visit(card, 60_000).body["ref"]
    assert shop.refund(visit, 10_000).body["tier"]["key"] == "gold"
    assert shop.refund(visit, 1).body["tier"]["key"] == "silver"


def test_a_level_that_other_sales_hold_too_stays(shop):
    card = join(shop, points(tiers=levels()))
    visit = shop.visit(card, 50_000).body["ref"]
    shop.visit(card, 50_000)
    assert shop.void(visit).body["tier"]["key"] == "gold"


def test_a_sale_before_the_one_that_brought_the_level_had_its_part_in_it(shop):
    card = join(shop, points(tiers=levels()))
    first = shop.visit(card, 30_000).body["ref"]
    shop.visit(card, 20_000, at=NOW + DAY)
    assert shop.void(first, at=NOW + 2 * DAY).body["tier"]["key"] == "silver"


def test_a_level_held_from_long_before_is_not_touched(shop):
    card = join(shop, points(tiers=levels()))
    old = shop.visit(card, 50_000).body["ref"]
    young = shop.visit(card, 1_000, at=NOW + 30 * DAY).body["ref"]
    shop.void(old, at=NOW + 30 * DAY)
    assert shop.void(young, at=NOW + 31 * DAY).body["tier"]["key"] == "gold"


def test_later_sales_are_not_rated_again(shop):
    card = join(shop, points(tiers=levels()))
    first = shop.visit(card, 50_000).body["ref"]
    second = shop.visit(card, 1_000).body
    assert second["earned"] == {"points": 15}
    assert shop.void(first).body["earned"] == {"points": -500}
    # What the second earned as Gold stays, and goes as Gold when it is refunded.
    assert shop.refund(second["ref"], 1_000).body["earned"] == {"points": -15}


@pytest.mark.parametrize(
    ("measure", "unit", "starts"), [("visits", None, 1), ("units", "points", 100)]
)
@pytest.mark.parametrize("how", ["void", "amount"])
def test_by_visits_and_by_points_it_is_the_same(shop, measure, unit, starts, how):
    rules = levels(measure=measure, levels=[SILVER, {**GOLD, "from": starts}])
    card = join(shop, points(tiers=rules | ({"unit": unit} if unit else {})))
    visit = shop.visit(card, 10_000).body
    assert visit["tier"]["key"] == "gold"
    body = shop.void(visit["ref"]) if how == "void" else shop.refund(visit["ref"], 10_000)
    assert (body.body["tier"]["key"], body.body["tier"]["measured"]) == ("silver", 0)
    assert stands(shop, card)["tier"]["measured"] == 0


def test_under_newer_rules_the_level_that_goes_is_one_of_those(shop):
    card = join(shop, points(tiers=levels()))
    visit = shop.visit(card, 50_000).body["ref"]
    lower = levels(
        levels=[SILVER, {**GOLD, "from": 40_000}], window={"kind": "calendar", "months": 12}
    )
    shop.publish(latest(shop), points(tiers=lower), at=NOW + DAY)
    shop.visit(card, 100, at=NOW + 2 * DAY)
    # 450.00 are left: no Gold by the rules of the sale, and Gold by those that hold now.
    body = shop.refund(visit, 5_000, at=NOW + 3 * DAY).body
    assert body["tier"]["key"] == "gold"
    assert level(shop, card, NOW + 3 * DAY) == "gold"


def test_the_receipt_of_an_old_sales_refund_shows_the_level_of_today(shop):
    card = join(shop, points())
    visit = shop.visit(card, 60_000).body["ref"]
    shop.publish(latest(shop), points(tiers=levels()), at=NOW + DAY)
    shop.visit(card, 100, at=NOW + 2 * DAY)
    assert level(shop, card, NOW + 2 * DAY) == "gold"
    body = shop.refund(visit, 100, at=NOW + 3 * DAY).body
    assert body["tier"]["key"] == "gold"
