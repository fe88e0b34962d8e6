"""When a rule holds: days of the week, hours, birthdays, levels and minimums, as shops say them."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programs import conditions
from loyalty.programs.conditions import ORDINARY, Occasion
from loyalty.programs.loading import load

ROME = "Europe/Rome"


def document(*whens, **more):
    earn = [{"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}]
    earn += [
        {"key": f"b{number}", "unit": "points", "multiply_percent": 200, "when": when}
        for number, when in enumerate(whens)
    ]
    return load({"units": [{"key": "points"}], "earn": earn, **more})


def condition(**when):
    return document({key.rstrip("_"): value for key, value in when.items()}).earn[1].when


def at(*parts, timezone=ROME, **more):
    """The occasion of a sale at that moment (UTC)."""
    return conditions.occasion(datetime(*parts, tzinfo=UTC), timezone, **more)


def unmet(when, occasion=ORDINARY, total=0):
    return conditions.unmet(when, occasion, Fraction(total))


# --- days and hours ------------------------------------------------------------------------------


def test_monday_is_one_and_the_day_is_the_shops():
    monday = condition(weekdays=[1])
    assert unmet(monday, at(2026, 11, 23, 10)) is None
    # Half past eleven on Sunday night in Greenwich is Monday in Rome, and Sunday in New York.
    assert unmet(monday, at(2026, 11, 22, 23, 30)) is None
    assert unmet(monday, at(2026, 11, 22, 23, 30, timezone="America/New_York")) == "weekdays"
    assert unmet(monday, at(2026, 11, 23, 23)) == "weekdays"


@pytest.mark.parametrize(
    ("clock", "holds"),
    [
        ("14:59", False),
        ("15:00", True),
        ("17:59", True),
        ("18:00", False),
        ("03:00", False),
    ],
)
def test_the_first_hour_counts_and_the_last_one_does_not(clock, holds):
    happy = condition(from_="15:00", to="18:00")
    assert (unmet(happy, Occasion(clock=clock)) is None) == holds


@pytest.mark.parametrize(
    ("clock", "holds"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("01:59", True),
     ("02:00", False), ("12:00", False)],
)  # fmt: skip
def test_hours_may_cross_midnight(clock, holds):
    night = condition(from_="22:00", to="02:00")
    assert (unmet(night, Occasion(clock=clock)) is None) == holds


def test_a_friday_night_that_ends_on_saturday_is_still_friday_night():
    friday = condition(weekdays=[5], from_="22:00", to="02:00")
    for weekday, clock, holds in (
        (5, "22:00", True),
        (6, "01:59", True),
        (6, "02:00", False),
        (6, "22:00", False),
        (5, "01:00", False),
    ):
        assert (unmet(friday, Occasion(weekday, clock)) is None) == holds, (weekday, clock)
    sunday = condition(weekdays=[7], from_="22:00", to="02:00")
    assert unmet(sunday, Occasion(1, "00:30")) is None


def test_to_midnight_is_the_rest_of_the_day():
    evening = condition(weekdays=[5], from_="18:00", to="00:00")
    assert unmet(evening, Occasion(5, "23:59")) is None
    assert unmet(evening, Occasion(6, "00:00")) == "weekdays"
    assert unmet(condition(from_="18:00", to="00:00"), Occasion(6, "00:00")) == "hours"


def test_the_hour_is_the_shops_in_summer_and_in_winter():
    noon = condition(from_="12:00", to="13:00")
    assert unmet(noon, at(2026, 11, 23, 11)) is None
    assert unmet(noon, at(2026, 7, 20, 11)) == "hours"
    assert unmet(noon, at(2026, 7, 20, 10)) is None


def test_the_hour_that_is_there_twice_counts_twice_and_the_skipped_one_never():
    small = condition(from_="02:00", to="03:00")
    # 25 October 2026: half past two comes twice in Rome.
    assert unmet(small, at(2026, 10, 25, 0, 30)) is None
    assert unmet(small, at(2026, 10, 25, 1, 30)) is None
    # 28 March 2027: from two it is three at once.
    night = (datetime(2027, 3, 27, 23, tzinfo=UTC) + timedelta(minutes=n) for n in range(0, 300, 5))
    assert {unmet(small, conditions.occasion(moment, ROME)) for moment in night} == {"hours"}


# --- birthdays -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "birthday", "found"),
    [
        (date(2027, 5, 10), "05-10", {"day", "week", "month"}),
        (date(2027, 5, 16), "05-10", {"week", "month"}),
        (date(2027, 5, 17), "05-10", {"month"}),
        (date(2027, 5, 9), "05-10", {"month"}),
        (date(2027, 6, 1), "05-30", {"week"}),
        (date(2027, 6, 10), "05-10", set()),
        (date(2027, 1, 3), "12-29", {"week"}),
        (date(2027, 1, 4), "12-29", {"week"}),
        (date(2027, 1, 5), "12-29", set()),
        # Who is born on 29 February has their day on the 28th, leap year or not.
        (date(2027, 2, 28), "02-29", {"day", "week", "month"}),
        (date(2028, 2, 28), "02-29", {"day", "week", "month"}),
        (date(2028, 2, 29), "02-29", {"week", "month"}),
        (date(2028, 3, 5), "02-29", {"week"}),
        (date(2028, 3, 6), "02-29", set()),
        (date(2027, 3, 6), "02-29", {"week"}),
        (date(2027, 3, 7), "02-29", set()),
        (date(2027, 2, 1), "02-29", {"month"}),
        (date(2027, 5, 10), None, set()),
    ],
)
def test_a_birthday_is_a_day_the_seven_days_from_it_and_its_month(on, birthday, found):
    assert conditions.birthdays(on, birthday) == found


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.dates(date(2024, 1, 1)).map(str))
def test_a_birthday_week_has_seven_days_and_begins_with_the_day(on, born):
    found = conditions.birthdays(on, born[5:10])
    days = [on - timedelta(days=back) for back in range(7)]
    began = [day for day in days if "day" in conditions.birthdays(day, born[5:10])]
    assert ("week" in found) == (len(began) == 1)
    assert "day" not in found or "week" in found


@given(st.dates(date(2024, 1, 1)).map(str), st.integers(2024, 2040))
def test_everybody_has_one_birthday_a_year(born, year):
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    theirs = [conditions.birthdays(day, born[5:10]) for day in days]
    assert sum("day" in found for found in theirs) == 1


def test_the_birthday_is_the_shops_day():
    mine = condition(birthday="day")
    # A quarter past midnight in Rome is still the ninth in Greenwich.
    assert unmet(mine, at(2027, 5, 9, 22, 15, birthday="05-10")) is None
    assert unmet(mine, at(2027, 5, 10, 22, 15, birthday="05-10")) == "birthday"
    assert unmet(mine, at(2027, 5, 10, 12)) == "birthday"


# --- levels and minimums -------------------------------------------------------------------------


def test_a_rule_for_levels_is_for_those_it_names():
    some = condition(tiers=["gold", "platinum"])
    assert unmet(some, Occasion(tier="gold")) is None
    assert unmet(some, Occasion(tier="silver")) == "tiers"
    assert unmet(some, Occasion(tier=None)) == "tiers"


def test_the_minimum_itself_is_enough():
    least = condition(min_amount_minor=500)
    assert unmet(least, total=500) is None
    assert unmet(least, total=Fraction(49_999, 100)) == "minimum"
    assert unmet(condition(min_amount_minor=0), total=0) is None


def test_all_conditions_must_hold_and_the_first_that_does_not_is_named():
    strict = condition(
        weekdays=[1], from_="10:00", to="11:00", birthday="day", tiers=["gold"],
        min_amount_minor=100,
    )  # fmt: skip
    steps = [
        (Occasion(2, "12:00"), 0, "weekdays"),
        (Occasion(1, "12:00"), 0, "hours"),
        (Occasion(1, "10:30"), 0, "birthday"),
        (Occasion(1, "10:30", birthday=frozenset({"day"})), 0, "tiers"),
        (Occasion(1, "10:30", "gold", frozenset({"day"})), 0, "minimum"),
        (Occasion(1, "10:30", "gold", frozenset({"day"})), 100, None),
    ]
    assert [unmet(strict, seen, total) for seen, total, _ in steps] == [want for *_, want in steps]


def test_a_rule_without_conditions_always_holds():
    assert unmet(condition()) is None
    assert condition().is_empty
    assert unmet(condition(weekdays=[], skus=[], categories=[], tiers=[])) is None


# --- what is kept with a visit -------------------------------------------------------------------


@given(
    st.integers(1, 7),
    st.times().map(lambda time: f"{time.hour:02d}:{time.minute:02d}"),
    st.sampled_from([None, "gold"]),
    st.sets(st.sampled_from(["day", "week", "month"])).map(frozenset),
    st.dictionaries(st.sampled_from(["points", "stamps"]), st.integers(0, 10**9)),
)
def test_an_occasion_comes_back_from_its_visit_as_it_was(weekday, clock, tier, birthday, allowance):
    seen = Occasion(weekday, clock, tier, birthday, allowance)
    assert Occasion.kept(seen.as_dict()) == seen
    assert Occasion.kept(None) == ORDINARY


def test_only_rules_that_look_at_the_occasion_have_it_kept():
    levels = {
        "measure": "visits",
        "window": {"kind": "rolling", "months": 1},
        "levels": [{"key": "gold", "from": 1}],
    }
    for plain in ({}, {"skus": ["x"]}, {"categories": ["x"]}, {"min_amount_minor": 5}):
        assert not conditions.looks_at_occasion(document(plain))
    per_visit = {"unit": "points", "per": "visit", "units": 5}
    assert not conditions.looks_at_occasion(document(caps=[per_visit]))
    for when in ({"weekdays": [1]}, {"from": "10:00", "to": "11:00"}, {"birthday": "day"}):
        assert conditions.looks_at_occasion(document(when))
    assert conditions.looks_at_occasion(document(tiers=levels))
    assert conditions.looks_at_occasion(document(caps=[{**per_visit, "per": "day"}]))


def test_only_rules_about_birthdays_ask_for_them():
    assert conditions.looks_at_birthday(document({"birthday": "month"}))
    assert not conditions.looks_at_birthday(document({"weekdays": [1]}))
