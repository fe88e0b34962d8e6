"""Stamps, several items: one for each piece, full cards at once or kept, and nothing for free."""

import pytest

from tests.builders import NOW
from tests.domain.law import holds, stands
from tests.domain.rulebook.book import (
    DAY,
    FREE_COFFEE,
    STAMPS,
    TEN,
    account,
    cake,
    coffee,
    join,
    latest,
    stamps,
    there,
)


def test_nine_and_three_are_a_voucher_and_two_stamps(shop):
    card = join(shop, stamps())
    assert not shop.visit(card, lines=[coffee(9)]).body["vouchers"]
    body = shop.visit(card, lines=[coffee(3)]).body
    assert (len(body["vouchers"]), there(shop, card, "stamps")) == (1, 2)
    assert body["earned"] == {"stamps": 3}


def test_exactly_ten_are_a_voucher_and_an_empty_card(shop):
    card = join(shop, stamps())
    body = shop.visit(card, lines=[coffee(10)]).body
    assert (len(body["vouchers"]), body["balances"]["stamps"]["available"]) == (1, 0)
    assert body["rewards"][0]["missing"] == {"stamps": 10}
    assert len(stands(shop, card)["vouchers"]) == 1


def test_one_scan_may_fill_several_cards(shop):
    card = join(shop, stamps())
    body = shop.visit(card, lines=[coffee(17), coffee(17), cake(5)]).body
    assert (len(body["vouchers"]), there(shop, card, "stamps")) == (3, 4)
    assert len({one["code"] for one in body["vouchers"]}) == 3


def test_kept_stamps_wait_to_be_redeemed(shop):
    card = join(shop, stamps(stamps={**TEN, "on_full": "keep"}))
    shop.visit(card, lines=[coffee(9)])
    body = shop.visit(card, lines=[coffee(3)]).body
    assert (body["vouchers"], there(shop, card, "stamps")) == ([], 12)
    assert body["rewards"][0]["missing"] == {}
    assert shop.reserve(card, "free-coffee").body["balances"]["stamps"]["available"] == 2


@pytest.mark.parametrize("on_full", ["issue", "keep"])
def test_a_free_coffee_earns_no_stamp(shop, on_full):
    card = join(shop, stamps(stamps={**TEN, "on_full": on_full}))
    body = shop.visit(card, 130, lines=[coffee(1, 130), coffee(2, 0)]).body
    assert body["earned"] == {"stamps": 1}
    assert shop.visit(card, 0, lines=[coffee(1, 0)]).body["earned"] == {"stamps": 0}


def test_what_is_sold_by_weight_is_one_piece(shop):
    card = join(shop, stamps())
    half_a_kilo = coffee(1, 900, sku="beans")
    weighed = type(half_a_kilo)(category="coffee", quantity_milli=500, amount_minor=900)
    assert shop.visit(card, 900, lines=[weighed]).body["earned"] == {"stamps": 1}
    two = type(half_a_kilo)(category="coffee", quantity_milli=2_350, amount_minor=900)
    assert shop.visit(card, 900, lines=[two]).body["earned"] == {"stamps": 1}


def test_nine_and_three_with_the_voucher_used_and_three_refunded_owe_one(shop):
    card = join(shop, stamps())
    shop.visit(card, lines=[coffee(9)])
    visit = shop.visit(card, lines=[coffee(3)]).body
    shop.fulfil(visit["vouchers"][0]["redemption"])
    shop.refund(visit["ref"], lines=((1, 3_000),))
    assert account(shop, card, "stamps") == (0, 0, 1)
    # Ten more repay it, and nine are on the card.
    shop.visit(card, lines=[coffee(10)])
    assert account(shop, card, "stamps") == (9, 0, 0)


def test_a_refund_cancels_the_youngest_unused_voucher_and_only_when_short(shop):
    card = join(shop, stamps())
    first = shop.visit(card, lines=[coffee(10)]).body["vouchers"][0]
    visit = shop.visit(card, lines=[coffee(12)]).body
    assert not shop.refund(visit["ref"], lines=((1, 2_000),)).body["vouchers"]
    (gone,) = shop.refund(visit["ref"], lines=((1, 1_000),)).body["vouchers"]
    assert (gone["code"], gone["state"]) == (visit["vouchers"][0]["code"], "cancelled")
    assert [one["code"] for one in stands(shop, card)["vouchers"]] == [first["code"]]
    assert there(shop, card, "stamps") == 9


def test_a_voucher_whose_last_day_has_passed_is_not_given_back(shop):
    card = join(shop, stamps())
    visit = shop.visit(card, lines=[coffee(10)]).body["ref"]
    late = NOW + 31 * DAY
    shop.refund(visit, lines=((1, 4_000),), at=late)
    assert account(shop, card, "stamps", late) == (0, 0, 4)


def test_filling_is_looked_at_only_when_stamps_are_earned(shop):
    card = join(shop, stamps())
    shop.adjust(card, "stamps", 25)
    assert not stands(shop, card)["vouchers"]
    assert not shop.visit(card, lines=[cake(1)]).body["vouchers"]
    assert len(shop.visit(card, lines=[coffee(1)]).body["vouchers"]) == 2
    assert there(shop, card, "stamps") == 6


def test_a_voucher_of_other_stamps_is_not_touched_by_a_refund(shop):
    card = join(shop, stamps())
    old = shop.visit(card, lines=[coffee(10)]).body["vouchers"][0]
    beans = {"key": "beans", "label": {"it": "chicchi", "en": "beans"}}
    shop.publish(
        latest(shop),
        {
            "units": [STAMPS, beans],
            "earn": [
                {"key": "bean", "unit": "beans", "units": 1, "per": {"item": 1}},
            ],
            "stamps": {**TEN, "unit": "beans", "size": 5},
            "rewards": [{**FREE_COFFEE, "cost": {"beans": 5}}],
            "proof": {"redeem": "typed"},
        },
    )
    visit = shop.visit(card, lines=[coffee(3)]).body["ref"]
    shop.adjust(card, "beans", -3)
    body = shop.refund(visit, lines=((1, 3_000),)).body
    # Cancelling ten old stamps would bring no bean.
    assert body["vouchers"] == []
    assert holds(shop, card, "beans")["debt"] == 3
    assert [one["code"] for one in stands(shop, card)["vouchers"]] == [old["code"]]


def test_a_bonus_on_stamps_may_fill_a_card(shop):
    double = {"key": "happy", "unit": "stamps", "multiply_percent": 200, "when": {"weekdays": [6]}}
    card = join(shop, stamps(double))
    body = shop.visit(card, lines=[coffee(5)]).body
    assert (body["earned"], len(body["vouchers"])) == ({"stamps": 10}, 1)
