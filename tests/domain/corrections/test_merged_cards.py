"""The vouchers, the past and the person behind two cards that became one."""

from datetime import timedelta

from loyalty.cards import register
from loyalty.core.errors import (
    Forbidden,
    LimitReached,
    StateConflict,
    Unknown,
)
from loyalty.counter.requests import intent
from loyalty.customers.refusals import MergedAway, SamePerson
from tests.builders import NOW, fresh_key
from tests.domain import folk
from tests.domain.corrections import rules
from tests.domain.corrections.hands import lots, merge, on, unmerge
from tests.domain.import_desk import Desk
from tests.domain.law import holds, refused, stands

DAY = timedelta(days=1)


def test_vouchers_of_both_are_seen_and_used(shop, pair):
    old, young = pair
    reserved = []
    for card in pair:
        shop.visit(card, 1_000)
        reserved.append(shop.reserve(card, "breakfast").body["ref"])
    merge(shop, young, old)
    assert {each["redemption"] for each in stands(shop, old)["vouchers"]} == set(reserved)
    for each in reserved:
        assert shop.fulfil(each).body["card"] == old.ref


def test_a_cancelled_reward_of_the_merged_card_gives_its_points_with_their_end(shop, pair):
    old, young = pair
    shop.visit(young, 1_000)
    reserved = shop.reserve(young, "breakfast").body["ref"]
    merge(shop, young, old, at=NOW + 40 * DAY)
    shop.cancel(reserved, at=NOW + 41 * DAY)
    assert [each[1:3] for each in lots(shop, old)] == [("2027-11-22T00:00:00+01:00", 10)]


def test_a_reward_that_one_may_have_once_was_had_with_either_card(shop):
    once = {**rules.POINTS["rewards"][0], "per_customer": {"count": 1, "days": 30}}
    shop.program("once", rules.points(rewards=[once]))
    old, young = shop.card("once"), shop.card("once")
    for card in (old, young):
        shop.visit(card, 2_000)
    shop.reserve(young, "breakfast")
    merge(shop, young, old)
    with refused(shop, LimitReached):
        shop.reserve(old, "breakfast")


def test_stamps_of_both_fill_the_card_with_the_next_stamp(shop):
    old, young = shop.card("stamps"), shop.card("stamps")
    shop.visit(old, coffees=6)
    shop.visit(young, coffees=7)
    merge(shop, young, old)
    assert holds(shop, old, "stamps")["available"] == 13
    body = shop.visit(old, coffees=1).body
    assert (len(body["vouchers"]), body["balances"]["stamps"]["available"]) == (1, 4)


# --- visits of before ----------------------------------------------------------------------------


def test_visits_of_the_merged_card_are_refunded_and_voided_on_the_one_that_stays(shop, pair):
    old, young = pair
    shop.visit(old, 500)
    first = shop.visit(young, 1_000, at=NOW + DAY).body["ref"]
    second = shop.visit(young, 300, at=NOW + DAY).body["ref"]
    merge(shop, young, old, at=NOW + 2 * DAY)
    assert shop.refund(first, 400, at=NOW + 3 * DAY).body["card"] == old.ref
    assert shop.void(second, at=NOW + 3 * DAY).body["balances"]["points"]["available"] == 11
    assert [each[2] for each in lots(shop, old)] == [5, 6]


def test_what_expired_on_either_card_counts_as_taken_by_a_refund(shop, pair):
    old, young = pair
    visit = shop.visit(young, 1_000).body["ref"]
    merge(shop, young, old)
    at = on(2027, 12, 1)
    shop.visit(old, 2_000, at=at)
    balance = shop.refund(visit, 600, at=at).body["balances"]["points"]
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (20, 0, 24)


# --- the person ----------------------------------------------------------------------------------


def test_cards_of_different_programs_just_follow(shop, pair):
    old, stamps = pair[0], shop.card("stamps")
    shop.visit(stamps, coffees=4)
    assert merge(shop, stamps, old).cards == []
    assert stands(shop, stamps)["customer"] == old.customer
    assert holds(shop, stamps, "stamps")["available"] == 4


def test_the_strictest_consents_hold(shop, pair):
    old, young = pair
    folk.say(shop, old.customer, given=True)
    folk.say(shop, young.customer, given=False)
    merge(shop, young, old)
    assert folk.state(shop, old.customer)["marketing"] is False


def test_whoever_has_a_card_through_the_other_gets_no_second_one(shop):
    plain = folk.customer(shop, name="Anna")
    young = shop.card(name="anna")
    with shop.database.write() as session:
        from loyalty.counter import merging

        merging.merge(session, duty=shop.owner, customer_ref=young.customer, into_ref=plain, at=NOW)
    with refused(shop, StateConflict, card=young.ref), shop.database.write() as session:
        register.enrol(
            session,
            duty=shop.cashier,
            customer_ref=plain,
            program_ref=shop.programs["points"],
            intent=intent(fresh_key(), plain),
            at=NOW,
        )
    with refused(shop, MergedAway, customer=plain), shop.database.write() as session:
        register.enrol(
            session,
            duty=shop.cashier,
            customer_ref=young.customer,
            program_ref=shop.programs["stamps"],
            intent=intent(fresh_key(), plain),
            at=NOW,
        )


def test_nobody_is_merged_twice_with_themselves_or_across_shops(shop, stranger, pair):
    old, young = pair
    theirs = stranger.card()
    merge(shop, young, old)
    with refused(shop, MergedAway, customer=old.customer):
        merge(shop, young, old)
    with refused(shop, SamePerson):
        merge(shop, old, old)
    for loser, survivor in ((theirs, old), (old, theirs)):
        with refused(shop, Unknown):
            merge(shop, loser, survivor)
    with refused(stranger, Unknown):
        unmerge(stranger, young)


def test_a_cashier_merges_and_parts_nobody(shop, pair):
    old, young = pair
    with refused(shop, Forbidden, permission="merge"):
        merge(shop, young, old, duty=shop.cashier)
    merge(shop, young, old)
    with refused(shop, Forbidden, permission="merge"):
        unmerge(shop, young, duty=shop.cashier)


def test_sales_of_the_merged_customer_in_a_file_go_to_the_living_card(shop, tmp_path):
    old, young = shop.card(external_ref="C-1"), shop.card(external_ref="C-2")
    merge(shop, young, old)
    Desk(shop, tmp_path).rows("C-2,2026-11-20,7.00,F-1", "C-1,2026-11-20,5.00,F-2")
    assert holds(shop, old)["available"] == 12
    unmerge(shop, young)
    assert (holds(shop, old)["available"], holds(shop, young)["available"]) == (5, 7)
