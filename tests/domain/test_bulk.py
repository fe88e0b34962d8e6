"""Writing many rows at once: the same rows, the same refusals as one by one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import bulk
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.customers.models import Customer
from loyalty.merchants.models import ApiKey
from tests.builders import NOW, Shop


def customer(shop: Shop, who: str) -> dict[str, object]:
    return {
        "merchant_id": shop.merchant_id,
        "id": new_id(),
        "external_ref": who,
        "name": 'Niccolò\t"x"\\N\n;',
        "email": None,
        "created_at": NOW,
    }


def test_every_kind_of_value_comes_back_as_it_was(shop: Shop) -> None:
    rows = [customer(shop, f"c{number}") for number in range(30)]
    keys = [
        {"merchant_id": shop.merchant_id, "id": new_id(), "name": "k", "scopes": ["a", "è"],
         "created_at": NOW}
        for _ in range(30)
    ]  # fmt: skip
    with shop.database.write() as session:
        bulk.insert(session.connection(), table(Customer), rows)
        bulk.insert(session.connection(), table(ApiKey), keys)
        bulk.insert(session.connection(), table(Customer), [])
    with shop.database.read() as session:
        found = session.execute(
            sa.select(Customer).where(Customer.external_ref == "c7")
        ).scalar_one()
        key = session.get_one(ApiKey, (shop.merchant_id, keys[3]["id"]))
        assert session.execute(sa.select(sa.func.count()).select_from(Customer)).scalar() == 30
        expected = (rows[7]["id"], rows[7]["name"], None, NOW)
        assert (found.id, found.name, found.email, found.created_at) == expected
        assert key.scopes == ["a", "è"]


def test_a_row_that_breaks_a_rule_stops_them_all(shop: Shop) -> None:
    rows = [customer(shop, f"c{number % 29}") for number in range(30)]
    with pytest.raises(sa.exc.IntegrityError), shop.database.write() as session:
        bulk.insert(session.connection(), table(Customer), rows)
    with shop.database.read() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Customer)).scalar() == 0


def test_many_rows_are_changed_each_to_its_own_value_and_counted(shop: Shop) -> None:
    rows = [customer(shop, f"c{number}") for number in range(30)]
    key = ("merchant_id", "id")
    changed = [
        {"merchant_id": row["merchant_id"], "id": row["id"], "name": f"è{number}", "email": None,
         "created_at": NOW + timedelta(days=number)}
        for number, row in enumerate(rows)
    ]  # fmt: skip
    with shop.database.write() as session:
        bulk.insert(session.connection(), table(Customer), rows)
        connection = session.connection()
        assert bulk.update(connection, table(Customer), changed[:20], by=key) == 20
        strange = [{**changed[25], "id": new_id()}, changed[26]]
        assert bulk.update(connection, table(Customer), strange, by=key) == 1
        assert bulk.update(connection, table(Customer), [], by=key) == 0
    with shop.database.read() as session:
        found = session.execute(sa.select(Customer).order_by(Customer.id)).scalars().all()
        names = [f"è{number}" if number < 20 or number == 26 else rows[number]["name"]
                 for number in range(30)]  # fmt: skip
        assert [one.name for one in found] == names
        assert found[19].created_at == NOW + timedelta(days=19)


def test_rows_that_name_other_columns_are_a_fault_of_ours(shop: Shop) -> None:
    rows = [customer(shop, "a"), {**customer(shop, "b"), "phone": "1"}]
    with pytest.raises(AssertionError), shop.database.write() as session:
        bulk.insert(session.connection(), table(Customer), rows)
