"""Refund, earned side: what is left is rated again by the rules of the sale, line by line."""

import pytest

from loyalty.core.errors import RefundTooLarge
from tests.builders import NOW
from tests.domain.law import holds, refused, statement
from tests.domain.rulebook.book import (
    BASE,
    COFFEE,
    DAY,
    STAMPS,
    WELCOME,
    bonus,
    cake,
    coffee,
    in_numbers,
    join,
    points,
    there,
)


@pytest.mark.parametrize(
    "rules",
    [
        points(),
        points(bonus(150), bonus(130)),
        points(WELCOME, caps=[{"unit": "points", "per": "visit", "units": 23}]),
        {**points(), "earn": [{**BASE, "per": {"amount_minor": 70}}]},
        points(bonus(200, min_amount_minor=3_000)),
    ],
    ids=["plain", "bonuses", "capped", "an odd rate", "a minimum"],
)
def test_ten_refunds_of_5_00_of_a_sale_of_50_00_end_at_nothing(shop, rules):
    card = join(shop, rules)
    shop.visit(card, 60)
    before = in_numbers(shop, card)
    visit = shop.visit(card, 5_000).body["ref"]
    taken = [shop.refund(visit, 500).body["earned"]["points"] for _ in range(10)]
    assert max(taken) <= 0
    assert in_numbers(shop, card) == before


def test_an_item_without_a_bonus_takes_no_bonus_with_it(shop):
    card = join(shop, points(bonus(250, categories=["coffee"])))
    lines = [coffee(1, 2_000), cake(1, 2_000)]
    visit = shop.visit(card, 4_000, lines=lines).body
    assert visit["earned"] == {"points": 70}
    # In proportion to the whole ticket it would be 35.
    assert shop.refund(visit["ref"], lines=((2, 1_000),)).body["earned"] == {"points": -20}
    assert there(shop, card) == 50


def test_a_minimum_that_the_refund_undercuts_takes_the_whole_bonus_back(shop):
    card = join(shop, points(bonus(200, min_amount_minor=1_000)))
    visit = shop.visit(card, 1_200).body
    assert visit["earned"] == {"points": 24}
    assert shop.refund(visit["ref"], 200).body["earned"] == {"points": -4}
    # A cent below the minimum: 9.99 left earn 9, no longer 20.
    assert shop.refund(visit["ref"], 1).body["earned"] == {"points": -11}
    assert there(shop, card) == 9


def test_a_cap_holds_for_what_is_left_as_it_held_for_the_whole(shop):
    card = join(shop, points(caps=[{"unit": "points", "per": "visit", "units": 10}]))
    visit = shop.visit(card, 2_500).body
    assert visit["earned"] == {"points": 10}
    assert shop.refund(visit["ref"], 1_500).body["earned"] == {"points": 0}
    assert shop.refund(visit["ref"], 400).body["earned"] == {"points": -4}


def test_what_a_cap_cut_off_is_not_carried_to_the_next_visit(shop):
    card = join(shop, points(caps=[{"unit": "points", "per": "visit", "units": 10}]))
    shop.visit(card, 1_090)
    assert shop.visit(card, 20).body["earned"] == {"points": 0}
    assert holds(shop, card)["carried_minor"] == 20


def test_a_bonus_is_that_of_the_day_of_the_sale(shop):
    # NOW is a Saturday, and the refund comes on a Sunday.
    card = join(shop, points(bonus(300, weekdays=[6])))
    visit = shop.visit(card, 1_000).body
    assert visit["earned"] == {"points": 30}
    assert shop.refund(visit["ref"], 500, at=NOW + DAY).body["earned"] == {"points": -15}
    sunday = shop.visit(card, 1_000, at=NOW + DAY).body["ref"]
    body = shop.refund(sunday, 500, at=NOW + 7 * DAY).body
    assert body["earned"] == {"points": -5}


def test_a_birthday_that_was_corrected_since_changes_no_old_sale(shop):
    card = join(shop, points(bonus(200, birthday="day")), birthday="11-21")
    visit = shop.visit(card, 1_000).body
    assert visit["earned"] == {"points": 20}
    with shop.database.write() as session:
        from loyalty.customers import directory

        directory.change(
            session,
            merchant_id=shop.merchant_id,
            customer_ref=card.customer,
            changes={"birthday": "05-10"},
        )
    assert shop.refund(visit["ref"], 500).body["earned"] == {"points": -10}


def test_a_part_of_a_line_takes_its_part_and_a_whole_stamp_only_when_the_piece_is_gone(shop):
    raw = {**points(COFFEE), "units": [*points()["units"], STAMPS]}
    card = join(shop, raw)
    visit = shop.visit(card, 390, lines=[coffee(3, 390)]).body
    assert visit["earned"] == {"points": 3, "stamps": 3}
    found = [shop.refund(visit["ref"], lines=((1, 500),)).body["earned"] for _ in range(6)]
    assert [taken["stamps"] for taken in found] == [0, -1, 0, -1, 0, -1]
    assert sum(taken["points"] for taken in found) == -3
    assert holds(shop, card)["carried_minor"] == 0


def test_a_rule_that_halves_and_no_longer_holds_gives_the_rest_by_the_refund(shop):
    halved = bonus(50, min_amount_minor=1_000)
    card = join(shop, points(halved))
    visit = shop.visit(card, 1_200).body
    assert visit["earned"] == {"points": 6}
    body = shop.refund(visit["ref"], 300).body
    # 9.00 are below the minimum and earn in full.
    assert body["earned"] == {"points": 3}
    assert (body["reasons"][0]["it"], body["reasons"][0]["en"]) == (
        "rimborso: +3 punti", "refund: +3 points",
    )  # fmt: skip
    shop.refund(visit["ref"], 900)
    assert there(shop, card) == 0
    assert [entry.units for entry in statement(shop, card)] == [6, 3, -9]


def test_what_a_refund_gave_is_the_sales_own_and_goes_first_when_it_is_refunded(shop):
    halved = bonus(50, min_amount_minor=1_000)
    card = join(shop, points(halved, units=[{**points()["units"][0], "expiry": {
        "kind": "rolling", "months": 12}}]))  # fmt: skip
    shop.visit(card, 500, at=NOW - DAY)
    visit = shop.visit(card, 1_200).body["ref"]
    shop.refund(visit, 300)
    shop.refund(visit, 900)
    left = holds(shop, card)["expiring"]
    assert [each["units"] for each in left] == [5]


def test_the_largest_refund_is_what_is_left(shop):
    visit = shop.visit(join(shop, points()), 5_000).body["ref"]
    shop.refund(visit, 4_999)
    with refused(shop, RefundTooLarge, largest_minor=1):
        shop.refund(visit, 2)
