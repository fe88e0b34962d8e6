"""Rounding: only whole units are shown, and the rest is carried from visit to visit."""

import pytest

from tests.domain.law import holds
from tests.domain.rulebook.book import BASE, bonus, cake, coffee, join, latest, points


def test_forty_coffees_at_1_30_are_52_points(shop):
    card = join(shop, points())
    earned = [shop.visit(card, 130).body["earned"]["points"] for _ in range(40)]
    assert (sum(earned), holds(shop, card)["available"], holds(shop, card)["carried_minor"]) == (
        52, 52, 0,
    )  # fmt: skip
    assert set(earned) == {1, 2}


def test_three_times_1_00_at_a_point_for_3_00_are_a_point(shop):
    card = join(shop, {**points(), "earn": [{**BASE, "per": {"amount_minor": 300}}]})
    assert [shop.visit(card, 100).body["earned"]["points"] for _ in range(3)] == [0, 0, 1]


def test_a_bonus_is_carried_to_the_millionth_too(shop):
    card = join(shop, points(bonus(150)))
    # Half as much again of 1.30 is 1.95: twenty times that are 39, not twenty times one.
    earned = [shop.visit(card, 130).body["earned"]["points"] for _ in range(20)]
    assert sum(earned) == 39


def test_what_is_put_aside_survives_new_rules(shop):
    card = join(shop, points())
    shop.visit(card, 160)
    shop.publish(latest(shop), {**points(), "earn": [{**BASE, "units": 2}]})
    assert shop.visit(card, 20).body["earned"] == {"points": 1}
    assert holds(shop, card)["lifetime"] == 2


def test_each_unit_and_each_card_carries_its_own(shop):
    stars = {"key": "stars", "label": {"it": "stelle", "en": "stars"}}
    raw = points({**BASE, "key": "star", "unit": "stars", "per": {"amount_minor": 300}})
    card = join(shop, {**raw, "units": [*raw["units"], stars]})
    other = shop.card(latest(shop))
    for _ in range(3):
        shop.visit(card, 150)
    shop.visit(other, 50)
    assert [holds(shop, card, unit)["available"] for unit in ("points", "stars")] == [4, 1]
    assert holds(shop, other)["available"] == 0


@pytest.mark.parametrize(
    ("rules", "aside"),
    [
        ((), (30, 70)),
        # The rate put aside is the base rate: a bonus of another day does not change it.
        ((bonus(200, weekdays=[1]),), (30, 70)),
        # With two rules for money nobody can say how much is missing.
        (({**BASE, "key": "more", "when": {"categories": ["x"]}},), (None, None)),
    ],
)
def test_what_is_missing_to_the_next_point_is_said_where_one_rule_counts_money(shop, rules, aside):
    balance = shop.visit(join(shop, points(*rules)), 130).body["balances"]["points"]
    assert (balance["carried_minor"], balance["to_next_minor"]) == aside


def test_units_without_a_rule_for_money_carry_no_money(shop):
    rule = {"key": "pair", "unit": "points", "units": 1, "per": {"item": 2}}
    card = join(shop, {**points(), "earn": [rule]})
    balance = shop.visit(card, lines=[coffee(3)]).body["balances"]["points"]
    assert (balance["available"], balance["carried_minor"], balance["to_next_minor"]) == (
        1, None, None,
    )  # fmt: skip
    assert shop.visit(card, lines=[cake(1)]).body["earned"] == {"points": 1}


def test_each_line_is_rounded_up_by_itself_in_the_customers_favour(shop):
    card = join(shop, {**points(), "earn": [{**BASE, "per": {"amount_minor": 300}}]})
    # Three lines of a third each are a whole point; rounded down they would be 0.999999.
    lines = [coffee(1, 100), cake(1, 100), coffee(1, 100)]
    assert shop.visit(card, 300, lines=lines).body["earned"] == {"points": 1}
