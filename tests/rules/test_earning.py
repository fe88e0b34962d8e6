"""What a purchase earns: exact millionths, rule by rule."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.core.errors import Invalid
from loyalty.programs import earning
from loyalty.programs.earning import Line
from loyalty.programs.loading import load

M = 1_000_000


def rules(*earn, **more):
    units = [{"key": "points"}, {"key": "stamps"}]
    return load({"units": units, "earn": list(earn), **more})


def rule(key="base", unit="points", units=1, when=None, **per):
    return {"key": key, "unit": unit, "units": units, "per": per, "when": when or {}}


def line(amount=None, *, quantity_milli=1_000, sku=None, category=None, number=1):
    whole = quantity_milli % 1_000 == 0
    counted = None if amount is None else Fraction(amount)
    return Line(number, sku, category, quantity_milli, counted, whole)


def earned(document, *lines):
    return {share.rule.key: share.millionths for share in earning.shares(document, lines)}


def test_an_amount_earns_in_proportion_to_the_cent():
    assert earned(rules(rule(amount_minor=100)), line(130)) == {"base": 1_300_000}


def test_three_times_one_euro_at_a_point_per_three_euros_is_a_whole_point():
    one = earned(rules(rule(amount_minor=300)), line(100))["base"]
    assert one == 333_334
    assert 3 * one // M == 1


def test_each_line_is_rounded_up_by_itself():
    document = rules(rule(amount_minor=300))
    assert earned(document, line(100), line(100)) == {"base": 2 * 333_334}
    assert earned(document, line(200)) == {"base": 666_667}


def test_nothing_paid_earns_nothing_and_unsaid_is_not_free():
    document = rules(rule(amount_minor=100), rule("gift", item=1), rule("visit", visit=1))
    assert earned(document, line(0)) == {"base": 0, "gift": 0, "visit": 0}
    assert earned(document, line(None)) == {"base": 0, "gift": M, "visit": M}


def test_items_count_by_the_piece_and_groups_of_items_in_fractions():
    document = rules(rule(units=2, item=3))
    assert earned(document, line(quantity_milli=2_000)) == {"base": 1_333_334}
    assert earned(document, line(quantity_milli=3_000)) == {"base": 2 * M}


def test_what_is_sold_by_weight_counts_as_one_piece():
    document = rules(rule(item=1))
    for quantity_milli in (1, 350, 999, 1_500, 2_350):
        assert earned(document, line(quantity_milli=quantity_milli)) == {"base": M}
    assert earned(document, line(quantity_milli=350), line(quantity_milli=2_000)) == {"base": 3 * M}


def test_a_piece_begun_still_counts_and_returning_more_never_earns():
    document = rules(rule(item=1))
    sold_whole = [Line(1, None, None, left, None, whole=True) for left in range(3_000, -1, -250)]
    counts = [earned(document, part)["base"] for part in sold_whole]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 3 * M
    assert counts[-1] == 0


def test_a_visit_counts_once_however_many_lines_it_has():
    document = rules(rule(units=5, visit=1))
    assert earned(document, line(1), line(2), line(3)) == {"base": 5 * M}
    assert earned(document) == {"base": 0}


def test_a_rule_may_look_at_categories_at_skus_or_at_both():
    coffee = {"sku": "espresso", "category": "coffee"}
    tea = {"sku": "earl-grey", "category": "tea"}
    other = {"sku": "espresso", "category": "machines"}
    for when, counted in (
        ({"categories": ["coffee"]}, [True, False, False]),
        ({"skus": ["espresso"]}, [True, False, True]),
        ({"skus": ["espresso"], "categories": ["coffee"]}, [True, False, False]),
        ({"skus": [], "categories": []}, [True, True, True]),
    ):
        document = rules(rule(when=when, item=1))
        found = [earned(document, line(**kind))["base"] == M for kind in (coffee, tea, other)]
        assert found == counted


def test_a_visit_rule_with_a_condition_needs_one_line_that_fits():
    document = rules(rule(when={"categories": ["coffee"]}, visit=1))
    assert earned(document, line(category="tea")) == {"base": 0}
    assert earned(document, line(category="tea"), line(category="coffee")) == {"base": M}


def test_one_visit_cannot_earn_without_bound():
    document = rules(rule(units=1_000_000_000, amount_minor=1))
    with pytest.raises(Invalid):
        earning.shares(document, (line(1_000_000_000),))


def test_shares_are_grouped_by_unit_in_the_order_of_the_rules():
    document = rules(
        rule("a", amount_minor=100), rule("b", unit="stamps", item=1), rule("c", visit=1)
    )
    groups = earning.by_unit(earning.shares(document, (line(100),)))
    assert {unit: [share.rule.key for share in found] for unit, found in groups.items()} == {
        "points": ["a", "c"],
        "stamps": ["b"],
    }


AMOUNTS = st.integers(0, 100_000)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.integers(1, 999), st.integers(1, 7))
def test_no_line_is_rounded_down_and_none_by_more_than_a_millionth(amounts, per, units):
    document = rules(rule(units=units, amount_minor=per))
    found = earned(document, *(line(amount) for amount in amounts))["base"]
    exact = Fraction(sum(amounts) * units * M, per)
    assert exact <= found < exact + len(amounts)


@given(st.integers(0, 10**9), st.lists(AMOUNTS, min_size=1, max_size=5), st.integers(1, 999))
def test_the_whole_units_of_the_rules_add_up_to_those_of_the_visit(before, amounts, per):
    earn = [rule(f"r{number}", amount_minor=per + number) for number in range(len(amounts))]
    shares = earning.shares(rules(*earn), (line(sum(amounts)),))
    each = earning.whole_units(before, shares)
    after = before + sum(share.millionths for share in shares)
    assert sum(each) == after // M - before // M
    assert min(each) >= 0
