"""A new shop filled by its first import: the database knows by then how large it has become."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from loyalty.core import sizes
from tests.builders import Shop
from tests.domain.import_desk import Desk

BELIEVED = sa.text(
    "SELECT relpages, pg_relation_size(oid) / 8192 AS pages FROM pg_class"
    " WHERE oid = 'ledger_operation'::regclass"
)


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_checks_of_foreign_keys_are_planned_for_the_size_that_a_table_has(
    desk: Desk, engine: str
) -> None:
    rows = (f"c{number % 50},2026-01-02,10.00,r{number}" for number in range(2_500))
    assert desk.rows(*rows).accepted == 2_500
    with desk.shop.database.read() as session:
        believed, pages = session.execute(BELIEVED).one()
    assert pages > 20
    assert believed * 2 > pages


def test_where_nothing_has_grown_there_is_nothing_to_learn(shop: Shop) -> None:
    sizes.learn(shop.database)
    sizes.learn(shop.database)
