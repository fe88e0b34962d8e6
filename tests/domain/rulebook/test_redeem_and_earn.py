"""Redeem and earn: points on what was paid, or before discounts; a discount is no item."""

from tests.domain.law import holds
from tests.domain.rulebook.book import (
    BREAKFAST,
    COFFEE,
    STAMPS,
    WELCOME,
    cake,
    coffee,
    euros,
    join,
    points,
)

BEFORE = {"base": {"discounts": "before"}}
FIVE_OFF = {
    "key": "five", "kind": "amount_off", "cost": {"points": 10}, "value_minor": 500,
    "name": {"it": "5 € di sconto", "en": "€5 off"},
}  # fmt: skip


def test_points_are_for_what_was_paid(shop):
    card = join(shop, points())
    assert shop.visit(card, 1_500, discount=euros(500)).body["earned"] == {"points": 15}


def test_where_the_shop_says_so_they_are_for_the_price_before_discounts(shop):
    card = join(shop, points(**BEFORE))
    body = shop.visit(card, 1_500, discount=euros(500)).body
    assert body["earned"] == {"points": 20}
    # Half of the money back is half of the points back.
    assert shop.refund(body["ref"], 750).body["earned"] == {"points": -10}
    assert shop.refund(body["ref"], 750).body["earned"] == {"points": -10}


def test_net_and_before_discounts_is_both(shop):
    card = join(shop, points(base={"tax": "net", "discounts": "before"}))
    body = shop.visit(card, 1_220, tax=euros(220), discount=euros(500)).body
    assert body["earned"] == {"points": 15}


def test_nothing_said_of_a_discount_is_no_discount(shop):
    body = shop.visit(join(shop, points(**BEFORE)), 1_500).body
    assert (body["earned"], body["warnings"]) == ({"points": 15}, [])


def test_a_discount_given_by_a_reward_earns_no_points_and_the_rest_does(shop):
    card = join(shop, points(rewards=[FIVE_OFF]))
    shop.visit(card, 1_000)
    shop.fulfil(shop.reserve(card, "five").body["ref"])
    body = shop.visit(card, 1_500, discount=euros(500)).body
    assert body["earned"] == {"points": 15}


def test_a_line_of_nothing_is_no_item(shop):
    raw = points(COFFEE, units=[*points()["units"], STAMPS])
    card = join(shop, raw)
    body = shop.visit(card, 260, lines=[coffee(2, 260), coffee(1, 0)]).body
    assert body["earned"] == {"points": 2, "stamps": 2}


def test_a_free_visit_is_written_down_and_earns_nothing_of_any_kind(shop):
    card = join(shop, points(WELCOME, COFFEE, units=[*points()["units"], STAMPS]))
    body = shop.visit(card, 0, lines=[coffee(1, 0), cake(1, 0)]).body
    assert body["earned"] == {"points": 0, "stamps": 0}
    assert holds(shop, card)["lifetime"] == 0


def test_a_reward_in_the_same_visit_is_paid_from_what_was_there_before(shop):
    card = join(shop, points(rewards=[BREAKFAST]))
    shop.visit(card, 1_000)
    body = shop.reserve(card, "breakfast").body
    assert body["earned"] == {}
    assert shop.visit(card, 0).body["balances"]["points"]["available"] == 0
