"""Tier measure: what counts towards a level is what was bought, whatever became of the points."""

import pytest

from tests.builders import NOW
from tests.domain.law import stands
from tests.domain.rulebook.book import (
    BREAKFAST,
    DAY,
    GOLD,
    SILVER,
    WELCOME,
    bonus,
    cake,
    join,
    lasting,
    level,
    levels,
    points,
    there,
)

BY_VISITS = levels(measure="visits", levels=[SILVER, {**GOLD, "from": 3}])
BY_POINTS = levels(measure="units", unit="points", levels=[SILVER, {**GOLD, "from": 100}])
PLATINUM = {"key": "platinum", "name": {"it": "Platino", "en": "Platinum"}, "from": 100_000}


@pytest.mark.parametrize(
    ("amounts", "key", "missing"),
    [
        ([], "silver", 50_000),
        ([49_999], "silver", 1),
        ([50_000], "gold", 50_000),
        ([25_000, 25_000], "gold", 50_000),
        ([99_999], "gold", 1),
        ([50_000, 50_000], "platinum", None),
        ([500_000], "platinum", None),
    ],
)
def test_the_level_over_the_thresholds(shop, amounts, key, missing):
    card = join(shop, points(tiers=levels(levels=[SILVER, GOLD, PLATINUM])))
    for amount in amounts:
        shop.visit(card, amount)
    tier = stands(shop, card)["tier"]
    assert (tier["key"], tier["measured"], tier["missing"]) == (key, sum(amounts), missing)


def test_a_sale_earns_at_the_level_held_before_it(shop):
    card = join(shop, points(tiers=levels()))
    first = shop.visit(card, 50_000).body
    # The sale that reaches Gold earns as Silver; half as much again from the second on.
    assert (first["earned"], first["tier"]["key"]) == ({"points": 500}, "gold")
    assert shop.visit(card, 1_000).body["earned"] == {"points": 15}
    assert shop.visit(shop.card(list(shop.programs)[-1]), 1_000).body["earned"] == {"points": 10}


def test_the_receipt_says_that_a_level_was_reached(shop):
    card = join(shop, points(tiers=levels()))
    (said,) = shop.visit(card, 50_000).body["tier"]["changes"]
    assert "Oro" in said["it"]
    assert "Gold" in said["en"]


def test_spending_the_points_keeps_the_level(shop):
    card = join(shop, points(tiers=BY_POINTS))
    shop.visit(card, 10_000)
    for _ in range(10):
        shop.reserve(card, "breakfast")
    assert (there(shop, card), level(shop, card)) == (0, "gold")
    assert stands(shop, card)["tier"]["measured"] == 100


def test_points_that_expired_keep_the_level_and_still_count(shop):
    card = join(shop, points(tiers=BY_POINTS, units=lasting("rolling", 1)))
    shop.visit(card, 6_000)
    late = NOW + 60 * DAY
    shop.visit(card, 4_000, at=late)
    assert (there(shop, card, at=late), level(shop, card, late)) == (40, "gold")


def test_points_given_by_hand_are_no_level(shop):
    card = join(shop, points(tiers=BY_POINTS))
    shop.adjust(card, "points", 5_000)
    shop.visit(card, 9_900)
    assert (level(shop, card), stands(shop, card)["tier"]["measured"]) == ("silver", 99)
    shop.adjust(card, "points", -5_000)
    shop.visit(card, 100)
    assert level(shop, card) == "gold"


def test_units_count_with_their_multipliers(shop):
    card = join(shop, points(bonus(200), tiers=BY_POINTS))
    shop.visit(card, 5_000)
    assert level(shop, card) == "gold"
    # From here on the level multiplies too: 10.00 are 30 points.
    shop.visit(card, 1_000)
    assert stands(shop, card)["tier"]["measured"] == 130


def test_parts_of_a_unit_add_up_towards_the_level(shop):
    card = join(shop, points(tiers=BY_POINTS))
    for _ in range(2):
        shop.visit(card, 4_950)
    assert stands(shop, card)["tier"]["measured"] == 99
    shop.visit(card, 100)
    assert level(shop, card) == "gold"


def test_visits_are_counted_one_by_one(shop):
    card = join(shop, {**points(WELCOME, tiers=BY_VISITS), "earn": [WELCOME]})
    for _ in range(2):
        shop.visit(card)
    assert level(shop, card) == "silver"
    shop.visit(card, 130, lines=[cake(3)])
    assert level(shop, card) == "gold"


def test_a_visit_that_was_free_is_none(shop):
    card = join(shop, points(tiers=BY_VISITS))
    for _ in range(3):
        shop.visit(card, 0)
    assert (level(shop, card), stands(shop, card)["tier"]["measured"]) == ("silver", 0)


def test_a_redemption_is_no_visit_and_no_sale(shop):
    card = join(shop, points(tiers=BY_VISITS, rewards=[BREAKFAST]))
    for _ in range(2):
        shop.visit(card, 1_000)
    shop.fulfil(shop.reserve(card, "breakfast").body["ref"])
    assert stands(shop, card)["tier"]["measured"] == 2


@pytest.mark.parametrize(
    ("rules", "both", "one"),
    [
        (levels(), 40_000, 20_000),
        (BY_VISITS, 2, 1),
        # Two hundred as Silver, three hundred as Gold: those of the second visit stay.
        (BY_POINTS, 500, 300),
    ],
)
def test_a_voided_visit_counts_for_nothing(shop, rules, both, one):
    card = join(shop, points(tiers=rules))
    visits = [shop.visit(card, 20_000).body["ref"] for _ in range(2)]
    assert stands(shop, card)["tier"]["measured"] == both
    shop.void(visits[0])
    assert stands(shop, card)["tier"]["measured"] == one


def test_a_bonus_for_a_level_is_for_who_holds_it(shop):
    card = join(shop, points(bonus(200, tiers=["gold"]), tiers=levels()))
    assert shop.visit(card, 50_000).body["earned"] == {"points": 500}
    assert shop.visit(card, 1_000).body["earned"] == {"points": 30}
