"""Cause, accounting: each sale pledges its part, to the cent and in sum; a refund lowers it."""

import random

import pytest

from tests.builders import NOW
from tests.domain.law import stands, statement
from tests.domain.rulebook.book import (
    DAY,
    SHELTER,
    STAMPS,
    TEN,
    bonus,
    cake,
    coffee,
    join,
    latest,
    levels,
    points,
    stamps,
)

GIFT = {
    "key": "gift", "kind": "donation", "cost": {"points": 10}, "value_minor": 150,
    "name": {"it": "1,50 € al rifugio", "en": "€1.50 to the shelter"},
}  # fmt: skip


def given_so_far(shop, card, at=NOW):
    return stands(shop, card, at)["impact"]["rifugio"]


def test_the_fractions_of_a_cent_are_carried_from_sale_to_sale(shop):
    card = join(shop, points(cause=SHELTER))
    # 2 % of 1.99 are 3.98 cents, of 0.49 0.98: 3, then 4.96 in all, then 8.94, then 9.92.
    pledged = [shop.visit(card, amount).body["pledged"]["rifugio"] for amount in (199, 49, 199, 49)]
    assert (pledged, given_so_far(shop, card)) == ([3, 1, 4, 1], 9)


def test_hundreds_of_sales_pledge_the_floor_of_their_exact_sum(shop):
    card, dice = join(shop, points(cause={**SHELTER, "rate": [3, 70]})), random.Random(4)
    amounts = [dice.randrange(1, 2_000) for _ in range(60)]
    pledged = [shop.visit(card, amount).body["pledged"]["rifugio"] for amount in amounts]
    # Each sale is rounded up to a millionth of a cent: sixty of those are no cent.
    assert sum(pledged) == sum(amounts) * 3 // 70
    assert sum(pledged) == given_so_far(shop, card)


def test_a_receipt_says_what_was_pledged_to_whom(shop):
    card = join(shop, points(cause=SHELTER))
    body = shop.visit(card, 1_250).body
    said = next(why for why in body["reasons"] if why["rule"] == "rifugio")
    assert said["units"] == 25
    for part in ("2%", "Rifugio dei gatti"):
        assert part in said["it"]
        assert part in said["en"]
    assert ("0,25 €" in said["it"], "€0.25" in said["en"]) == (True, True)
    assert "rifugio" not in body["balances"]
    assert "cause.rifugio" not in body["balances"]


def test_a_sale_pledges_at_most_the_cap_and_what_it_cuts_is_not_carried(shop):
    card = join(shop, points(cause={**SHELTER, "cap_minor": 10}))
    pledged = [shop.visit(card, amount).body["pledged"]["rifugio"] for amount in (2_000, 499, 1)]
    # Ten, then 9.98, then 0.02 more: the ten of the cap leave nothing behind.
    assert pledged == [10, 9, 1]


def test_bonuses_levels_and_caps_are_about_points_alone(shop):
    capped = [{"unit": "points", "per": "day", "units": 1}]
    rules = points(bonus(300), cause=SHELTER, tiers=levels(), caps=capped)
    card = join(shop, rules)
    shop.visit(card, 50_000)
    body = shop.visit(card, 1_000).body
    assert (body["earned"], body["pledged"]) == ({"points": 0}, {"rifugio": 20})


def test_a_refund_lowers_the_pledge_and_the_cap_holds_for_what_is_left(shop):
    card = join(shop, points(cause={**SHELTER, "cap_minor": 10}))
    visit = shop.visit(card, 1_000).body["ref"]
    taken = [shop.refund(visit, 250).body["pledged"]["rifugio"] for _ in range(4)]
    # Of 10.00 ten cents, of 7.50 still ten, of 5.00 ten, of 2.50 five.
    assert taken == [0, 0, -5, -5]
    assert given_so_far(shop, card) == 0


def test_lines_that_come_back_lower_it_by_what_they_were_worth(shop):
    card = join(shop, points(cause=SHELTER))
    lines = [coffee(2, 400), cake(1, 600)]
    visit = shop.visit(card, 1_000, lines=lines).body["ref"]
    assert shop.refund(visit, lines=((1, 1_000),)).body["pledged"] == {"rifugio": -4}
    assert shop.void(visit).body["pledged"] == {"rifugio": -16}


def test_it_waits_for_the_days_of_refunds_and_then_is_to_be_paid(shop):
    card = join(shop, points(cause=SHELTER))
    shop.visit(card, 1_250)
    shop.visit(card, 100, at=NOW + 14 * DAY)
    assert "activate" not in {entry.kind for entry in statement(shop, card)}
    shop.visit(card, 100, at=NOW + 15 * DAY)
    (ready,) = [entry for entry in statement(shop, card) if entry.kind == "activate"]
    assert "0,25 €" in ready.reasons[0]["it"]


def test_what_a_refund_finds_paid_out_already_lowers_the_next_pledges(shop):
    card = join(shop, points(cause=SHELTER))
    shop.visit(card, 1_000)
    visit = shop.visit(card, 1_250, at=NOW + 30 * DAY).body["ref"]
    body = shop.void(visit, at=NOW + 30 * DAY).body
    assert (body["pledged"], given_so_far(shop, card)) == ({"rifugio": -25}, 20)


def test_new_rules_with_another_cause_keep_what_was_given_to_the_first(shop):
    card = join(shop, points(cause=SHELTER))
    visit = shop.visit(card, 1_250).body["ref"]
    trees = {"key": "trees", "beneficiary": {"name": "Alberi"}, "rate": [1, 100]}
    shop.publish(latest(shop), points(cause=trees))
    assert shop.visit(card, 1_250).body["pledged"] == {"trees": 12}
    assert stands(shop, card)["impact"] == {"rifugio": 25, "trees": 12}
    assert shop.refund(visit, 1_250).body["pledged"] == {"rifugio": -25}
    assert stands(shop, card)["impact"] == {"rifugio": 0, "trees": 12}


# --- donations -----------------------------------------------------------------------------------


@pytest.fixture
def giver(shop):
    card = join(shop, points(cause=SHELTER, rewards=[GIFT]))
    shop.visit(card, 1_250)
    return card


def test_a_donation_is_pledged_and_done_at_once(shop, giver):
    body = shop.reserve(giver, "gift").body
    assert body["pledged"] == {"rifugio": 150}
    assert [voucher["state"] for voucher in body["vouchers"]] == ["fulfilled"]
    assert given_so_far(shop, giver) == 25 + 150
    assert stands(shop, giver)["vouchers"] == []


def test_a_donation_that_is_cancelled_takes_its_pledge_back(shop, giver):
    before = stands(shop, giver)
    redemption = shop.reserve(giver, "gift").body["ref"]
    body = shop.cancel(redemption).body
    assert body["pledged"] == {"rifugio": -150}
    after = stands(shop, giver)
    assert after["impact"] == before["impact"]
    assert after["balances"]["points"]["available"] == 12


def test_a_donation_is_no_purchase(shop, giver):
    shop.reserve(giver, "gift")
    # Half a cent is still put aside from the sale, and not a cent more.
    assert shop.visit(giver, 25).body["pledged"] == {"rifugio": 0}
    assert shop.visit(giver, 25).body["pledged"] == {"rifugio": 1}


def test_a_full_card_may_become_a_donation_at_once(shop):
    raw = stamps()
    rules = points(
        *raw["earn"],
        units=[*points()["units"], STAMPS],
        cause=SHELTER,
        stamps={**TEN, "reward": "gift"},
        rewards=[{**GIFT, "cost": {"stamps": 10}}],
    )
    card = join(shop, rules)
    body = shop.visit(card, 2_600, lines=[coffee(20, 2_600)]).body
    # Two full cards of 1.50 each, and 2 % of 26.00.
    assert body["pledged"] == {"rifugio": 300 + 52}
    assert [voucher["state"] for voucher in body["vouchers"]] == ["fulfilled"] * 2
    assert given_so_far(shop, card) == 352
