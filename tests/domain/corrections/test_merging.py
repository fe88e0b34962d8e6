"""Two cards of one person become one: every unit keeps its life, and both codes work."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping
from loyalty.core.errors import (
    CardBlocked,
    InsufficientUnits,
)
from tests.builders import NOW
from tests.domain.corrections import rules
from tests.domain.corrections.hands import account, lots, merge, on
from tests.domain.law import holds, keep, refused, stands, statement

DAY = timedelta(days=1)


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
