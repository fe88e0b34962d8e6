"""Two cards of one person become one: every unit keeps its life, and both codes work."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping, register
from loyalty.core.errors import (
    CardBlocked,
    Forbidden,
    InsufficientUnits,
    LimitReached,
    StateConflict,
    Unknown,
)
from loyalty.counter.requests import intent
from loyalty.customers.refusals import MergedAway, SamePerson
from tests.builders import NOW, fresh_key
from tests.domain import folk
from tests.domain.corrections import rules
from tests.domain.corrections.hands import account, lots, merge, on, unmerge
from tests.domain.import_desk import Desk
from tests.domain.law import holds, keep, refused, stands, statement

DAY = timedelta(days=1)


@pytest.fixture
def pair(shop):
    """An old card and a young one of the same person, who has not told us yet."""
    return shop.card(name="Anna"), shop.card(name="anna", at=NOW + DAY)


def test_the_units_of_both_come_together_and_each_keeps_its_end(shop, pair):
    old, young = pair
    shop.visit(old, 700)
    shop.visit(young, 500, at=NOW + 40 * DAY)
    answer = merge(shop, young, old, at=NOW + 41 * DAY)
    assert (answer.survivor, answer.loser) == (old.customer, young.customer)
    assert answer.cards == [{"card": young.ref, "into": old.ref}]
    balance = holds(shop, old, at=NOW + 41 * DAY)
    assert (balance["available"], balance["lifetime"]) == (12, 12)
    assert balance["expiring"] == [
        {"units": 7, "at": "2027-11-21T23:00:00Z"},
        {"units": 5, "at": "2027-12-31T23:00:00Z"},
    ]
    assert stands(shop, young)["ref"] == old.ref
    nothing = account(shop, young)
    assert (nothing.balance, nothing.debt, nothing.earned_millionths) == (0, 0, 0)


def test_both_cards_say_where_the_units_went(shop, pair):
    old, young = pair
    shop.visit(young, 500)
    merge(shop, young, old)
    went, came = statement(shop, young)[-1], statement(shop, old)[-1]
    assert (went.kind, went.units, came.kind, came.units) == ("merge", -5, "merge", 5)
    assert came.reasons[0]["it"] == "carte unite: +5 punti"
    assert came.reasons[0]["en"] == "cards joined: +5 points"


def test_the_older_card_stays_whoever_is_merged_into_whom(shop, pair):
    old, young = pair
    shop.visit(old, 700)
    answer = merge(shop, old, young)
    assert (answer.survivor, answer.cards) == (
        young.customer,
        [{"card": young.ref, "into": old.ref}],
    )
    assert stands(shop, old)["customer"] == young.customer


def test_a_blocked_card_gives_way_to_a_younger_one(shop, pair):
    old, young = pair
    shop.visit(old, 700)
    keep(shop, keeping.block, old)
    merge(shop, young, old)
    assert stands(shop, old)["ref"] == young.ref
    assert holds(shop, young)["available"] == 7


def test_the_codes_of_both_lead_to_the_card_typed_and_scanned(shop, pair):
    old, young = pair
    merge(shop, young, old)
    for scan in (old.code, old.token, young.code, young.token, young.ref):
        assert shop.visit(old, 100, scan=scan).body["card"] == old.ref
    assert holds(shop, old)["available"] == 5


def test_a_blocked_code_stays_blocked(shop, pair):
    old, young = pair
    keep(shop, keeping.block, young)
    merge(shop, young, old)
    for scan in (young.code, young.token, young.ref):
        with refused(shop, CardBlocked):
            shop.visit(young, 100, scan=scan)
    assert shop.visit(old, 100)


def test_the_codes_of_a_card_that_was_lost_stay_shut(shop, pair):
    old, young = pair
    keep(shop, keeping.replace, young)
    merge(shop, young, old)
    with refused(shop, CardBlocked):
        shop.visit(young, 100)


@pytest.mark.parametrize("owing", [0, 1])
def test_a_debt_is_repaid_at_once_by_what_the_other_card_holds(shop, pair, owing):
    old, young = pair
    visit = shop.visit(pair[owing], 1_000).body["ref"]
    shop.reserve(pair[owing], "breakfast")
    shop.void(visit)
    shop.visit(pair[1 - owing], 1_400)
    merge(shop, young, old)
    balance = holds(shop, old)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (4, 0, 14)


def test_what_the_other_card_cannot_repay_stays_owed(shop, pair):
    old, young = pair
    for card in pair:
        visit = shop.visit(card, 1_000).body["ref"]
        shop.reserve(card, "breakfast")
        shop.void(visit)
    merge(shop, young, old)
    assert holds(shop, old)["debt"] == 20
    with refused(shop, InsufficientUnits):
        shop.reserve(old, "breakfast")


def test_two_remainders_complete_a_unit_that_ends_with_the_last_visit(shop, pair):
    old, young = pair
    shop.visit(old, 160)
    shop.visit(young, 170, at=NOW + 9 * DAY)
    merge(shop, young, old, at=NOW + 20 * DAY)
    balance = holds(shop, old, at=NOW + 20 * DAY)
    assert (balance["available"], balance["lifetime"], balance["carried_minor"]) == (3, 3, 30)
    assert [each[1:3] for each in lots(shop, old)] == [
        ("2027-11-22T00:00:00+01:00", 1),
        ("2027-12-01T00:00:00+01:00", 1),
        ("2027-12-01T00:00:00+01:00", 1),
    ]
    assert statement(shop, old)[-1].reasons[0]["it"] == "carte unite: +1 punto"


def test_points_that_wait_go_on_waiting(shop):
    shop.program("waiting", rules.waiting(48))
    old, young = shop.card("waiting"), shop.card("waiting")
    shop.visit(young, 1_200)
    merge(shop, young, old, at=NOW + DAY)
    balance = holds(shop, old, at=NOW + DAY)
    assert (balance["available"], balance["pending"]) == (0, 12)
    assert holds(shop, old, at=NOW + 2 * DAY)["available"] == 12
    shop.reserve(old, "breakfast", at=NOW + 2 * DAY)


def test_points_that_slide_do_not_gain_by_the_other_cards_past_visits(shop):
    shop.program("sliding", rules.lasting("inactivity", 1))
    old, young = shop.card("sliding"), shop.card("sliding")
    shop.visit(young, 700)
    shop.visit(old, 500, at=NOW + 20 * DAY)
    merge(shop, young, old, at=NOW + 20 * DAY)
    assert [each[1:3] for each in lots(shop, old)] == [
        ("2026-12-22T00:00:00+01:00", 7),
        ("2027-01-12T00:00:00+01:00", 5),
    ]
    # From now on every visit with either code lets all of them live on.
    shop.visit(old, 100, scan=young.code, at=NOW + 25 * DAY)
    assert {each[1] for each in lots(shop, old)} == {"2027-01-17T00:00:00+01:00"}


def test_points_that_slide_go_on_sliding_on_a_card_that_had_none(shop):
    shop.program("sliding", rules.lasting("inactivity", 2))
    old, young = shop.card("sliding"), shop.card("sliding")
    shop.visit(young, 700)
    shop.publish("sliding", rules.lasting("rolling", 1), at=NOW + DAY)
    merge(shop, young, old, at=NOW + 2 * DAY)
    shop.visit(old, 100, at=NOW + 30 * DAY)
    assert [each[1:3] for each in lots(shop, old)] == [
        ("2027-01-22T00:00:00+01:00", 1),
        ("2027-02-22T00:00:00+01:00", 7),
    ]


# --- levels --------------------------------------------------------------------------------------


def test_the_better_level_stays_with_its_dates(shop):
    shop.program("levels", rules.LEVELS)
    old, young = shop.card("levels"), shop.card("levels")
    shop.visit(young, 10_000)
    merge(shop, young, old, at=NOW + 40 * DAY)
    tier = stands(shop, old, NOW + 40 * DAY)["tier"]
    assert (tier["key"], tier["measured"], tier["review_on"]) == ("gold", 10_000, "2027-11-30")
    assert shop.visit(old, 100, at=NOW + 41 * DAY).body["earned"] == {"points": 2}


def test_of_equal_levels_the_one_that_is_safe_for_longer_stays(shop):
    shop.program("levels", rules.LEVELS)
    old, young = shop.card("levels"), shop.card("levels")
    shop.visit(old, 10_000)
    shop.visit(young, 10_000, at=NOW + 40 * DAY)
    merge(shop, young, old, at=NOW + 41 * DAY)
    assert stands(shop, old, NOW + 41 * DAY)["tier"]["review_on"] == "2027-12-31"


def test_what_counts_for_both_may_reach_a_higher_level(shop):
    shop.program("levels", rules.LEVELS)
    old, young = shop.card("levels"), shop.card("levels")
    shop.visit(old, 6_000)
    shop.visit(young, 4_000)
    merge(shop, young, old, at=NOW + DAY)
    tier = stands(shop, old, NOW + DAY)["tier"]
    assert (tier["key"], tier["measured"]) == ("gold", 10_000)


def test_a_review_that_was_due_is_made_before_by_what_each_card_had(shop):
    shop.program("levels", rules.LEVELS)
    old, young = shop.card("levels"), shop.card("levels")
    shop.visit(young, 10_000)
    shop.visit(old, 9_000, at=on(2027, 6, 1))
    merge(shop, young, old, at=on(2028, 2, 1))
    tier = stands(shop, old, on(2028, 2, 1))["tier"]
    assert (tier["key"], tier["measured"]) == ("silver", 9_000)


def test_what_the_purchases_of_both_gave_to_a_cause_is_the_persons_own(shop):
    shop.program("giving", rules.GIVING)
    old, young = shop.card("giving"), shop.card("giving")
    shop.visit(old, 100)
    shop.visit(young, 500)
    merge(shop, young, old)
    assert stands(shop, old)["impact"] == {"gatti": 200}


# --- rewards -------------------------------------------------------------------------------------


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
