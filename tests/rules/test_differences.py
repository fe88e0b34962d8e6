"""What a new version changes, part by part, as the customer sees it."""

import re

import pytest
from hypothesis import given, settings

from loyalty.programs import differences
from loyalty.programs.loading import load
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes
from tests.rules.documents import documents
from tests.rules.sound import GONE, SOUND, bonus, changed

TURNED = {"better": "worse", "worse": "better", "changed": "changed"}
TOP = {"key": "top", "name": {"it": "Platino", "en": "Platinum"}, "from": 90_000}


def between(before, after):
    return differences.between(load(before), load(after), "EUR")


def ways(**changes):
    """What some changes to the sound rules mean: part and direction."""
    return {one.part: one.direction for one in between(SOUND, changed(SOUND, **changes))}


@pytest.mark.parametrize(
    ("changes", "part", "direction"),
    [
        # rules that earn
        ({"earn__0__units": 2}, "earn.base", "better"),
        ({"earn__0__per__amount_minor": 200}, "earn.base", "worse"),
        ({"earn__0__units": 2, "earn__0__per__amount_minor": 300}, "earn.base", "worse"),
        ({"earn__0__per": {"visit": 1}}, "earn.base", "changed"),
        ({"earn__0__unit": "stamps"}, "earn.base", "changed"),
        ({"earn__0__when": {"weekdays": [1]}}, "earn.base", "worse"),
        ({"earn__0__when": {"categories": ["a"]}}, "earn.base", "worse"),
        ({"earn__0__when": {"skus": ["a"]}}, "earn.base", "worse"),
        ({"earn__0__when": {"birthday": "month"}}, "earn.base", "worse"),
        ({"earn__0__when": {"skus": ["a"]}, "earn__0__units": 2}, "earn.base", "changed"),
        ({"earn__3": {"key": "v", "unit": "points", "units": 1, "per": {"visit": 1}}},
         "earn.v", "better"),
        ({"earn__2": GONE}, "earn.happy", "worse"),
        # bonuses
        ({"earn__2__multiply_percent": 150}, "earn.happy", "worse"),
        ({"earn__2__combine": "best"}, "earn.happy", "worse"),
        ({"earn__2__priority": 3}, "earn.happy", "changed"),
        ({"earn__2__when__tiers": []}, "earn.happy", "better"),
        ({"earn__2__when__tiers": ["silver"]}, "earn.happy", "changed"),
        ({"earn__2__when__from": "14:00"}, "earn.happy", "better"),
        ({"earn__2__when__from": "22:00", "earn__2__when__to": "02:00"}, "earn.happy", "changed"),
        ({"earn__2__when__min_amount_minor": 400}, "earn.happy", "better"),
        ({"earn__2__multiply_percent": 50}, "earn.happy", "worse"),
        ({"earn__3": bonus(50)}, "earn.b50", "worse"),
        ({"earn__2__multiply_percent": 50, "earn__2__when": {}}, "earn.happy", "changed"),
        # caps
        ({"caps__0__units": 99}, "caps.points.visit", "worse"),
        ({"caps__1": GONE}, "caps.points.day", "better"),
        ({"caps__2": {"unit": "stamps", "per": "day", "units": 5}}, "caps.stamps.day", "worse"),
        # units
        ({"units__0__pending_hours": 24}, "units.points", "better"),
        ({"units__0__expiry__months": 6}, "units.points", "worse"),
        ({"units__0__expiry__kind": "month_end"}, "units.points", "better"),
        ({"units__0__expiry": {"kind": "year_end", "months": 6}}, "units.points", "changed"),
        ({"units__0__expiry": {"kind": "never"}}, "units.points", "better"),
        ({"units__0__expiry": {"kind": "inactivity", "months": 12}}, "units.points", "better"),
        ({"units__0__label": {"it": "chicchi", "en": "beans"}}, "units.points", "changed"),
        ({"units__2": {"key": "stars"}}, "units.stars", "better"),
        # the card that fills
        ({"stamps__size": 8}, "stamps", "better"),
        ({"stamps__on_full": "keep"}, "stamps", "changed"),
        ({"stamps": GONE}, "stamps", "worse"),
        # levels
        ({"tiers": GONE}, "tiers", "worse"),
        ({"tiers__measure": "visits"}, "tiers.measure", "changed"),
        ({"tiers__window__months": 24}, "tiers.window", "better"),
        ({"tiers__window__kind": "calendar"}, "tiers.window", "changed"),
        ({"tiers__grace_days": 10}, "tiers.keeping", "worse"),
        ({"tiers__levels__1__from": 40_000}, "tiers.levels.gold", "better"),
        ({"tiers__levels__1__multiply_percent": GONE}, "tiers.levels.gold", "worse"),
        ({"tiers__levels__0__name__it": "Base"}, "tiers.levels.silver", "changed"),
        ({"tiers__levels__2": TOP}, "tiers.levels.top", "better"),
        # the cause
        ({"cause__rate": [3, 100]}, "cause", "better"),
        ({"cause__cap_minor": 500}, "cause", "worse"),
        ({"cause__payable_after_days": 30}, "cause", "changed"),
        ({"cause__beneficiary__name": "Cani"}, "cause", "changed"),
        ({"cause__beneficiary__tax_code": "123"}, "cause", "changed"),
        ({"cause": GONE}, "cause", "worse"),
        # rewards
        ({"rewards__1__cost": {"points": 40}}, "rewards.off", "better"),
        ({"rewards__1__cost": {"stamps": 40}}, "rewards.off", "changed"),
        ({"rewards__1__value_minor": 400}, "rewards.off", "worse"),
        ({"rewards__1__name": {"it": "x", "en": "y"}}, "rewards.off", "changed"),
        ({"rewards__2__percent": 20}, "rewards.less", "better"),
        ({"rewards__4__kind": "product"}, "rewards.perk", "changed"),
        ({"rewards__0__stock": 5}, "rewards.full", "better"),
        ({"rewards__0__tiers": []}, "rewards.full", "better"),
        ({"rewards__2__until": "2027-02-01"}, "rewards.less", "better"),
        ({"rewards__2__from": "2027-01-01T00:00:01Z"}, "rewards.less", "changed"),
        ({"rewards__2__from": GONE}, "rewards.less", "better"),
        ({"rewards__2__until": GONE}, "rewards.less", "better"),
        ({"rewards__4__from": "2027-01-01"}, "rewards.perk", "worse"),
        ({"rewards__4__voucher_days": 30}, "rewards.perk", "worse"),
        ({"rewards__4__per_customer": {"count": 1, "days": 30}}, "rewards.perk", "worse"),
        ({"rewards__4": GONE}, "rewards.perk", "worse"),
        # the rules of the house
        ({"base__tax": "gross"}, "base.tax", "better"),
        ({"base__discounts": "before"}, "base.discounts", "better"),
        ({"debt": "carry"}, "debt", "better"),
        ({"proof__earn": "static"}, "proof.earn", "changed"),
        ({"proof__redeem": "typed"}, "proof.redeem", "changed"),
        ({"limits__visits_per_card_day": 1}, "limits.visits_per_card_day", "worse"),
        ({"limits__visits_per_card_day": GONE}, "limits.visits_per_card_day", "better"),
        ({"limits__min_seconds": 0}, "limits.min_seconds", "changed"),
        ({"limits__amount_minor_max": 60_000}, "limits.amount_minor_max", "better"),
    ],
)  # fmt: skip
def test_a_change_is_found_in_its_part_and_weighed_for_the_customer(changes, part, direction):
    assert ways(**changes) == {part: direction}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rewards__4__cost_minor": 900, "rewards__4__value_minor": 2_000},
        {"earn__0__key": "euro"},
        {"tiers__unit": "stamps"},
        {"tiers__drop": "straight"},
        {"units__1__label": {"it": "stamps", "en": "stamps"}},
    ],
)
def test_what_nobody_notices_is_no_difference(changes):
    assert ways(**changes) == {}


def test_less_for_fewer_people_is_better_than_less_for_everybody():
    less = changed(SOUND, earn__2__multiply_percent=50)
    fewer = changed(less, earn__2__when__weekdays=[1])
    (said,) = between(less, fewer)
    assert said.direction == "better"


def test_it_is_said_how_it_was_and_how_it_is():
    cheaper = with_changes(POINTS, rewards=[{**POINTS["rewards"][0], "cost": {"points": 8}}])
    (said,) = between(POINTS, cheaper)
    assert said.said.it == (
        "Prima: 10 punti = colazione in omaggio; ora: 8 punti = colazione in omaggio."
    )
    assert said.said.en == "Before: 10 points = a free breakfast; now: 8 points = a free breakfast."
    (gone,) = between(POINTS, with_changes(POINTS, rewards=[]))
    assert gone.said.it == "Non c'è più: 10 punti = colazione in omaggio."
    (new,) = between(with_changes(POINTS, rewards=[]), POINTS)
    assert new.said.en == "New: 10 points = a free breakfast."


def test_where_the_words_stay_the_same_it_is_said_what_changed():
    skus = [f"p{number}" for number in range(20)]
    long, longer = (
        with_changes(POINTS, earn=[{**POINTS["earn"][0], "when": {"skus": [*skus, last]}}])
        for last in ("x", "y")
    )
    (said,) = between(long, longer)
    assert said.said.it.endswith("+ 15): cambiano i prodotti che contano.")
    assert said.said.en.endswith("+ 15): other products count.")


def test_how_bonuses_combine_is_said_when_that_changes():
    (said,) = between(SOUND, changed(SOUND, earn__2__combine="best"))
    assert said.said.en.endswith("and of several bonuses the highest counts.")
    assert "with other bonuses too; now:" in said.said.en


def test_units_earned_already_keep_their_terms():
    said = differences.promise(load(POINTS))
    assert said.it == (
        "Quanto è già sulla carta mantiene le sue condizioni: punti validi 12 mesi."
        " I buoni già emessi restano validi fino al loro ultimo giorno."
    )
    assert said.en == (
        "Points already earned keep their terms: points last 12 months."
        " Vouchers already given stay good until their last day."
    )
    both = with_changes(POINTS, units=POINTS["units"] + STAMPS["units"], rewards=[])
    assert differences.promise(load(both)).en == (
        "Points and stamps already earned keep their terms:"
        " points last 12 months; stamps never expire."
    )


@settings(max_examples=40)
@given(documents(), documents())
def test_the_way_back_is_better_where_the_way_there_is_worse(before, after):
    there, back = between(before, after), between(after, before)
    assert {one.part: TURNED[one.direction] for one in there} == {
        one.part: one.direction for one in back
    }
    assert len(there) == len({one.part for one in there})
    for text in (text for one in there for text in (one.said.it, one.said.en)):
        assert text.endswith(".")
        assert not re.search(r"None|[{}]|  |\(\)", text)
    assert not between(before, before)
