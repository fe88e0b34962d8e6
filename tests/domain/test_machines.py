"""Random days at the counter: whatever is done, in whatever order, the law holds."""

import os

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from loyalty.audit import audit
from tests.domain import narrow, narrow_programs, wider

EXAMPLES = {"sqlite": 8, "postgresql": 3}
WILD = os.environ.get("WILD")  # so many examples, other ones each time


def run(machine, **cast):
    """A machine at work with this cast, the same way each time."""
    shop = cast["shop"]
    examples = int(WILD or EXAMPLES[shop.database.dialect])
    steady = settings(narrow.STEADY, max_examples=examples, derandomize=not WILD)
    run_state_machine_as_test(type(machine.__name__, (machine,), cast), settings=steady)


def clean(database):
    with database.read() as session:
        return not audit(session)


@pytest.mark.parametrize("machine", narrow_programs.ALL)
def test_one_card_stands_as_the_contract_says_after_every_step(shop, machine):
    shop.program(machine.program, machine.raw)
    seen = set()
    run(machine, shop=shop, seen=seen)
    if shop.database.dialect == "sqlite":  # where there are examples enough to see it all
        assert machine.must_see <= seen
    assert clean(shop.database)


def test_two_shops_with_many_cards_keep_their_books_and_never_touch_each_others(shop, stranger):
    run(wider.Wider, shop=shop, stranger=stranger)
    assert clean(shop.database)
