"""Refunds and voids: the visit is rated again, and what it no longer earns is taken back."""

from datetime import timedelta

import pytest

from loyalty.core.errors import (
    AlreadyCancelled,
    AlreadyVoided,
    CurrencyMismatch,
    InsufficientUnits,
    Invalid,
    KeyReused,
    RefundTooLarge,
    Unknown,
)
from loyalty.core.money import Money
from loyalty.counter import refunds
from loyalty.counter.requests import LineRequest, RefundRequest, intent
from tests.builders import NOW, POINTS, STAMPS, fresh_key, with_changes
from tests.domain.law import holds, refused, stands, statement

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


# --- where the units come from -------------------------------------------------------------------


def test_the_sales_own_units_go_first_though_others_end_sooner(shop):
    card = shop.card()
    shop.visit(card, 500)
    later = NOW + timedelta(days=40)
    visit = shop.visit(card, 300, at=later).body["ref"]
    shop.refund(visit, 200, at=later)
    assert [each["units"] for each in holds(shop, card, at=later)["expiring"]] == [5, 1]


def test_then_other_units_the_soonest_first(shop):
    card = shop.card()
    days = [NOW + timedelta(days=day) for day in (0, 40, 80)]
    visit = shop.visit(card, 1_000, at=days[0]).body["ref"]
    for day in days[1:]:
        shop.visit(card, 500, at=day)
    shop.reserve(card, "breakfast", at=days[2])
    shop.refund(visit, 700, at=days[2])
    assert [each["units"] for each in holds(shop, card, at=days[2])["expiring"]] == [3]


def test_what_was_spent_becomes_a_debt_that_the_next_units_repay(shop):
    card = shop.card()
    visit = shop.visit(card, 1_250).body["ref"]
    shop.reserve(card, "breakfast")
    body = shop.refund(visit, 1_250).body
    assert (body["balances"]["points"]["available"], body["balances"]["points"]["debt"]) == (0, 10)
    body = shop.visit(card, 700).body
    assert body["earned"] == {"points": 7}
    assert (body["balances"]["points"]["available"], body["balances"]["points"]["debt"]) == (0, 3)
    with refused(shop, InsufficientUnits, unit="points", needed=10, available=0):
        shop.reserve(card, "breakfast")
    assert stands(shop, card)["rewards"][0]["missing"] == {"points": 13}
    body = shop.visit(card, 1_300).body["balances"]["points"]
    assert (body["available"], body["debt"]) == (10, 0)
    assert shop.reserve(card, "breakfast")


def test_units_added_by_hand_repay_a_debt_too(shop):
    card = shop.card()
    visit = shop.visit(card, 1_000).body["ref"]
    shop.reserve(card, "breakfast")
    shop.void(visit)
    balance = shop.adjust(card, "points", 12).body["balances"]["points"]
    assert (balance["available"], balance["debt"]) == (2, 0)


def test_what_had_expired_counts_as_taken_and_only_once(shop):
    card = shop.card()
    visit = shop.visit(card, 1_000).body["ref"]
    later = NOW + YEAR + timedelta(days=1)
    shop.visit(card, 2_000, at=later)
    assert shop.refund(visit, 400, at=later).body["earned"] == {"points": 0}
    assert shop.refund(visit, 600, at=later).body["earned"] == {"points": 0}
    balance = holds(shop, card, at=later)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (20, 0, 20)


def test_of_a_sale_spent_in_part_and_expired_in_part_each_counts_for_itself(shop):
    card = shop.card()
    visit = shop.visit(card, 1_300).body["ref"]
    shop.reserve(card, "breakfast")
    later = NOW + YEAR + timedelta(days=1)
    # Three expired, ten were spent: of thirteen taken back three are covered, ten are owed.
    body = shop.refund(visit, 1_300, at=later).body["balances"]["points"]
    assert (body["available"], body["debt"]) == (0, 10)


def test_a_refund_says_why_in_both_languages(shop):
    card = shop.card()
    visit = shop.visit(card, 1_250).body["ref"]
    shop.refund(visit, 500)
    shop.void(visit)
    said = [(entry.reasons[0]["it"], entry.reasons[0]["en"]) for entry in statement(shop, card)[1:]]
    assert said == [
        ("rimborso: -5 punti", "refund: -5 points"),
        ("visita annullata: -7 punti", "visit voided: -7 points"),
    ]


# --- stamp cards ---------------------------------------------------------------------------------


def test_free_stamps_go_first_and_the_voucher_stays(shop):
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body["ref"]
    body = shop.refund(second, lines=((1, 2_000),)).body
    assert not body["vouchers"]
    assert body["balances"]["stamps"]["available"] == 0
    assert len(stands(shop, card)["vouchers"]) == 1


def test_only_when_short_the_voucher_of_a_full_card_is_cancelled(shop):
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    body = shop.refund(second["ref"], lines=((1, 3_000),)).body
    assert [voucher["state"] for voucher in body["vouchers"]] == ["cancelled"]
    assert body["balances"]["stamps"]["available"] == 9
    with refused(shop, AlreadyCancelled):
        shop.fulfil(second["vouchers"][0]["redemption"])


def test_the_youngest_unused_voucher_is_cancelled_first(shop):
    card = shop.card("stamps")
    old, new = (shop.visit(card, coffees=10).body for _ in range(2))
    body = shop.refund(old["ref"], lines=((1, 1_000),)).body
    assert [voucher["code"] for voucher in body["vouchers"]] == [new["vouchers"][0]["code"]]
    assert body["balances"]["stamps"]["available"] == 9


def test_a_used_voucher_is_not_cancelled_and_what_is_missing_is_owed(shop):
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    shop.fulfil(second["vouchers"][0]["redemption"])
    balance = shop.refund(second["ref"], lines=((1, 3_000),)).body["balances"]["stamps"]
    assert (balance["available"], balance["debt"]) == (0, 1)


def test_stamps_given_back_to_a_grace_that_is_over_expire_at_once(shop):
    month = {**STAMPS["units"][0], "expiry": {"kind": "rolling", "months": 1}}
    lasting = {**STAMPS["rewards"][0], "voucher_days": 90}
    shop.program("monthly", with_changes(STAMPS, units=[month], rewards=[lasting]))
    card = shop.card("monthly")
    first = shop.visit(card, coffees=10).body["vouchers"][0]["redemption"]
    at = NOW + timedelta(days=40)
    shop.cancel(first, at=at)  # ten stamps of grace, for seven days
    visit = shop.visit(card, coffees=3, at=at).body
    assert len(visit["vouchers"]) == 1
    shop.adjust(card, "stamps", -3, at=at)
    at += timedelta(days=10)
    shop.void(visit["ref"], at=at)
    balance = holds(shop, card, "stamps", at=at)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (0, 3, 10)
    assert statement(shop, card)[-1].kind == "expire"
