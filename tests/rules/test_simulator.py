"""A version played over past sales: what it gives, to whom, and when nobody gets it."""

import json

import pytest

from loyalty.programs.loading import load
from loyalty.programs.simulator_card import GIVEN_MAX
from tests.rules.pasts import (
    BASE,
    VISIT,
    coffees,
    flow,
    given,
    on,
    person,
    played,
    prize,
    rules,
    said,
    sale,
)

STAMPS = {
    "units": [{"key": "stamps"}],
    "stamps": {"unit": "stamps", "size": 10, "reward": "full"},
    "rewards": [{"key": "full", "kind": "product", "cost": {"stamps": 10}}],
}
COFFEE = {"key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1}}
LEVELS = {
    "measure": "visits",
    "window": {"kind": "rolling", "months": 1},
    "levels": [
        {"key": "silver", "from": 2},
        {"key": "gold", "from": 4, "multiply_percent": 200},
    ],
}
CAUSE = {"key": "cats", "beneficiary": {"name": "Gatti"}, "rate": [2, 100]}


def test_forty_coffees_earn_52_points_and_five_breakfasts():
    found = played(rules(rewards=[prize()]), person(*(sale(day, 130) for day in range(40))))
    assert flow(found) == (52, 50, 0, 2)
    assert (found.sales, found.customers, found.net_minor) == (40, 1, 5_200)


def test_a_reward_is_taken_as_soon_as_it_can_be_had_and_as_often():
    found = played(rules(rewards=[prize()]), person(sale(0, 999), sale(1, 2_500)))
    assert given(found) == {"prize": 3}
    assert found.first_reward.median == 2


def test_of_what_is_within_reach_the_cheapest_is_taken_and_of_equals_the_first():
    every = [prize(20, "dear"), prize(10, "cheap"), prize(10, "as-cheap")]
    found = played(rules(rewards=every), person(*(sale(day, 500) for day in range(4))))
    assert given(found) == {"cheap": 2}


def test_what_somebody_would_have_got_by_saving_up_is_within_reach_though_never_taken():
    found = played(
        rules(rewards=[prize(20, "dear"), prize(21, "dearer"), prize(10, "cheap")]),
        person(*(sale(day, 500) for day in range(4))),
    )
    reach = {one.key: one.within_reach for one in found.rewards}
    assert reach == {"dear": 1, "dearer": 0, "cheap": 1}
    assert said(found) == ["reward_out_of_reach", "cost_unknown"]


def test_nine_stamps_and_three_more_fill_a_card_and_leave_two():
    found = played(rules(BASE, COFFEE, **STAMPS), person(coffees(0, 9), coffees(1, 3)))
    assert flow(found, "stamps") == (12, 10, 0, 2)
    assert given(found) == {"full": 1}


def test_a_card_that_keeps_its_stamps_is_redeemed_like_any_other_reward():
    kept = {**STAMPS, "stamps": {**STAMPS["stamps"], "on_full": "keep"}}
    found = played(rules(BASE, COFFEE, **kept), person(coffees(0, 25)))
    assert (given(found), flow(found, "stamps")) == ({"full": 2}, (25, 20, 0, 5))


def test_a_full_card_waits_where_its_reward_cannot_be_given_until_stamps_come_again():
    opens = {**STAMPS["rewards"][0], "from": on(5).isoformat()}
    document = rules(BASE, COFFEE, **{**STAMPS, "rewards": [opens]})
    waits = played(document, person(coffees(0, 10), sale(6, 100, lines=[("coffee", 0)])))
    assert flow(waits, "stamps") == (10, 0, 0, 10)
    comes = played(document, person(coffees(0, 10), coffees(6, 1)))
    assert flow(comes, "stamps") == (11, 10, 0, 1)


def test_one_visit_is_given_no_more_than_the_counter_could_fill_at_once():
    found = played(rules(rewards=[prize(1)]), person(sale(0, 100 * (GIVEN_MAX + 7)), sale(1, 0)))
    assert given(found) == {"prize": GIVEN_MAX + 7}
    assert [month.rewards for month in found.months] == [GIVEN_MAX + 7]


# --- units that end, slide and wait ---------------------------------------------------------------


def test_what_is_not_used_in_its_time_expires():
    month = {"expiry": {"kind": "rolling", "months": 1}}
    document = rules(unit=month, rewards=[prize()])
    late = person(sale(0, 600), sale(32, 600), sale(33, 600))
    assert flow(played(document, late)) == (18, 10, 6, 2)
    assert flow(played(document, late, until=90)) == (18, 10, 8, 0)


def test_a_visit_lets_units_live_on_that_end_when_nobody_comes():
    document = rules(unit={"expiry": {"kind": "inactivity", "months": 1}}, rewards=[prize(30)])
    comes = person(sale(0, 1_000), sale(30, 1_000), sale(60, 1_000))
    stays_away = person(sale(0, 1_000), sale(40, 1_000), sale(60, 1_000), key="bea")
    assert flow(played(document, comes, until=61)) == (30, 30, 0, 0)
    assert flow(played(document, stays_away, until=61)) == (30, 0, 10, 20)


def test_units_that_wait_are_spent_at_the_next_visit_after_they_woke():
    document = rules(unit={"pending_hours": 30}, rewards=[prize()])
    found = played(document, person(sale(0, 1_000), sale(1, 0), sale(2, 700)))
    assert (found.first_reward.median, given(found)) == (3, {"prize": 1})
    assert found.units["points"].waiting == 0
    assert played(document, person(sale(0, 1_000)), until=1).units["points"].waiting == 10


# --- rewards with conditions ----------------------------------------------------------------------


def test_the_last_of_a_stock_goes_to_who_came_first_whoever_is_played_first():
    document = rules(rewards=[prize(stock=2), prize(15, "other")])
    first, second, third = (
        person(sale(day, 1_000), sale(day + 1, 500), key=f"p{day}") for day in (1, 2, 3)
    )
    for order in ((first, second, third), (third, second, first), (second, third, first)):
        found = played(document, *order)
        assert given(found) == {"prize": 2, "other": 1}
        assert found.rewards[0].sold_out_on == on(2)
        assert "reward_sold_out" in said(found)


def test_stocks_run_out_one_after_another_each_at_its_own_moment():
    document = rules(VISIT, rewards=[prize(1, "a", stock=2), prize(2, "b", stock=1)])
    people = [person(*(sale(day) for day in range(n, n + 6)), key=f"p{n}") for n in range(3)]
    found = played(document, *people)
    assert given(found) == {"a": 2, "b": 1}
    assert [one.sold_out_on for one in found.rewards] == [on(1), on(2)]
    assert found == played(document, *reversed(people))


def test_a_stock_that_just_suffices_is_not_sold_out():
    found = played(rules(rewards=[prize(stock=2)]), person(sale(0, 2_000)))
    assert (given(found), found.rewards[0].sold_out_on) == ({"prize": 2}, None)
    assert not given(played(rules(rewards=[prize(stock=0)]), person(sale(0, 2_000))))


def test_a_reward_is_given_so_often_in_so_many_days_today_included():
    often = {"count": 1, "days": 3}
    found = played(
        rules(rewards=[prize(per_customer=often)]),
        person(*(sale(day, 1_000) for day in range(7))),
        person(sale(0, 1_000), key="bea"),
    )
    assert given(found) == {"prize": 4}


def test_a_reward_for_a_level_is_given_from_the_visit_that_reached_it():
    document = rules(VISIT, tiers=LEVELS, rewards=[prize(1, tiers=["gold"])])
    found = played(document, person(*(sale(day) for day in range(4))))
    assert given(found) == {"prize": 4}
    assert found.first_reward.median == 4


def test_a_reward_is_given_on_its_days_only_the_last_one_in_full():
    window = {"from": on(1).isoformat(), "until": on(2).isoformat()}
    document = rules(rewards=[prize(**window)])
    late = sale(2, 1_000, hour=11)  # an hour before midnight in Rome
    found = played(document, person(sale(0, 1_000)), person(late, key="b"), person(sale(3, 1_000)))
    assert given(found) == {"prize": 1}
    missed = played(document, person(sale(3, 1_000)))
    assert said(missed) == ["reward_out_of_season"]


# --- levels, causes, moments ----------------------------------------------------------------------


def test_a_sale_earns_at_the_level_held_before_it_and_levels_are_lost_at_their_review():
    document = rules(VISIT, tiers=LEVELS)
    regular = person(*(sale(day) for day in range(5)))
    once = person(sale(0), key="bea")
    found = played(document, regular, once, until=20)
    assert found.units["points"].earned == 1 + 1 + 1 + 1 + 2 + 1
    assert {one.key: one.customers for one in found.levels} == {None: 1, "silver": 0, "gold": 1}
    later = played(document, regular, once, until=70)
    assert {one.key: one.customers for one in later.levels} == {None: 1, "silver": 1, "gold": 0}
    gone = played(document, regular, once, until=121)
    assert {one.key: one.customers for one in gone.levels} == {None: 2, "silver": 0, "gold": 0}


def test_a_cause_gets_its_share_carried_to_the_cent_for_each_customer():
    found = played(rules(cause=CAUSE), person(sale(0, 130), sale(1, 130)), person(sale(0, 130)))
    assert found.pledged_minor == {"cats": 5 + 2}
    assert (found.cost_minor, found.share_bp) == (7, 179)


def test_a_donated_reward_costs_what_it_gives_and_is_no_pledge_of_a_sale():
    gift = {"key": "gift", "kind": "donation", "cost": {"points": 5}, "value_minor": 300}
    found = played(rules(cause=CAUSE, rewards=[gift]), person(sale(0, 1_000)))
    assert (found.pledged_minor, found.donated_minor) == ({"cats": 20}, {"cats": 600})
    assert (found.rewards_minor, found.cost_minor) == (600, 620)


def test_hours_weekdays_birthdays_and_minimums_are_those_of_the_sale():
    def double(key, **when):
        return {"key": key, "unit": "points", "multiply_percent": 200, "when": when}

    bonus = rules(
        BASE,
        double("noon", **{"from": "12:00", "to": "13:00"}),
        double("monday", weekdays=[1]),
        double("party", birthday="day"),
        double("large", min_amount_minor=1_000),
    )
    anna = person(sale(0, 100), sale(1, 100, hour=3), sale(3, 1_000), birthday="03-05")
    assert played(bonus, anna).units["points"].earned == 4 + 1 + 80
    assert played(bonus, anna._replace(birthday=None)).units["points"].earned == 4 + 1 + 40


def test_the_cap_of_a_day_is_shared_by_its_visits_and_what_it_cuts_is_not_carried():
    caps = [{"unit": "points", "per": "day", "units": 5}]
    found = played(
        rules(caps=caps),
        person(sale(0, 350), sale(0, 350, hour=1), sale(0, 350, hour=2), sale(1, 350)),
        person(sale(0, 350), key="bea"),
    )
    assert found.units["points"].earned == 5 + 3 + 3


def test_what_the_limits_refuse_earns_nothing_but_was_sold():
    limits = {"visits_per_card_day": 1, "amount_minor_max": 2_000}
    found = played(
        rules(limits=limits),
        person(sale(0, 500), sale(0, 500, hour=1), sale(1, 2_001), sale(1, 500, hour=1)),
    )
    assert (found.units["points"].earned, found.refused, found.sales) == (10, 2, 4)
    assert found.net_minor == 3_501
    assert said(found) == ["beyond_limits"]


def test_more_than_one_visit_can_earn_is_refused_as_at_the_counter():
    vast = load({"units": [{"key": "points"}], "earn": [{**BASE, "units": 10**9}]})
    found = played(vast, person(sale(0, 101), sale(1, 100)))
    assert (found.refused, found.units["points"].earned) == (1, 10**9)


def test_a_refund_lowers_what_counts_towards_a_level_and_a_visit_without_any_rest_counts_nothing():
    spend = {**LEVELS, "measure": "spend", "levels": [{"key": "gold", "from": 500}]}
    left = played(rules(tiers=spend), person(sale(0, 600, net=499)))
    assert {one.key: one.customers for one in left.levels} == {None: 1, "gold": 0}
    nothing = played(rules(VISIT, tiers=LEVELS), person(sale(0), sale(1, 100, net=0)), until=2)
    assert {one.key: one.customers for one in nothing.levels} == {None: 1, "silver": 0, "gold": 0}
    both = played(rules(VISIT, tiers=LEVELS), person(sale(0), sale(1)), until=2)
    assert {one.key: one.customers for one in both.levels} == {"silver": 1, "gold": 0}


def test_nothing_was_sold_and_the_simulation_says_so():
    found = played(rules(rewards=[prize()], tiers=LEVELS, cause=CAUSE))
    assert said(found) == ["no_sales"]
    assert (found.customers, found.share_bp, found.months) == (0, None, ())
    assert (found.first_reward.median, found.median_visits) == (None, None)


@pytest.mark.parametrize("days", [0, 1, 40])
def test_the_whole_of_it_is_json_in_whole_numbers(days):
    document = rules(cause=CAUSE, tiers=LEVELS, rewards=[prize(cost_minor=70)])
    found = played(document, person(*(sale(day, 777) for day in range(days))))
    told = json.loads(json.dumps(found.as_dict()), parse_float=pytest.fail)
    assert told["redeeming"] == "as_soon_as_possible"
    assert told["cost"]["total"] == {"amount_minor": found.cost_minor, "currency": "EUR"}
    assert all(text["it"] and text["en"] for text in told["assumptions"])
