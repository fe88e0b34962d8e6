"""However large a shop is, no call of the API walks through all of it."""

import pytest

from tests.api.caller import Caller
from tests.api.routes import Walk, in_a_useful_order
from tests.rigs import plans


@pytest.fixture
def engine() -> str:
    return "sqlite"


def test_no_call_walks_through_a_shop(aurora: Caller) -> None:
    walk = Walk(aurora)
    with plans.told(aurora.shop.database) as statements:
        for operation in in_a_useful_order():
            walk.send(operation)
            walk.renew()
    assert len(statements) > 50
    assert plans.walks(aurora.shop.database, statements) == {}
