"""Reward refund: a cancelled reward puts the same units back where they came from."""

import pytest

from loyalty.core.errors import AlreadyCancelled, RewardUnavailable
from tests.builders import NOW
from tests.domain.law import holds, refused
from tests.domain.rulebook.book import (
    BREAKFAST,
    DAY,
    STAMPS,
    cake,
    coffee,
    in_numbers,
    join,
    kinds,
    lasting,
    points,
    stamps,
    there,
)

WAYS = {
    "product": {},
    "amount_off": {"value_minor": 500},
    "percent_off": {"percent": 10},
    "perk": {},
}


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("is_used", [False, True])
def test_whatever_the_reward_is_the_units_come_back_as_they_were(shop, kind, is_used):
    reward = {**BREAKFAST, "kind": kind, "cost": {"points": 10}, **WAYS[kind]}
    card = join(shop, points(rewards=[reward], units=lasting("rolling", 12)))
    shop.visit(card, 700, at=NOW - DAY)
    shop.visit(card, 800)
    before = in_numbers(shop, card)
    redemption = shop.reserve(card, "breakfast").body["ref"]
    if is_used:
        shop.fulfil(redemption)
    shop.cancel(redemption)
    assert in_numbers(shop, card) == before
    with refused(shop, AlreadyCancelled):
        shop.cancel(redemption)


def test_a_reward_of_two_units_gives_both_back(shop):
    both = {**BREAKFAST, "cost": {"points": 5, "stamps": 2}}
    raw = stamps()
    rules = points(*raw["earn"], units=[*points()["units"], STAMPS], rewards=[both])
    card = join(shop, rules)
    shop.visit(card, 900, lines=[coffee(2, 260), cake(1, 640)])
    redemption = shop.reserve(card, "breakfast").body["ref"]
    assert [there(shop, card, unit) for unit in ("points", "stamps")] == [4, 0]
    shop.cancel(redemption)
    assert [there(shop, card, unit) for unit in ("points", "stamps")] == [9, 2]


@pytest.mark.parametrize(
    "units",
    [lasting("rolling", 1), lasting("month_end", 1), lasting("year_end"), lasting("inactivity", 1)],
    ids=["rolling", "month_end", "year_end", "inactivity"],
)
def test_what_ended_meanwhile_comes_back_for_seven_days_once(shop, units):
    card = join(shop, points(units=units))
    shop.visit(card, 1_000)
    late = NOW + 60 * DAY
    redemption = shop.reserve(card, "breakfast").body["ref"]
    body = shop.cancel(redemption, at=late).body
    (grace,) = body["balances"]["points"]["expiring"]
    # 20 January 2027, seven days on, to the end of the day in Rome.
    assert grace == {"units": 10, "at": "2027-01-27T23:00:00Z"}
    assert "27 gennaio 2027" in body["reasons"][0]["it"]
    again = shop.reserve(card, "breakfast", at=late).body["ref"]
    shop.cancel(again, at=late + 8 * DAY)
    assert there(shop, card, at=late + 8 * DAY) == 0
    assert kinds(shop, card)[-2:] == [("give", 10), ("expire", -10)]


def test_units_that_slide_come_back_with_the_end_that_visits_gave_them(shop):
    card = join(shop, points(units=lasting("inactivity", 2)))
    shop.visit(card, 1_000)
    redemption = shop.reserve(card, "breakfast").body["ref"]
    later = NOW + 40 * DAY
    shop.visit(card, 100, at=later)
    shop.cancel(redemption, at=later)
    (only,) = holds(shop, card, at=later)["expiring"]
    assert only == {"units": 11, "at": "2027-02-28T23:00:00Z"}


def test_a_debt_is_repaid_by_what_comes_back(shop):
    card = join(shop, points())
    visit = shop.visit(card, 1_250).body["ref"]
    redemption = shop.reserve(card, "breakfast").body["ref"]
    shop.void(visit)
    assert holds(shop, card)["debt"] == 10
    body = shop.cancel(redemption).body["balances"]["points"]
    assert (body["available"], body["debt"]) == (0, 0)


def test_a_voucher_that_ran_out_gives_nothing_back(shop):
    reward = {**BREAKFAST, "voucher_days": 7}
    card = join(shop, points(rewards=[reward]))
    shop.visit(card, 1_000)
    redemption = shop.reserve(card, "breakfast").body["ref"]
    with refused(shop, RewardUnavailable, reason="ended"):
        shop.cancel(redemption, at=NOW + 8 * DAY)
    assert there(shop, card, at=NOW + 8 * DAY) == 0


def test_the_stamps_of_a_cancelled_full_card_fill_one_again_with_the_next_stamp(shop):
    card = join(shop, stamps())
    voucher = shop.visit(card, lines=[coffee(10)]).body["vouchers"][0]
    shop.cancel(voucher["redemption"])
    assert there(shop, card, "stamps") == 10
    assert len(shop.visit(card, lines=[coffee(1)]).body["vouchers"]) == 1
    assert there(shop, card, "stamps") == 1
