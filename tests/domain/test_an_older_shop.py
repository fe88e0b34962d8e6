"""Shops from before: they keep their customers, and find their past added up."""

import pytest
import sqlalchemy as sa
from alembic import command

from loyalty import schema
from loyalty.core.db import Database, Id, UtcDateTime
from loyalty.core.ids import new_id
from tests.builders import NOW
from tests.conftest import settings_for
from tests.domain.eventful import live
from tests.domain.summed import kept
from tests.rigs import postgres

BEFORE, AFTER = "20261125a", "20261125b"
NO_ROLL_UPS = "20261126a"
CUSTOMER = {"name": "Carla", "email": "carla@example.it", "external_ref": "C-1"}


@pytest.fixture
def old(engine, home):
    """The empty database of an installation from before."""
    if engine == "sqlite":
        database = Database(settings_for(home, f"sqlite:///{home / 'old.sqlite3'}"))
    else:
        database = Database(settings_for(home, postgres.shared().create_database()))
    migrate(database, command.upgrade, BEFORE)
    yield database
    database.dispose()
    if engine == "postgresql":
        postgres.shared().drop_database(database.settings.database_url)


def migrate(database, direction, revision):
    with database.write_engine.connect() as connection:
        direction(schema._config(connection), revision)


def add(database, table, **values):
    """A row of a table as it was then, in plain SQL."""
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    kinds = [
        sa.bindparam(name, type_=UtcDateTime if name == "created_at" else Id)
        for name in values
        if name.endswith(("id", "created_at"))
    ]
    statement = sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})").bindparams(*kinds)
    with database.write() as session:
        session.execute(statement, values)


def customers(database):
    with database.read() as session:
        query = "SELECT name, email, external_ref, created_at FROM customer ORDER BY name"
        return session.execute(sa.text(query)).all()


@pytest.fixture
def carla(old):
    """Two customers, one of them with a card."""
    shop, program, carla = new_id(), new_id(), new_id()
    ours = {"merchant_id": shop, "created_at": NOW}
    house = {"currency": "EUR", "timezone": "Europe/Rome", "language": "it"}
    add(old, "merchant", id=shop, name="Aurora", **house, created_at=NOW)
    add(old, "program", id=program, name="Punti", status="draft", **ours)
    add(old, "customer", id=carla, **CUSTOMER, **ours)
    add(old, "customer", id=new_id(), name="Dino", **ours)
    add(old, "card", id=new_id(), customer_id=carla, program_id=program, **ours)
    return shop, carla


def test_a_shop_keeps_its_customers_and_their_cards_when_it_is_brought_up_to_date(old, carla):
    before = customers(old)
    migrate(old, command.upgrade, AFTER)
    assert customers(old) == before
    columns = {column["name"] for column in sa.inspect(old.read_engine).get_columns("customer")}
    assert {"merged_into_id", "merged_at"} <= columns
    migrate(old, command.downgrade, BEFORE)
    assert customers(old) == before
    migrate(old, command.upgrade, AFTER)
    assert customers(old) == before


def test_cards_still_hold_on_to_their_customer_afterwards(old, carla):
    for direction, revision in ((command.upgrade, AFTER), (command.downgrade, BEFORE)):
        migrate(old, direction, revision)
        for damage in ("DELETE FROM customer WHERE name = 'Carla'", "DELETE FROM merchant"):
            with pytest.raises(sa.exc.IntegrityError), old.write() as session:
                session.execute(sa.text(damage))
        again = {"id": new_id(), "external_ref": "C-1", "created_at": NOW}
        with pytest.raises(sa.exc.IntegrityError):
            add(old, "customer", merchant_id=carla[0], **again)


def hours(database):
    with database.read() as session:
        query = "SELECT id, local_hour FROM visit ORDER BY id"
        return [tuple(row) for row in session.execute(sa.text(query))]


def test_a_shop_from_before_the_roll_ups_finds_its_past_added_up(shop):
    live(shop)
    summer = shop.visit(shop.card(), 300, at=NOW.replace(month=7))
    assert summer.body["amount"]["amount_minor"] == 300
    before = kept(shop.database), hours(shop.database)
    assert {hour for _, hour in before[1]} >= {11, 12}  # by the shop's clocks
    migrate(shop.database, command.downgrade, NO_ROLL_UPS)
    assert "member_stats" not in sa.inspect(shop.database.read_engine).get_table_names()
    schema.migrate(shop.database)
    assert (kept(shop.database), hours(shop.database)) == before
