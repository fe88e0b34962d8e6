"""However many customers a shop has, a letter to one of them asks about that one."""

import pytest

from loyalty.campaigns import gathering
from tests.rigs import plans
from tests.worker.writing import GIFT, Desk


@pytest.mark.parametrize("engine", ["sqlite"])  # PostgreSQL plans by statistics
@pytest.mark.parametrize("offer", [None, GIFT])
def test_sending_walks_through_no_shop(desk: Desk, postbox, offer):
    for number in range(30):
        desk.customer(f"Anna {number}")
    desk.launch(offer=offer)
    with plans.told(desk.database) as statements:
        desk.work()
    assert len(postbox.arrived) == 30
    assert plans.walks(desk.database, statements) == {}


def test_people_are_written_down_in_slices_that_leave_nobody_out(desk: Desk, postbox):
    people = gathering.SLICE * 2 + 1
    for number in range(people):
        desk.customer(f"Anna {number}")
    desk.launch()
    desk.work()
    assert len({letter["to"] for letter in postbox.arrived}) == people
