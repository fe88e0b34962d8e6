"""Bonuses and levels: what a purchase earns when percentages meet, in millionths."""

from fractions import Fraction
from math import ceil, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programs.conditions import Occasion
from tests.rules.book import (
    BASE,
    COFFEE,
    GOLD,
    VISIT,
    M,
    best,
    bonus,
    cap,
    fired,
    line,
    points,
    rules,
    units,
)

# --- percentages ---------------------------------------------------------------------------------


def test_double_points_double_them():
    assert points(rules(BASE, bonus(200)), line(1_000)) == 20


def test_percentages_multiply_each_other():
    # 200 x 150 = 300: not 250, as if they were added.
    assert points(rules(BASE, bonus(200), bonus(150)), line(1_000)) == 30


def test_of_rivals_only_the_highest_counts():
    assert points(rules(BASE, best(150), best(300), best(200)), line(1_000)) == 30


def test_of_rivals_just_as_high_the_priority_says_which_is_named():
    low, high = best(200, "low", priority=1), best(200, "high", priority=9)
    assert set(fired(rules(BASE, low, high), line(1_000))) == {"base", "high"}
    assert set(fired(rules(BASE, high, low), line(1_000))) == {"base", "high"}


def test_a_priority_does_not_make_a_lower_bonus_win():
    assert points(rules(BASE, best(150, priority=99), best(300, priority=1)), line(1_000)) == 30


def test_the_best_of_the_rivals_multiplies_with_the_others():
    document = rules(BASE, best(150), bonus(200), best(300))
    assert points(document, line(1_000)) == 60


def test_a_rival_whose_day_it_is_not_leaves_the_field_to_the_others():
    document = rules(BASE, best(300, weekdays=[2]), best(150))
    assert points(document, line(1_000), occasion=Occasion(weekday=1)) == 15
    assert points(document, line(1_000), occasion=Occasion(weekday=2)) == 30


def test_a_percentage_below_a_hundred_gives_less():
    assert points(rules(BASE, bonus(50)), line(1_000)) == 5


def test_a_bonus_concerns_its_own_unit_only():
    document = rules(BASE, COFFEE, bonus(200, unit="stamps"))
    assert units(document, line(1_000, 3)) == {"points": 10 * M, "stamps": 6 * M}


@pytest.mark.parametrize("kind", [bonus, best])
def test_a_bonus_that_names_products_multiplies_those_alone(kind):
    document = rules(BASE, kind(300, categories=["coffee"]))
    sold = (line(200, category="coffee"), line(800, category="cake"))
    assert points(document, *sold) == 3 * 2 + 8
    assert points(document, line(800, category="cake")) == 8


def test_among_rivals_each_line_has_the_best_that_concerns_it():
    document = rules(BASE, best(300, categories=["coffee"]), best(200))
    sold = (line(200, category="coffee"), line(800, category="cake"))
    assert points(document, *sold) == 3 * 2 + 2 * 8


def test_a_product_code_and_a_category_must_both_fit():
    document = rules(BASE, bonus(300, skus=["flat-white"], categories=["coffee"]))
    assert points(document, line(100, sku="flat-white", category="coffee")) == 3
    assert points(document, line(100, sku="flat-white", category="cups")) == 1
    assert points(document, line(100, sku="espresso", category="coffee")) == 1


def test_a_visit_is_multiplied_by_what_concerns_any_of_its_lines():
    document = rules(VISIT, bonus(200, categories=["coffee"]))
    assert points(document, line(100, category="coffee"), line(100, category="cake")) == 10
    assert points(document, line(100, category="cake")) == 5


def test_a_visit_rule_is_multiplied_once_however_many_lines_there_are():
    sold = [line(100, category="coffee")] * 4
    assert points(rules(VISIT, bonus(200, categories=["coffee"])), *sold) == 10


def test_a_minimum_is_about_the_whole_purchase_though_the_bonus_names_products():
    document = rules(BASE, bonus(200, categories=["coffee"], min_amount_minor=1_000))
    sold = (line(200, category="coffee"), line(800, category="cake"))
    assert points(document, *sold) == 2 * 2 + 8
    assert points(document, line(200, category="coffee"), line(799, category="cake")) == Fraction(
        999, 100
    )


def test_a_base_rule_may_have_a_minimum_too():
    document = rules({**BASE, "when": {"min_amount_minor": 500}})
    assert points(document, line(499)) == 0
    assert points(document, line(500)) == 5


def test_what_is_free_is_never_multiplied():
    document = rules(BASE, COFFEE, bonus(200), bonus(200, unit="stamps"))
    assert units(document, line(0, 5)) == {"points": 0, "stamps": 0}
    assert units(document, line(130, 1), line(0, 1)) == {"points": 2_600_000, "stamps": 2 * M}


def test_the_product_is_rounded_up_once_not_at_every_step():
    document = rules({**BASE, "per": {"amount_minor": 7}}, bonus(150), bonus(133))
    exact = Fraction(13 * M * 150 * 133, 7 * 100 * 100)
    assert units(document, line(13))["points"] == ceil(exact)


# --- levels --------------------------------------------------------------------------------------


def test_a_level_multiplies_what_it_earns_and_no_level_does_not():
    document = rules(BASE, tiers=GOLD)
    for tier, worth in (("gold", 15), ("silver", 10), (None, 10)):
        assert points(document, line(1_000), occasion=Occasion(tier=tier)) == worth


def test_a_level_multiplies_with_the_bonuses_and_every_unit():
    document = rules(BASE, COFFEE, bonus(200), best(300), tiers=GOLD)
    found = units(document, line(1_000, 2), occasion=Occasion(tier="gold"))
    assert found == {"points": 90 * M, "stamps": 3 * M}


def test_the_level_says_what_it_added():
    document = rules(BASE, bonus(200), tiers=GOLD)
    found = fired(document, line(1_000), occasion=Occasion(tier="gold"))
    assert found == {"base": 10 * M, "x200": 10 * M, "gold": 10 * M}


# --- by the contract's formula -------------------------------------------------------------------

PERCENTS = st.integers(1, 400)
AMOUNTS = st.integers(0, 20_000)


@given(
    st.lists(AMOUNTS, min_size=1, max_size=6),
    st.integers(1, 999),
    st.integers(1, 50),
    st.lists(PERCENTS, max_size=3),
    st.lists(PERCENTS, max_size=3),
)
def test_each_line_gives_the_product_of_its_percentages_rounded_up(
    amounts, per, each, many, rivals
):
    base = {**BASE, "units": each, "per": {"amount_minor": per}}
    bonuses = [bonus(percent, f"m{n}") for n, percent in enumerate(many)]
    bonuses += [best(percent, f"b{n}") for n, percent in enumerate(rivals)]
    of_line = [*many, max(rivals)] if rivals else many
    wanted = sum(
        ceil(Fraction(amount * each * M * prod(of_line), per * 100 ** len(of_line)))
        for amount in amounts
    )
    sold = [line(amount, number=n) for n, amount in enumerate(amounts, 1)]
    assert units(rules(base, *bonuses), *sold)["points"] == wanted


@given(st.lists(AMOUNTS, min_size=1, max_size=4), st.lists(AMOUNTS, min_size=4, max_size=4))
def test_who_pays_less_never_earns_more(amounts, less):
    document = rules(BASE, VISIT, bonus(250, min_amount_minor=5_000), best(130), caps=[cap(300)])
    sold = [line(amount) for amount in amounts]
    cheaper = [line(min(pair)) for pair in zip(amounts, less, strict=False)]
    assert points(document, *cheaper) <= points(document, *sold)
