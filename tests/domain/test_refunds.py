"""Refunds and voids: the visit is rated again, and what it no longer earns is taken back."""

from datetime import timedelta

import pytest

from loyalty.core.errors import (
    AlreadyVoided,
    CurrencyMismatch,
    Invalid,
    KeyReused,
    RefundTooLarge,
    Unknown,
)
from loyalty.core.money import Money
from loyalty.counter import refunds
from loyalty.counter.requests import LineRequest, RefundRequest, intent
from tests.builders import NOW, POINTS, fresh_key
from tests.domain.law import holds, refused
from tests.programs import with_changes

YEAR = timedelta(days=365)
COFFEES = [
    LineRequest(category="coffee", quantity_milli=3_000, amount_minor=390),
    LineRequest(category="cake", quantity_milli=1_000, amount_minor=450),
]


def test_void_takes_everything_back(shop):
    card = shop.card()
    visit = shop.visit(card, 1250).body
    body = shop.void(visit["ref"]).body
    assert body["earned"] == {"points": -12}
    assert body["amount"] == {"amount_minor": 1250, "currency": "EUR"}
    assert body["visit"] == visit["ref"]
    balance = holds(shop, card)
    assert (balance["available"], balance["lifetime"], balance["carried_minor"]) == (0, 0, 0)


def test_a_refund_by_amount_leaves_what_the_rest_earns(shop):
    card = shop.card()
    shop.visit(card, 60)
    visit = shop.visit(card, 1250).body
    assert visit["earned"] == {"points": 13}
    assert shop.refund(visit["ref"], 520).body["earned"] == {"points": -6}
    balance = holds(shop, card)
    assert (balance["available"], balance["carried_minor"]) == (7, 90)


@pytest.mark.parametrize(
    "split",
    [
        [{"minor": 500}],
        [{"minor": 333}, {"minor": 1}, {"minor": 166}],
        [{"minor": 1}] * 5 + [{"minor": 495}],
    ],
    ids=["at once", "in three", "in six"],
)
def test_any_way_of_splitting_a_refund_ends_at_the_same_balance(shop, split):
    card = shop.card()
    shop.visit(card, 77)
    visit = shop.visit(card, 840, lines=COFFEES).body["ref"]
    for part in split:
        shop.refund(visit, part["minor"])
    shop.refund(visit, lines=((1, 1_000),))
    balance = holds(shop, card)
    # 840 less a coffee of 130 are 710, less 500 are 210, and 77 before: 2.87.
    assert (balance["available"], balance["carried_minor"]) == (2, 87)


def test_lines_come_back_whole_or_in_part(shop):
    card = shop.card()
    visit = shop.visit(card, 840, lines=COFFEES).body["ref"]
    body = shop.refund(visit, lines=((1, 2_000), (2, 1_000))).body
    assert body["amount"]["amount_minor"] == 710
    assert holds(shop, card)["lifetime"] == 1
    body = shop.refund(visit, lines=((1, 500),)).body
    assert body["amount"]["amount_minor"] == 65
    balance = holds(shop, card)
    assert (balance["available"], balance["carried_minor"]) == (0, 65)


def test_half_a_piece_returned_twice_takes_one_stamp_and_never_gives_one(shop):
    card = shop.card("stamps")
    visit = shop.visit(card, coffees=3).body["ref"]
    taken = [shop.refund(visit, lines=((1, 500),)).body["earned"]["stamps"] for _ in range(6)]
    assert taken == [0, -1, 0, -1, 0, -1]
    assert holds(shop, card, "stamps")["lifetime"] == 0


def test_a_visit_keeps_its_bonus_while_anything_of_it_is_left(shop):
    bonus = {"key": "visit", "unit": "points", "units": 5, "per": {"visit": 1}}
    shop.program("bonus", with_changes(POINTS, earn=[*POINTS["earn"], bonus]))
    card = shop.card("bonus")
    visit = shop.visit(card, 840, lines=COFFEES).body
    assert visit["earned"] == {"points": 13}
    assert shop.refund(visit["ref"], lines=((2, 1_000),)).body["earned"] == {"points": -5}
    assert shop.refund(visit["ref"], 389).body["earned"] == {"points": -3}
    assert shop.refund(visit["ref"], 1).body["earned"] == {"points": -5}


def test_a_refund_is_rated_by_the_rules_of_the_sale(shop):
    card = shop.card()
    visit = shop.visit(card, 1_000).body
    dear = {**POINTS["earn"][0], "units": 9}
    shop.publish("points", with_changes(POINTS, earn=[dear]), at=NOW)
    body = shop.refund(visit["ref"], 400).body
    assert (body["earned"], body["version"]) == ({"points": -4}, 1)


def test_more_than_the_visit_is_too_much(shop):
    card = shop.card()
    visit = shop.visit(card, 840, lines=COFFEES).body["ref"]
    shop.refund(visit, 800)
    with refused(shop, RefundTooLarge, largest_minor=40):
        shop.refund(visit, 41)
    with refused(shop, RefundTooLarge):
        shop.refund(visit, lines=((1, 3_000),))
    with refused(shop, RefundTooLarge):
        shop.refund(visit, lines=((1, 3_001),))
    shop.refund(visit, 40)
    with refused(shop, RefundTooLarge, largest_minor=0):
        shop.refund(visit, 1)


def test_a_refund_that_makes_no_sense_is_refused(shop):
    card = shop.card()
    visit = shop.visit(card, 840, lines=COFFEES).body["ref"]
    for amount, lines in (
        (None, ()),
        (0, ()),
        (-1, ()),
        (10, ((1, 1_000),)),
        (None, ((3, 1_000),)),
    ):
        with refused(shop, Invalid):
            shop.refund(visit, amount, lines=lines)
    coffee = shop.visit(shop.card("stamps"), coffees=2).body["ref"]
    with refused(shop, Invalid):
        shop.refund(coffee, 100)


def test_a_refund_in_other_money_is_refused(shop):
    visit = shop.visit(shop.card(), 1250).body["ref"]
    with (
        refused(shop, CurrencyMismatch, expected="EUR", given="USD"),
        shop.database.write() as session,
    ):
        refunds.refund(
            session,
            duty=shop.cashier,
            visit_ref=visit,
            request=RefundRequest(Money(100, "USD")),
            intent=intent(fresh_key(), None),
            at=NOW,
        )


def test_a_visit_that_is_not_there_or_not_ours_cannot_be_undone(shop, stranger):
    ours = shop.visit(shop.card(), 1250).body["ref"]
    for visit in (ours, "vis_" + "0" * 26, ours.replace("vis", "crd"), "", "x" * 400):
        with refused(stranger, Unknown) as refusal:
            stranger.void(visit)
        assert refusal.value.code == "unknown_visit"
        with refused(stranger, Unknown):
            stranger.refund(visit, 100)


def test_a_voided_visit_is_over(shop):
    visit = shop.visit(shop.card(), 1250).body["ref"]
    first = shop.void(visit, key="k")
    for again in (shop.void, lambda ref: shop.refund(ref, 100)):
        with refused(shop, AlreadyVoided):
            again(visit)
    replay = shop.void(visit, key="k")
    assert (replay.replayed, replay.body) == (True, first.body)


def test_void_after_a_refund_takes_only_what_is_left(shop):
    card = shop.card()
    visit = shop.visit(card, 1250).body["ref"]
    shop.refund(visit, 500)
    body = shop.void(visit).body
    assert (body["earned"], body["amount"]["amount_minor"]) == ({"points": -7}, 750)
    assert holds(shop, card)["lifetime"] == 0


def test_a_refund_is_done_once_per_key(shop):
    card = shop.card()
    visit = shop.visit(card, 1250).body["ref"]
    first = shop.refund(visit, 500, key="k")
    again = shop.refund(visit, 500, key="k")
    assert (again.replayed, again.body) == (True, first.body)
    with refused(shop, KeyReused):
        shop.refund(visit, 501, key="k")
    assert holds(shop, card)["available"] == 7
