"""Rules to begin with can be published as they are, and say briefly what they promise."""

import pytest

from loyalty.core.text import Text
from loyalty.programs import checks, starters, terms
from loyalty.programs.loading import load
from loyalty.programs.reading import CHARACTERS_MAX, too_long
from loyalty.web.version_schema import check_program

EVERY = tuple(dict.fromkeys((*starters.GOALS, *starters.KINDS)))


@pytest.mark.parametrize("currency", ["EUR", "JPY", "TND"])
@pytest.mark.parametrize("goal", EVERY)
def test_every_starter_can_be_published_as_it_is(goal, currency):
    raw = starters.starter(goal, currency=currency, beneficiary="Rifugio Coda Allegra")
    body = {"name": "Carta", "version": raw}
    assert check_program(body, Text.as_dict) == body
    document = load(raw)
    checks.check(document)
    if "tiers" not in raw:
        assert checks.advise(document, currency) == []
    assert not starters.unfinished(raw)


@pytest.mark.parametrize("goal", EVERY)
def test_every_starter_is_said_in_a_breath_and_levels_in_a_deep_one(goal):
    raw = starters.starter(goal, currency="EUR", beneficiary="Rifugio Coda Allegra")
    said = terms.sentence(load(raw), "EUR")
    if "tiers" in raw:
        assert max(len(said.it), len(said.en)) <= CHARACTERS_MAX
    else:
        assert too_long(said) is None


def test_goals_differ_in_what_they_reward():
    raws = [starters.starter(goal, currency="EUR") for goal in starters.GOALS]
    assert "stamps" in raws[0]
    assert any(rule.get("multiply_percent") for rule in raws[1]["earn"])
    assert "tiers" in raws[2]
    assert "cause" in raws[3]


def test_a_cause_without_a_beneficiary_is_not_finished():
    raw = starters.starter("good", currency="EUR")
    assert "cause.beneficiary.name" in starters.unfinished(raw)


def test_each_asking_gets_a_copy_of_its_own():
    starters.starter("visits", currency="EUR")["rewards"].clear()
    assert starters.starter("visits", currency="EUR")["rewards"]
