"""Void item: only what is still part of the sale earns; what was taken off again does not."""

from tests.domain.law import holds
from tests.domain.rulebook.book import (
    COFFEE,
    STAMPS,
    WELCOME,
    bonus,
    cake,
    coffee,
    join,
    points,
    there,
)

BOTH = points(WELCOME, COFFEE, units=[*points()["units"], STAMPS])


def test_a_line_that_was_taken_off_no_longer_earns(shop):
    card = join(shop, BOTH)
    visit = shop.visit(card, 840, lines=[coffee(3, 390), cake(1, 450)]).body
    assert visit["earned"] == {"points": 13, "stamps": 3}
    body = shop.refund(visit["ref"], lines=((1, 3_000),)).body
    assert body["earned"] == {"points": -4, "stamps": -3}
    assert (there(shop, card), there(shop, card, "stamps")) == (9, 0)


def test_the_units_of_the_visit_go_with_the_last_line(shop):
    card = join(shop, BOTH)
    visit = shop.visit(card, 840, lines=[coffee(3, 390), cake(1, 450)]).body["ref"]
    shop.refund(visit, lines=((1, 3_000),))
    assert shop.refund(visit, lines=((2, 1_000),)).body["earned"] == {"points": -9, "stamps": 0}
    assert holds(shop, card)["lifetime"] == 0


def test_taking_off_the_line_that_brought_a_bonus_takes_the_bonus(shop):
    card = join(shop, {**points(), "earn": [WELCOME, bonus(300, categories=["coffee"])]})
    visit = shop.visit(card, 840, lines=[coffee(3, 390), cake(1, 450)]).body
    assert visit["earned"] == {"points": 15}
    assert shop.refund(visit["ref"], lines=((1, 3_000),)).body["earned"] == {"points": -10}


def test_taken_off_without_amounts_it_is_the_same(shop):
    card = join(shop, {**BOTH, "earn": [COFFEE, WELCOME]})
    visit = shop.visit(card, lines=[coffee(3), cake(1)]).body
    assert visit["earned"] == {"points": 5, "stamps": 3}
    assert shop.refund(visit["ref"], lines=((1, 2_000),)).body["earned"]["stamps"] == -2
    body = shop.refund(visit["ref"], lines=((1, 1_000), (2, 1_000))).body
    assert body["earned"] == {"points": -5, "stamps": -1}
