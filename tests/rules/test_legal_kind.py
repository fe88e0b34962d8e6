"""What a reward is under D.P.R. 430/2001: change the reward, and the verdict changes."""

import pytest

from loyalty.programs import legal
from loyalty.programs.legal import Kind
from loyalty.programs.loading import load
from tests.programs import POINTS, STAMPS, with_changes


def rules(kind, raw=POINTS, **more):
    [unit] = [each["key"] for each in raw["units"]]
    reward = {"key": "it", "kind": kind, "cost": {unit: 10}, **more}
    return load(with_changes(raw, rewards=[reward], stamps=None))


@pytest.mark.parametrize(
    ("kind", "raw", "verdict", "word"),
    [
        ("amount_off", POINTS, Kind.OUTSIDE, "c-bis"),
        ("percent_off", POINTS, Kind.OUTSIDE, "c-bis"),
        ("donation", POINTS, Kind.OUTSIDE, "beneficenza"),
        ("perk", POINTS, Kind.PRIZE, "esperienza"),
        ("product", POINTS, Kind.PRIZE, "altro genere"),
        ("product", STAMPS, Kind.DEPENDS, "dieci caffè"),
        ("perk", STAMPS, Kind.PRIZE, "esperienza"),
    ],
)
def test_each_kind_of_reward_has_its_verdict_and_a_reason(kind, raw, verdict, word):
    [said] = legal.verdicts(rules(kind, raw))
    assert said.kind is verdict
    assert word in said.why.it
    assert legal.is_prize(rules(kind, raw)) == (verdict is Kind.PRIZE)


def test_one_rule_for_any_purchase_is_enough_to_make_a_gift_of_another_kind():
    loose = {"key": "visit", "unit": "stamps", "units": 1, "per": {"visit": 1}}
    raw = with_changes(STAMPS, earn=[*STAMPS["earn"], loose])
    assert legal.verdicts(load(raw))[0].kind is Kind.PRIZE


def test_a_bonus_gives_nothing_by_itself_and_changes_no_verdict():
    bonus = {"key": "more", "unit": "stamps", "multiply_percent": 200}
    raw = with_changes(STAMPS, earn=[*STAMPS["earn"], bonus])
    assert legal.verdicts(load(raw))[0].kind is Kind.DEPENDS


@pytest.mark.parametrize(
    ("reward", "given", "guarantee"),
    [
        ({"value_minor": 1_000, "stock": 50}, {}, 10_000),
        ({"value_minor": 1_000, "cost_minor": 1, "stock": 50}, {"it": 999}, 10_000),
        ({"cost_minor": 333}, {"it": 1}, 67),
        ({"value_minor": 1_000}, {}, None),
        ({}, {"it": 3}, None),
        ({"value_minor": 1_000, "stock": 0}, {}, 0),
    ],
)
def test_the_guarantee_is_a_fifth_of_what_the_prizes_are_worth(reward, given, guarantee):
    assert legal.guarantee_minor(rules("perk", **reward), given) == guarantee


def test_without_a_prize_there_is_no_guarantee():
    assert legal.guarantee_minor(rules("amount_off", value_minor=500), {"it": 9}) is None
