"""Refund after points were spent: a debt is carried, written off, or not let come about."""

import pytest

from loyalty.core.errors import InsufficientUnits
from tests.builders import NOW
from tests.domain.law import holds, refused, statement
from tests.domain.rulebook.book import (
    DAY,
    SHELTER,
    account,
    coffee,
    join,
    kinds,
    lasting,
    points,
    stamps,
)


def spent(shop, **more):
    """A card that earned twelve and spent ten of them; returns the visit too."""
    card = join(shop, points(**more))
    visit = shop.visit(card, 1_250).body["ref"]
    shop.reserve(card, "breakfast")
    return card, visit


def undo(shop, how, visit):
    return shop.void(visit) if how == "void" else shop.refund(visit, 1_250)


@pytest.mark.parametrize("how", ["refund", "void"])
def test_carried_the_debt_stands_and_the_next_points_repay_it(shop, how):
    card, visit = spent(shop, debt="carry")
    assert undo(shop, how, visit).body["earned"] == {"points": -12}
    assert account(shop, card) == (0, 0, 10)
    with refused(shop, InsufficientUnits, unit="points", needed=10, available=0):
        shop.reserve(card, "breakfast")
    shop.visit(card, 700)
    assert account(shop, card) == (0, 0, 3)
    shop.visit(card, 1_000)
    assert account(shop, card) == (7, 0, 0)


@pytest.mark.parametrize("how", ["refund", "void"])
def test_clamped_what_is_missing_is_written_off_by_an_entry_that_says_why(shop, how):
    card, visit = spent(shop, debt="clamp")
    body = undo(shop, how, visit).body
    assert body["earned"] == {"points": -2}
    assert account(shop, card) == (0, 0, 0)
    assert kinds(shop, card)[-2:] == [("take", -12), ("forgive", 10)]
    why = statement(shop, card)[-1].reasons[0]
    assert (why["rule"], why["units"]) == ("debt", 10)
    assert "10 punti" in why["it"]
    assert "10 points" in why["en"]
    assert why in body["reasons"]
    # The shop bears it: the next points are the customer's.
    shop.visit(card, 700)
    assert account(shop, card) == (7, 0, 0)


def test_clamped_in_parts_comes_to_the_same_as_at_once(shop):
    card, visit = spent(shop, debt="clamp")
    for _ in range(5):
        shop.refund(visit, 250)
    assert account(shop, card) == (0, 0, 0)
    assert holds(shop, card)["lifetime"] == 0
    assert sum(units for kind, units in kinds(shop, card) if kind == "forgive") == 10


def test_clamped_a_point_is_one_point(shop):
    card = join(shop, points(debt="clamp"))
    visit = shop.visit(card, 1_000).body["ref"]
    shop.reserve(card, "breakfast")
    (*_, why) = shop.refund(visit, 100).body["reasons"]
    assert "1 punto" in why["it"]
    assert "1 point " in why["en"]


@pytest.mark.parametrize("how", ["refund", "void"])
def test_blocked_the_refund_is_refused_and_nothing_changes(shop, how):
    _, visit = spent(shop, debt="block")
    with refused(shop, InsufficientUnits, unit="points", needed=12, available=2):
        undo(shop, how, visit)
    # What is still there can go back: 2.50 are two points.
    assert shop.refund(visit, 250).body["earned"] == {"points": -2}
    with refused(shop, InsufficientUnits, unit="points", needed=1, available=0):
        shop.refund(visit, 100)


def test_blocked_a_full_card_gives_its_voucher_back_before_anything_is_refused(shop):
    card = join(shop, stamps(debt="block"))
    shop.visit(card, lines=[coffee(9)])
    visit = shop.visit(card, lines=[coffee(3)]).body
    shop.fulfil(visit["vouchers"][0]["redemption"])
    with refused(shop, InsufficientUnits, unit="stamps", needed=3, available=2):
        shop.refund(visit["ref"], lines=((1, 3_000),))
    other = shop.visit(card, lines=[coffee(8)]).body
    # The voucher of the second card is still there: it is taken back rather than refused.
    body = shop.refund(visit["ref"], lines=((1, 3_000),)).body
    assert [one["code"] for one in body["vouchers"]] == [other["vouchers"][0]["code"]]
    assert account(shop, card, "stamps") == (7, 0, 0)


def test_the_policy_is_that_of_the_sale(shop):
    card, visit = spent(shop, debt="clamp")
    shop.publish(list(shop.programs)[-1], points(debt="block"))
    shop.refund(visit, 1_250)
    assert account(shop, card) == (0, 0, 0)


def test_units_that_expired_are_no_shortage(shop):
    card = join(shop, points(units=lasting("rolling", 1), debt="block"))
    visit = shop.visit(card, 1_250).body["ref"]
    body = shop.refund(visit, 1_250, at=NOW + 60 * DAY).body
    assert body["earned"] == {"points": 0}
    assert account(shop, card, at=NOW + 60 * DAY) == (0, 0, 0)


@pytest.mark.parametrize("policy", ["carry", "clamp", "block"])
def test_a_pledge_is_lowered_whatever_becomes_of_the_points(shop, policy):
    card = join(shop, points(debt=policy, cause=SHELTER))
    visit = shop.visit(card, 1_250).body
    assert visit["pledged"] == {"rifugio": 25}
    assert shop.refund(visit["ref"], 625).body["pledged"] == {"rifugio": -13}
    assert shop.refund(visit["ref"], 625).body["pledged"] == {"rifugio": -12}
