"""Random days at the counter: whatever is done, in whatever order, the law holds."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.domain import narrow


def run(machine, **cast):
    """A machine at work with this cast, the same way each time."""
    run_state_machine_as_test(type(machine.__name__, (machine,), cast), settings=narrow.STEADY)


@pytest.mark.parametrize("machine", [narrow.NarrowPoints, narrow.NarrowStamps])
def test_one_card_stands_as_the_contract_says_after_every_step(shop, machine):
    shop.program(machine.program, machine.raw)
    run(machine, shop=shop)
