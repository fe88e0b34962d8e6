"""How far bonuses multiply, and what is odd in the rules but stops nobody."""

import pytest

from loyalty.programs import checks, factors
from loyalty.programs.loading import load
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes
from tests.rules.sound import SOUND, bonus, changed


@pytest.mark.parametrize(
    ("whens", "times"),
    [
        ([{}, {}], 100),
        ([{"weekdays": [1]}, {"weekdays": [2]}], 10),
        ([{"weekdays": [1, 2]}, {"weekdays": [2, 3]}], 100),
        ([{"weekdays": [5], "from": "22:00", "to": "02:00"}, {"weekdays": [6]}], 100),
        ([{"from": "08:00", "to": "10:00"}, {"from": "10:00", "to": "12:00"}], 10),
        ([{"from": "08:00", "to": "10:01"}, {"from": "10:00", "to": "12:00"}], 100),
        ([{"from": "22:00", "to": "02:00"}, {"from": "01:00", "to": "03:00"}], 100),
        ([{"categories": ["a"]}, {"categories": ["b"]}], 10),
        ([{"skus": ["a"]}, {"skus": ["b"]}], 10),
        ([{"skus": ["a"]}, {"categories": ["b"]}], 100),
        ([{"tiers": ["gold"]}, {"tiers": ["silver"]}], 10),
    ],
)
def test_bonuses_that_exclude_each_other_are_not_multiplied_together(whens, times):
    rules = [{**bonus(), "key": f"b{n}", "when": when} for n, when in enumerate(whens)]
    levels = [{"key": "silver", "from": 0}, {"key": "gold", "from": 5}]
    raw = changed(SOUND, earn=[SOUND["earn"][0], *rules], tiers__levels=levels)
    assert factors.largest(load(raw), "points") == times


def test_a_visit_has_the_bonuses_of_all_its_lines():
    rules = [{**bonus(), "key": name, "when": {"categories": [name]}} for name in ("a", "b")]
    visit = {"key": "v", "unit": "points", "units": 1, "per": {"visit": 1}}
    raw = with_changes(POINTS, earn=[visit, *rules])
    assert factors.largest(load(raw), "points") == 100


def test_of_rivals_the_highest_counts_and_what_lessens_does_not():
    rules = [bonus(300, combine="best"), bonus(500, combine="best"), bonus(50), bonus(200)]
    raw = with_changes(POINTS, earn=[*POINTS["earn"], *rules])
    assert factors.largest(load(raw), "points") == 10


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rewards__4__stock": 0}, "with a stock of 0 nobody can have it"),
        ({"rewards__4__cost": {"gifts": 1}, "units__2": {"key": "gifts"}}, "no rule gives"),
        ({"rewards__1__name": {"it": "x", "en": "y"}, "rewards__4__name": {"it": "x", "en": "y"}},
         "Two rewards are called “y”"),
        ({"units__1__label": {"it": "p", "en": "p"}, "units__0__label": {"it": "p", "en": "p"}},
         "Two units are called “p”"),
        ({"caps__1__units": 1_001}, "The cap of 1001 a day is never reached"),
        ({"tiers__levels__0__multiply_percent": 200}, "A higher level gives less"),
        ({"tiers__window": {"kind": "calendar", "months": 5}}, "Periods of 5 months"),
        ({}, "“points” is not needed"),
        ({}, "The rules in words are long"),
    ],
)  # fmt: skip
def test_what_is_odd_is_said_and_stops_nobody(changes, said):
    raw = changed(SOUND, **changes)
    checks.check(load(raw))
    advice = checks.advise(load(raw), "EUR")
    assert any(said in one.en for one in advice)
    assert all(one.it != one.en for one in advice)


@pytest.mark.parametrize("raw", [POINTS, STAMPS], ids=["points", "stamps"])
def test_plain_programs_need_no_advice(raw):
    assert not checks.advise(load(raw), "EUR")
