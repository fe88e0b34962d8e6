"""Two customers are parted when something has happened since: what goes, and what stays."""

from datetime import timedelta

import pytest

from loyalty.core.errors import InsufficientUnits
from loyalty.core.ids import parse_ref
from loyalty.counter import chores
from loyalty.counter.due import Shop as Due
from tests.builders import NOW
from tests.domain.corrections import days, rules
from tests.domain.corrections.hands import account, both, lots, merge, move, state, unmerge
from tests.domain.law import holds, refused, stands

DAY = timedelta(days=1)
MONTH = 30 * DAY


def test_visits_scanned_with_the_old_code_go_back_and_the_others_stay(shop, pair):
    old, young = pair
    days.plain(shop, old, young)
    apart = both(shop, pair, NOW + 5 * DAY)
    merge(shop, young, old, at=NOW + 3 * DAY)
    first = shop.visit(old, 300, scan=young.code, at=NOW + 4 * DAY).body["ref"]
    second = shop.visit(old, 200, scan=young.token, at=NOW + 4 * DAY).body["ref"]
    kept = shop.visit(old, 210, at=NOW + 4 * DAY).body["ref"]
    unmerge(shop, young, at=NOW + 5 * DAY)
    assert holds(shop, old, at=NOW + 5 * DAY)["available"] == 9
    assert holds(shop, young, at=NOW + 5 * DAY)["available"] == 22
    for visit, card in ((first, young), (second, young), (kept, old)):
        assert shop.void(visit, at=NOW + 5 * DAY).body["card"] == card.ref
    assert both(shop, pair, NOW + 5 * DAY) == apart


def test_a_voided_visit_of_meanwhile_has_nothing_to_go_back(shop, pair):
    old, young = pair
    merge(shop, young, old)
    shop.void(shop.visit(old, 320, scan=young.code).body["ref"])
    unmerge(shop, young)
    assert [holds(shop, card)["lifetime"] for card in pair] == [0, 0]


def test_what_was_spent_since_stays_spent_out_of_the_lots_it_came_from(shop, pair):
    old, young = pair
    shop.visit(young, 700)
    shop.visit(old, 800, at=NOW + DAY)
    merge(shop, young, old, at=NOW + DAY)
    reserved = shop.reserve(old, "breakfast", at=NOW + DAY).body["ref"]
    unmerge(shop, young, at=NOW + 2 * DAY)
    assert [holds(shop, card, at=NOW + 2 * DAY)["available"] for card in pair] == [5, 0]
    assert [each["redemption"] for each in stands(shop, old)["vouchers"]] == [reserved]
    assert shop.fulfil(reserved, at=NOW + 2 * DAY).body["card"] == old.ref


def test_a_reward_of_meanwhile_that_is_cancelled_comes_back_to_the_survivor_for_good(shop, pair):
    old, young = pair
    shop.visit(young, 1_000)
    merge(shop, young, old)
    reserved = shop.reserve(old, "breakfast").body["ref"]
    unmerge(shop, young)
    shop.cancel(reserved)
    assert [holds(shop, card)["available"] for card in pair] == [10, 0]
    merge(shop, young, old)
    unmerge(shop, young)
    assert [holds(shop, card)["available"] for card in pair] == [10, 0]


def test_a_reward_of_before_that_is_cancelled_meanwhile_goes_home(shop, pair):
    old, young = pair
    shop.visit(young, 1_000)
    apart = state(shop, young)
    reserved = shop.reserve(young, "breakfast").body["ref"]
    merge(shop, young, old)
    shop.cancel(reserved)
    unmerge(shop, young)
    assert holds(shop, old)["available"] == 0
    assert state(shop, young) == apart


def test_vouchers_go_back_to_their_own_card(shop, pair):
    old, young = pair
    for card in pair:
        shop.visit(card, 1_000)
        shop.reserve(card, "breakfast")
    before = both(shop, pair)
    merge(shop, young, old)
    assert len(stands(shop, old)["vouchers"]) == 2
    unmerge(shop, young)
    assert both(shop, pair) == before
    assert [len(stands(shop, card)["vouchers"]) for card in pair] == [1, 1]


def test_refunds_and_voids_of_old_visits_meanwhile_hold_for_their_own_card(shop, pair):
    old, young = pair
    mine = [shop.visit(old, each).body["ref"] for each in (720, 450)]
    theirs = [shop.visit(young, each).body["ref"] for each in (1_150, 360)]
    merge(shop, young, old)
    shop.refund(theirs[0], 400)
    shop.void(theirs[1])
    shop.refund(mine[0], 300)
    shop.void(mine[1])
    unmerge(shop, young)
    assert [(holds(shop, c)["available"], account(shop, c).earned_millionths) for c in pair] == [
        (4, 4_200_000),
        (7, 7_500_000),
    ]
    shop.void(theirs[0])
    shop.void(mine[0])
    assert [(holds(shop, c)["available"], account(shop, c).debt) for c in pair] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("whose", [(0,), (1,), (0, 1), (1, 0)])
@pytest.mark.parametrize("cents", [310, 350, 390])
def test_the_rounding_of_both_together_costs_neither_card_a_point(shop, pair, cents, whose):
    visits = [[shop.visit(card, each).body["ref"] for each in (1_150, cents)] for card in pair]
    merge(shop, pair[1], pair[0])
    for number in whose:
        shop.void(visits[number][0])
    unmerge(shop, pair[1])
    left = [cents + 1_150 * (number not in whose) for number in range(2)]
    assert [account(shop, card).balance for card in pair] == [each // 100 for each in left]


def test_a_visit_that_was_moved_away_meanwhile_is_no_longer_its_own(shop, pair):
    old, young = pair
    third = shop.card()
    visit = shop.visit(young, 1_150).body["ref"]
    shop.visit(young, 360)
    merge(shop, young, old)
    shop.refund(visit, 100)
    move(shop, visit, third)
    shop.refund(visit, 100)
    unmerge(shop, young)
    assert account(shop, young).earned_millionths == 3_600_000
    assert [holds(shop, each)["available"] for each in (old, young, third)] == [0, 3, 9]


def test_a_visit_that_came_back_meanwhile_by_the_old_code_goes_home(shop, pair):
    old, young = pair
    third = shop.card()
    visit = shop.visit(young, 1_150).body["ref"]
    before = state(shop, young)
    merge(shop, young, old)
    move(shop, visit, third)
    assert move(shop, visit, young).body["card"] == old.ref
    unmerge(shop, young)
    assert state(shop, young) == before
    assert holds(shop, old)["lifetime"] == 0


def test_the_way_back_owes_what_the_survivor_has_spent_of_visits_that_go(shop, pair):
    old, young = pair
    merge(shop, young, old)
    shop.visit(old, 1_000, scan=young.code)
    shop.reserve(old, "breakfast")
    unmerge(shop, young)
    assert (holds(shop, old)["debt"], holds(shop, young)["available"]) == (10, 10)


def test_where_no_debt_may_come_about_the_way_back_is_refused(shop):
    shop.program("blocked", rules.BLOCKED)
    old, young = shop.card("blocked"), shop.card("blocked")
    merge(shop, young, old)
    shop.visit(old, 1_000, scan=young.code)
    shop.reserve(old, "breakfast")
    with refused(shop, InsufficientUnits, needed=10, available=0):
        unmerge(shop, young)
    shop.adjust(old, "points", 10)
    unmerge(shop, young)
    assert holds(shop, young)["available"] == 10


def test_what_repaid_the_other_ones_debt_since_is_there_again_under_its_own_terms(shop, pair):
    old, young = pair
    visit = shop.visit(young, 1_000).body["ref"]
    shop.reserve(young, "breakfast")
    shop.void(visit)
    merge(shop, young, old)
    shop.visit(old, 700, at=NOW + 3 * DAY)
    shop.visit(old, 600, at=NOW + 5 * DAY)
    unmerge(shop, young, at=NOW + 20 * DAY)
    assert holds(shop, young, at=NOW + 20 * DAY)["debt"] == 10
    assert [each[1:3] for each in lots(shop, old)] == [
        ("2027-11-25T00:00:00+01:00", 7),
        ("2027-11-27T00:00:00+01:00", 3),
        ("2027-11-27T00:00:00+01:00", 3),
    ]


def test_a_unit_completed_by_both_goes_when_they_part_even_if_it_has_expired(shop):
    shop.program("month", rules.lasting("rolling", 1))
    old, young = shop.card("month"), shop.card("month")
    days.carried(shop, old, young)
    merge(shop, young, old, at=NOW + 20 * DAY)
    assert holds(shop, old, at=NOW + 20 * DAY)["available"] == 3
    at = NOW + 33 * DAY
    shop.visit(old, 100, at=at)
    unmerge(shop, young, at=at)
    balance = holds(shop, old, at=at)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (1, 0, 2)


def test_points_that_slide_live_by_the_visits_of_their_own_card(shop):
    shop.program("sliding", rules.lasting("inactivity", 1))
    old, young = shop.card("sliding"), shop.card("sliding")
    shop.visit(young, 700)
    shop.visit(old, 500)
    merge(shop, young, old)
    for later in (10, 20):
        shop.visit(old, 100, scan=young.code, at=NOW + later * DAY)
    shop.visit(old, 100, at=NOW + 5 * DAY)
    unmerge(shop, young, at=NOW + MONTH)
    ends = [{each[1] for each in lots(shop, card)} for card in (old, young)]
    assert ends == [{"2026-12-27T00:00:00+01:00"}, {"2027-01-12T00:00:00+01:00"}]


def test_a_level_that_the_merge_had_brought_goes_and_each_card_has_its_own_again(shop):
    shop.program("levels", rules.LEVELS)
    old, young = shop.card("levels"), shop.card("levels")
    shop.visit(young, 10_000)
    shop.visit(old, 9_000)
    before = both(shop, (old, young))
    merge(shop, young, old)
    assert stands(shop, old)["tier"]["key"] == "gold"
    unmerge(shop, young)
    assert both(shop, (old, young)) == before
    assert stands(shop, old)["tier"]["key"] == "silver"


def test_visits_that_go_back_may_lift_their_own_card(shop):
    shop.program("levels", rules.LEVELS)
    old, young = shop.card("levels"), shop.card("levels")
    shop.visit(young, 6_000)
    merge(shop, young, old)
    shop.visit(old, 4_000, scan=young.code, at=NOW + DAY)
    assert stands(shop, old, NOW + DAY)["tier"]["key"] == "gold"
    unmerge(shop, young, at=NOW + 2 * DAY)
    found = [stands(shop, card, NOW + 2 * DAY)["tier"] for card in (old, young)]
    assert [(tier["key"], tier["measured"]) for tier in found] == [("silver", 0), ("gold", 10_000)]


def test_a_refund_meanwhile_still_counts_against_the_level_of_its_own_card(shop):
    units = rules.points(tiers={**rules.LEVELS["tiers"], "measure": "units", "unit": "points",
                                "levels": [rules.SILVER, rules.level("gold", 100)]})  # fmt: skip
    shop.program("by units", units)
    old, young = shop.card("by units"), shop.card("by units")
    visit = shop.visit(young, 9_000).body["ref"]
    merge(shop, young, old)
    shop.refund(visit, 4_000)
    unmerge(shop, young)
    assert stands(shop, young)["tier"]["measured"] == 50


def test_points_that_were_given_a_longer_life_meanwhile_take_it_home(shop):
    shop.program("short", rules.lasting("rolling", 2))
    old, young = shop.card("short"), shop.card("short")
    shop.visit(young, 700)
    merge(shop, young, old)
    shop.publish("short", rules.lasting("rolling", 12), at=NOW + DAY)
    with shop.database.write() as session:
        due = Due(
            shop.merchant_id, parse_ref("prg", shop.programs["short"]), 2, "EUR", "Europe/Rome"
        )
        chores.lengthen(session, shop=due, card_ids=[parse_ref("crd", old.ref)], at=NOW + DAY)
    assert [each[1] for each in lots(shop, old)] == ["2027-11-22T00:00:00+01:00"]
    unmerge(shop, young, at=NOW + 2 * DAY)
    assert [each[1] for each in lots(shop, young)] == ["2027-11-22T00:00:00+01:00"]
