"""A quick look at rules: one customer who comes and spends as customers usually do."""

import pytest

from loyalty.programs import outlook, starters
from loyalty.programs.loading import load
from loyalty.programs.outlook import Typical
from loyalty.programs.simulator_past import Frame
from tests.builders import NOW
from tests.programs import POINTS, STAMPS, with_changes

FRAME = Frame("EUR", "Europe/Rome", NOW)


def looked(raw, basket=1_000, visits=24):
    return outlook.play(load(raw), Typical(basket, visits), FRAME)


def codes(seen):
    return [one.code for one in outlook.cautions(seen)]


def test_it_says_how_many_visits_and_how_long_the_first_reward_takes():
    seen = looked(starters.starter("points", currency="EUR"))
    assert (seen.visits, seen.days) == (10, 152)
    said = outlook.said(seen, Typical(1_000, 24), "EUR")
    assert said.it == (
        "Chi viene 24 volte l'anno e spende 10,00 € ha il primo premio dopo 10 visite, cioè in"
        " circa 5 mesi."
    )
    assert "Whoever comes 24 times a year and spends €10.00" in said.en
    assert codes(seen) == []


def test_it_says_what_share_of_the_sales_comes_back():
    assert looked(starters.starter("points", currency="EUR")).share_bp == 417


def test_rules_for_some_products_are_met_by_who_buys_them():
    assert looked(STAMPS).visits == 10


@pytest.mark.parametrize(("cost", "visits", "said"), [(500, 50, ["first_reward_far"]), (5, 1, [])])
def test_a_reward_that_is_more_than_a_year_away_is_too_far(cost, visits, said):
    raw = with_changes(POINTS, rewards=[{**POINTS["rewards"][0], "cost": {"points": cost}}])
    seen = looked(raw)
    assert seen.visits == (visits if visits <= 48 else None)
    assert codes(seen) == said


def test_a_program_that_gives_back_more_than_a_fifth_costs_a_lot():
    dear = {**POINTS["rewards"][0], "cost": {"points": 10}, "cost_minor": 300}
    assert codes(looked(with_changes(POINTS, rewards=[dear]))) == ["cost_high"]


def test_without_a_reward_there_is_nothing_to_be_far_from():
    assert codes(looked(with_changes(POINTS, rewards=[]))) == []


def test_a_free_visit_has_no_share():
    assert looked(starters.starter("stamps", currency="EUR"), basket=0).share_bp is None
