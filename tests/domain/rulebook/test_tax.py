"""Tax: the price on the label counts, or the price without tax where the shop says so."""

import pytest

from tests.domain.law import holds
from tests.domain.rulebook.book import (
    SHELTER,
    bonus,
    cake,
    coffee,
    euros,
    join,
    points,
    there,
)

NET = {"base": {"tax": "net"}}


def test_gross_counts_unless_the_shop_says_otherwise(shop):
    card = join(shop, points())
    body = shop.visit(card, 1_220, tax=euros(220)).body
    assert (body["earned"], body["warnings"]) == ({"points": 12}, [])


def test_net_is_the_amount_less_the_tax(shop):
    card = join(shop, points(**NET))
    body = shop.visit(card, 1_220, tax=euros(220)).body
    assert (body["earned"], body["warnings"]) == ({"points": 10}, [])
    assert body["amount"]["amount_minor"] == 1_220


def test_where_the_tax_is_not_said_the_whole_counts_and_the_receipt_warns(shop):
    card = join(shop, points(**NET))
    body = shop.visit(card, 1_220).body
    assert body["earned"] == {"points": 12}
    (warning,) = body["warnings"]
    assert warning["code"] == "tax_missing"
    assert warning["it"].startswith("L'IVA")
    assert warning["en"].startswith("The tax")


def test_no_tax_at_all_is_something_said(shop):
    body = shop.visit(join(shop, points(**NET)), 1_000, tax=euros(0)).body
    assert (body["earned"], body["warnings"]) == ({"points": 10}, [])


def test_the_tax_is_shared_among_the_lines_by_their_amounts(shop):
    card = join(shop, points(bonus(300, categories=["coffee"]), **NET))
    lines = [coffee(1, 610), cake(1, 610)]
    body = shop.visit(card, 1_220, lines=lines, tax=euros(220)).body
    # Five euros of coffee three times, five of cake once.
    assert body["earned"] == {"points": 20}
    assert shop.refund(body["ref"], lines=((1, 1_000),)).body["earned"] == {"points": -15}


def test_a_minimum_looks_at_what_counts(shop):
    card = join(shop, points(bonus(200, min_amount_minor=1_000), **NET))
    assert shop.visit(card, 1_219, tax=euros(220)).body["earned"] == {"points": 9}
    assert shop.visit(card, 1_220, tax=euros(220)).body["earned"] == {"points": 20}


def test_a_refund_by_amount_takes_the_tax_in_proportion(shop):
    card = join(shop, points(**NET))
    visit = shop.visit(card, 1_220, tax=euros(220)).body["ref"]
    assert shop.refund(visit, 610).body["earned"] == {"points": -5}
    assert shop.refund(visit, 610).body["earned"] == {"points": -5}
    assert holds(shop, card)["lifetime"] == 0


def test_the_cause_has_its_part_of_what_counts(shop):
    card = join(shop, points(cause=SHELTER, **NET))
    assert shop.visit(card, 1_220, tax=euros(220)).body["pledged"] == {"rifugio": 20}


@pytest.mark.parametrize("amount", [1, 7, 99, 1_219])
def test_a_tax_that_divides_into_no_whole_cents_loses_nothing(shop, amount):
    card = join(shop, points(**NET))
    tax = amount * 22 // 122
    lines = [coffee(1, amount - amount // 3), cake(1, amount // 3)]
    visit = shop.visit(card, amount, lines=lines, tax=euros(tax)).body
    total = there(shop, card) * 100 + holds(shop, card)["carried_minor"]
    assert total == amount - tax
    shop.void(visit["ref"])
    assert holds(shop, card)["carried_minor"] == 0
