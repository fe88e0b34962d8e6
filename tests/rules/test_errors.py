"""Every way of saying no: a code that programs know, facts, and a sentence in two languages."""

import json

import pytest

from loyalty.core import errors, refusal, unknown
from loyalty.core.errors import LoyaltyError, Refused, Unknown

# The codes that other programs rely on.
PROMISED = {
    "bad_json", "unauthenticated", "forbidden", "insufficient_units", "card_blocked",
    "reward_unavailable", "program_paused", "proof_too_weak", "own_card", "limit_reached",
    "already_voided", "already_cancelled", "already_used", "refund_too_large", "version_frozen",
    "state_conflict", "invalid", "key_missing", "key_reused", "currency_mismatch", "too_many",
    "busy",
}  # fmt: skip
# Said to people alone: no call of the API answers with it.
TO_PEOPLE = {"wrong_pin", "prove_again", "factor_needed", "wrong_place"}
FACTS = {
    "invalid": ({"amount": ["…"]},),
    "too_many": (60,),
    "busy": (1,),
    "currency_mismatch": {"expected": "EUR", "given": "USD"},
    "insufficient_units": {"unit": "points", "needed": 10, "available": 4},
    "limit_reached": {"limit": "visits_per_card_day", "allowed": 3},
}


def kinds(kind=LoyaltyError):
    for below in kind.__subclasses__():
        if below.__module__ in (errors.__name__, refusal.__name__, unknown.__name__):
            yield below
            yield from kinds(below)


def example(kind):
    facts = FACTS.get(kind.code, {})
    return kind(*facts) if isinstance(facts, tuple) else kind(**facts)


def people_and_programs_understand(error):
    json.dumps(error.facts)
    said = error.sentence
    for words in (said.it, said.en):
        assert words
        assert words[0].isupper()
        assert words.endswith(".")
        assert "{" not in words
    assert said.it != said.en


NAMED = [kind for kind in kinds() if kind not in (Unknown, Refused)]


def test_every_promised_code_has_exactly_one_class():
    codes = [kind.code for kind in NAMED]
    assert sorted(codes) == sorted(PROMISED | TO_PEOPLE)


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.code)
def test_every_refusal_says_in_both_languages_what_happened(kind):
    people_and_programs_understand(example(kind))


@pytest.mark.parametrize("thing", sorted(unknown._THINGS))
def test_every_missing_thing_has_its_own_code_and_words(thing):
    error = Unknown(thing)
    assert error.code == f"unknown_{thing}"
    people_and_programs_understand(error)


def test_no_two_missing_things_read_the_same():
    sentences = [unknown._THINGS[thing].en for thing in unknown._THINGS]
    assert len(set(sentences)) == len(sentences)
