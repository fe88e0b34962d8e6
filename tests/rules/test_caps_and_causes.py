"""Caps cut what a visit earns, and a cause has its part of what was paid."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loyalty.programs import earning
from loyalty.programs.conditions import Occasion
from tests.rules.book import (
    BASE,
    CAUSE,
    COFFEE,
    GOLD,
    VISIT,
    M,
    bonus,
    cap,
    fired,
    line,
    points,
    rules,
    units,
)

AMOUNTS = st.integers(0, 20_000)

# --- caps ----------------------------------------------------------------------------------------


def test_a_visit_gives_no_more_than_its_cap():
    document = rules(BASE, caps=[cap(100)])
    assert points(document, line(10_000)) == 100
    assert points(document, line(10_099)) == 100
    assert points(document, line(9_999)) == Fraction(9_999, 100)


def test_a_cap_comes_after_all_bonuses():
    assert points(rules(BASE, VISIT, bonus(200), caps=[cap(25)]), line(1_000)) == 25
    document = rules(BASE, bonus(200), caps=[cap(15)])
    assert fired(document, line(1_000)) == {"base": 10 * M, "x200": 10 * M, "visit": -5 * M}


def test_of_a_days_cap_a_visit_has_what_is_left():
    document = rules(BASE, caps=[cap(100, "day"), cap(60)])
    for allowance, worth in (
        (100 * M, 60),
        (60 * M, 60),
        (12_340_000, Fraction(1234, 100)),
        (0, 0),
    ):
        seen = Occasion(allowance={"points": allowance})
        assert points(document, line(10_000), occasion=seen) == worth


def test_a_cap_concerns_its_own_unit():
    document = rules(BASE, COFFEE, caps=[cap(3, unit="stamps")])
    assert units(document, line(1_000, 5)) == {"points": 10 * M, "stamps": 3 * M}


def test_of_two_caps_the_lower_holds():
    assert points(rules(BASE, caps=[cap(50), cap(30)]), line(10_000)) == 30


def test_what_a_cap_cuts_off_is_said_and_is_below_zero():
    document = rules(BASE, caps=[cap(100)])
    assert fired(document, line(12_550)) == {"base": 125_500_000, "visit": -25_500_000}


# --- causes --------------------------------------------------------------------------------------


def pledged(document, *lines):
    return units(document, *lines).get("cause.cats")


def test_a_cause_has_its_part_of_what_was_paid_to_the_millionth_of_a_cent():
    document = rules(BASE, cause=CAUSE)
    assert pledged(document, line(199)) == 3_980_000
    assert pledged(document, line(49)) == 980_000
    assert pledged(document, line(0)) == 0


def test_a_cause_is_multiplied_by_nothing():
    document = rules(BASE, bonus(300), tiers=GOLD, cause=CAUSE)
    found = units(document, line(1_000), occasion=Occasion(tier="gold"))
    assert found["cause.cats"] == 20 * M


def test_a_cause_has_at_most_its_cap_from_one_sale():
    document = rules(BASE, cause={**CAUSE, "cap_minor": 25})
    assert pledged(document, line(1_000)) == 20 * M
    assert pledged(document, line(1_251)) == 25 * M
    assert pledged(document, line(100_000), line(100_000)) == 25 * M


def test_a_cap_on_points_is_none_on_the_cause():
    document = rules(BASE, cause=CAUSE, caps=[cap(1), cap(1, "day")])
    seen = Occasion(allowance={"points": M})
    assert units(document, line(10_000), occasion=seen) == {"points": M, "cause.cats": 200 * M}


@given(
    st.lists(AMOUNTS, min_size=1, max_size=4),
    st.lists(st.integers(1, 400), max_size=2),
    st.integers(1, 300),
    st.integers(0, 300 * M),
    st.integers(0, 10**9),
)
def test_the_reasons_of_a_visit_add_up_to_its_units_caps_and_all(
    amounts, percents, most, allowance, before
):
    document = rules(
        BASE,
        VISIT,
        *(bonus(percent, f"m{n}") for n, percent in enumerate(percents)),
        caps=[cap(most), cap(300, "day")],
    )
    sold = [line(amount) for amount in amounts]
    shares = earning.shares(document, tuple(sold), Occasion(allowance={"points": allowance}))
    after = before + earning.total(shares)
    assert 0 <= earning.total(shares) <= min(most * M, allowance)
    assert sum(earning.whole_units(before, shares)) == after // M - before // M
