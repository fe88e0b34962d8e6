"""What does not fit together is refused at publish, each fault by the name of its field."""

import re
from typing import Any

import pytest
from hypothesis import given

from loyalty.core.errors import Invalid
from loyalty.programs import checks
from loyalty.programs.loading import load
from loyalty.web.version_schema import check_program
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes
from tests.rules.documents import documents
from tests.rules.sound import GONE, SOUND, bonus, changed

BONUS = {"key": "more", "unit": "points", "multiply_percent": 1_000}


def faults(raw: dict[str, Any]) -> dict[str, list[str]]:
    """What is refused, by field, in English; none if it can be published."""
    try:
        checks.check(load(raw))
    except Invalid as refusal:
        said = {language: refusal.facts_in(language)["fields"] for language in ("it", "en")}
        assert said["it"] != said["en"]
        for sentence in (text for texts in said.values() for text in texts):
            assert not re.search(r"None|[{}]", sentence)
        return said["en"]
    return {}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        # units
        ({"units__1__key": "points", "stamps": None, "rewards": [], "earn__1": BONUS},
         {"units.1.key"}),
        ({"units__0__expiry": {"kind": "rolling"}}, {"units.0.expiry.months"}),
        ({"units__0__expiry": {"kind": "inactivity"}}, {"units.0.expiry.months"}),
        ({"units__0__expiry": {"kind": "never", "months": 3}}, {"units.0.expiry.months"}),
        ({"units__0__expiry": {"kind": "month_end"}}, {"units.0.pending_hours"}),
        ({"units__0__expiry": {"kind": "year_end"}}, {"units.0.pending_hours"}),
        ({"units__0__expiry__months": 1, "units__0__pending_hours": 28 * 24},
         {"units.0.pending_hours"}),
        # rules that earn
        ({"earn__1__key": "base"}, {"earn.1.key"}),
        ({"earn__0__unit": "stars"}, {"earn.0.unit", "earn.2.unit"}),
        ({"earn__0__per": None}, {"earn.0", "earn.2.unit"}),
        ({"earn__0__units": 0}, {"earn.0"}),
        ({"earn__0__units": 20_000_000}, {"earn.0.units"}),
        ({"earn__0__units": 10_000_001, "earn__0__per": {"item": 1}}, {"earn.0.units"}),
        ({"earn__1__units": 1_000}, {"earn.1.units"}),
        ({"earn__1__units": 2_000, "earn__1__per": {"item": 2}}, {"earn.1.units"}),
        ({"earn__1__units": 1_000, "earn__1__per": {"visit": 1}}, {"earn.1.units"}),
        # bonuses
        ({"earn__2__multiply_percent": 100}, {"earn.2.multiply_percent"}),
        ({"earn__0__unit": "stamps"}, {"earn.2.unit"}),
        ({"earn__2__when__skus": ["a"], "earn__0__when": {"skus": ["b"]}}, {"earn.2.when"}),
        ({"earn__2__when__categories": ["a"], "earn__0__when": {"categories": ["b"]}},
         {"earn.2.when"}),
        ({"earn__0__when": {"tiers": ["silver"]}}, {"earn.2.when"}),
        ({"earn__3": bonus(3_400)}, {"earn.2.multiply_percent", "earn.3.multiply_percent"}),
        ({"earn__3": bonus(1_000), "earn__4": bonus(400), "earn__5": bonus(50)},
         {f"earn.{n}.multiply_percent" for n in (2, 3, 4)}),
        # conditions
        ({"earn__2__when__from": GONE}, {"earn.2.when.from"}),
        ({"earn__2__when__to": GONE}, {"earn.2.when.to"}),
        ({"earn__2__when__to": "15:00"}, {"earn.2.when.to"}),
        ({"earn__2__when__tiers": ["gold", "top"]}, {"earn.2.when.tiers"}),
        ({"tiers": None}, {"earn.2.when.tiers", "rewards.0.tiers"}),
        ({"earn__2__when__min_amount_minor": 50_001}, {"earn.2.when.min_amount_minor"}),
        # caps
        ({"caps__0__unit": "stars"}, {"caps.0.unit"}),
        ({"caps__1__per": "visit"}, {"caps.1.per"}),
        ({"caps__1__units": 99}, {"caps.1.units"}),
        # the card that fills
        ({"stamps__unit": "stars"}, {"stamps.unit", "stamps.size"}),
        ({"stamps__reward": "tea"}, {"stamps.reward"}),
        ({"stamps__size": 9}, {"stamps.size"}),
        ({"stamps__reward": "gift"}, {"stamps.size"}),
        ({"earn__1__unit": "points"}, {"stamps.unit"}),
        # rewards
        ({"rewards__4__key": "off"}, {"rewards.4.key"}),
        ({"rewards__4__cost": {}}, {"rewards.4.cost"}),
        ({"rewards__4__cost": GONE}, {"rewards.4.cost"}),
        ({"rewards__4__cost": {"stars": 1}}, {"rewards.4.cost.stars"}),
        ({"rewards__4__cost": {"points": 10**9 + 1}}, {"rewards.4.cost.points"}),
        ({"rewards__4__cost": {"points": 0}}, {"rewards.4.cost.points"}),
        ({"rewards__1__value_minor": GONE}, {"rewards.1.value_minor"}),
        ({"rewards__1__value_minor": 0}, {"rewards.1.value_minor"}),
        ({"rewards__3__value_minor": GONE}, {"rewards.3.value_minor"}),
        ({"rewards__2__percent": GONE}, {"rewards.2.percent"}),
        ({"rewards__4__percent": 10}, {"rewards.4.percent"}),
        ({"cause": None}, {"rewards.3.kind"}),
        ({"rewards__4__tiers": ["top"]}, {"rewards.4.tiers"}),
        ({"rewards__2__from": "2027-01-02"}, {"rewards.2.until"}),
        ({"rewards__2__from": "2027-01-01T10:00:00Z",
          "rewards__2__until": "2027-01-01T11:00:00+01:00"}, {"rewards.2.until"}),
        ({"rewards__2__from": "2027-01-03T10:00:00Z"}, {"rewards.2.until"}),
        ({"rewards__2__until": "2026-12-31T10:00:00Z"}, {"rewards.2.until"}),
        ({"rewards__2__from": "2027-02-29"}, {"rewards.2.from"}),
        ({"rewards__2__until": "2027-01-01T25:00:00Z"}, {"rewards.2.until"}),
        # levels
        ({"tiers__measure": "units", "tiers__unit": GONE}, {"tiers.unit"}),
        ({"tiers__unit": "stars"}, {"tiers.unit"}),
        ({"tiers__grace_days": 367}, {"tiers.grace_days"}),
        ({"tiers__window__months": 1, "tiers__grace_days": 32}, {"tiers.grace_days"}),
        ({"tiers__levels__0__from": 50_000}, {"tiers.levels.1.from"}),
        ({"tiers__levels__0__from": -1}, {"tiers.levels.0.from"}),
        ({"tiers__levels__2": {"key": "gold", "from": 9}}, {"tiers.levels.1.key"}),
        ({"tiers__levels__2": {"key": "top", "name": {"it": "Oro", "en": "Top"}, "from": 60_000}},
         {"tiers.levels.2.name"}),
        ({"tiers__levels__0__name__en": "Gold"}, {"tiers.levels.1.name"}),
        ({"tiers__levels__1__multiply_percent": 99}, {"tiers.levels.1.multiply_percent"}),
        ({"tiers__measure": "visits", "tiers__levels__1__from": 3_661}, {"tiers.levels.1.from"}),
        ({"tiers__measure": "units", "tiers__levels__1__from": 54_901}, {"tiers.levels.1.from"}),
        ({"tiers__levels__1__from": 183_000_001}, {"tiers.levels.1.from"}),
        # the cause
        ({"cause__rate": [101, 100]}, {"cause.rate"}),
        ({"cause__rate": [0, 100]}, {"cause.rate"}),
        ({"cause__cap_minor": 0}, {"cause.cap_minor"}),
        ({"cause__key": "points"}, {"cause.key"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(changes, fields):
    assert set(faults(changed(SOUND, **changes))) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        # gold asks for points, which only gold earns
        ({"earn__0__when": {"tiers": ["gold"]}, "tiers__measure": "units"},
         {"tiers.unit", "earn.0.when.tiers", "earn.2.when.tiers", "rewards.0.tiers"}),
        # stamps come to gold alone, and gold to whoever has stamps
        ({"earn__1__when": {"tiers": ["gold"]}, "tiers__measure": "units",
          "tiers__unit": "stamps"},
         {"tiers.unit", "earn.1.when.tiers", "earn.2.when.tiers", "rewards.0.tiers",
          "stamps.unit"}),
        # nobody gives the unit that is measured
        ({"units__2": {"key": "stars"}, "tiers__measure": "units", "tiers__unit": "stars"},
         {"tiers.unit", "earn.2.when.tiers", "rewards.0.tiers"}),
    ],
)  # fmt: skip
def test_levels_that_only_they_themselves_lead_to_are_out_of_reach(changes, fields):
    assert set(faults(changed(SOUND, **changes))) == fields


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tiers__levels__0__from": 50_001, "tiers__levels__1__multiply_percent": 100},
        {"tiers__unit": GONE},
        {"tiers__measure": "units"},
        {"tiers__measure": "units", "earn__0__when": {"tiers": ["silver", "gold"]}},
        {"tiers__measure": "visits", "tiers__levels__1__from": 3_660},
        {"tiers__window__kind": "calendar", "tiers__drop": "straight"},
        {"units__0__expiry": {"kind": "inactivity", "months": 1}},
        {"units__0__expiry__months": 1, "units__0__pending_hours": 28 * 24 - 1},
        {"units__0__expiry": {"kind": "month_end"}, "units__0__pending_hours": 0},
        {"units__0__expiry": {"kind": "never"}, "units__0__pending_hours": 8_760},
        {"units__2": {"key": "gifts"}, "rewards__4__cost": {"gifts": 1}},
        {"earn__1__unit": "points", "stamps__on_full": "keep"},
        {"earn__1__units": 999},
        {"earn__3": bonus(3_300)},
        {"earn__3": bonus(9_000, combine="best"), "earn__2__combine": "best", "tiers__levels__1":
         {"key": "gold", "from": 9}},
        {"earn__2__when__from": "22:00", "earn__2__when__to": "02:00"},
        {"earn__2__when__weekdays": [], "earn__2__when__tiers": []},
        {"earn__2__when__min_amount_minor": 50_001, "base__discounts": "before"},
        {"caps__1__units": 100},
        {"rewards__0__stock": 0, "rewards__0__per_customer": {"count": 1, "days": 1}},
        {"rewards__2__from": "2027-01-01T23:00:00-05:00"},
        {"rewards__2__until": "2026-12-31T10:00:01Z"},
        {"cause__rate": [1, 1], "cause__payable_after_days": 0},
        {"debt": "clamp", "proof": {"earn": "live", "redeem": "typed"}, "limits": {}},
    ],
)  # fmt: skip
def test_what_fits_can_be_published(changes):
    raw = changed(SOUND, **changes)
    assert not faults(raw)
    check_program({"name": "Sound", "version": raw}, lambda text: text.en)


@pytest.mark.parametrize("raw", [POINTS, STAMPS], ids=["points", "stamps"])
def test_the_programs_of_the_cast_can_be_published(raw):
    checks.check(load(raw))


def test_every_fault_is_named_at_once():
    raw = changed(SOUND, cause__rate=[3, 2], caps__0__unit="stars", stamps__size=3)
    assert set(faults(raw)) == {"cause.rate", "caps.0.unit", "stamps.size"}


def test_what_is_switched_off_in_so_many_words_passes():
    quiet = {
        "caps": [], "tiers": None, "cause": None, "debt": "carry",
        "base": {"tax": "gross", "discounts": "after"},
        "earn": [{**POINTS["earn"][0], "when": {"skus": [], "weekdays": [], "birthday": None}}],
        "rewards": [{**POINTS["rewards"][0], "stock": None, "tiers": [], "per_customer": None}],
    }  # fmt: skip
    assert not faults(with_changes(POINTS, **quiet))


@given(documents())
def test_any_rules_that_fit_pass_the_door_and_the_checks(raw):
    accepted = check_program({"name": "Any", "version": raw}, lambda text: text.en)
    assert not faults(accepted["version"])
