"""The schema: the migrations make what the models say, and every shop's rows are its own."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from loyalty import schema
from loyalty.assets import asset_root
from loyalty.core import triggers
from loyalty.core.ids import new_id
from loyalty.tables import METADATA

# Not a shop's own: the shops, whose secret or name is whose, failed sign-ins, the worker's jobs
# with what comes round, mail, wallets that hold cards of several shops, and the migrations.
SHARED = {"merchant", "directory", "sign_in_attempt", "job", "mail", "schedule", "alembic_version"}
SHARED |= {"wallet_request", "wallet_session"}
# A phone shows its secret before anybody knows whose card it is, and a wallet its address; the
# worker takes events in order.
SHARED_INDEXES = {
    "ix_card_device_secret", "ix_customer_address", "ix_outbox_event_waiting",
    "ix_campaign_state", "ix_message_id",
}  # fmt: skip


@pytest.fixture
def inside(database):
    with database.read_engine.connect() as connection:
        yield sa.inspect(connection)


def own(inside):
    return [name for name in inside.get_table_names() if name not in SHARED]


def test_the_migrations_make_what_the_models_say(inside):
    context = MigrationContext.configure(inside.bind, opts={"compare_type": True})
    assert compare_metadata(context, METADATA) == []


def test_there_is_one_line_of_migrations_and_the_database_is_at_its_end(inside):
    config = Config()
    config.set_main_option("script_location", str(asset_root() / "migrations"))
    (head,) = ScriptDirectory.from_config(config).get_heads()
    assert MigrationContext.configure(inside.bind).get_current_heads() == (head,)


def test_no_table_is_there_that_nobody_knows(inside):
    assert set(inside.get_table_names()) == set(METADATA.tables) | {"alembic_version"}


def test_every_key_of_a_shops_table_begins_with_the_shop(inside):
    for name in own(inside):
        keys = [inside.get_pk_constraint(name)["constrained_columns"]]
        keys += [unique["column_names"] for unique in inside.get_unique_constraints(name)]
        keys += [
            index["column_names"]
            for index in inside.get_indexes(name)
            if index["name"] not in SHARED_INDEXES
        ]
        for key in keys:
            assert key[0] == "merchant_id", f"{name}: {key}"


def test_every_reference_stays_within_the_shop(inside):
    for name in own(inside):
        references = inside.get_foreign_keys(name)
        assert references, f"{name} belongs to nobody"
        for reference in references:
            pair = (reference["constrained_columns"][0], reference["referred_columns"][0])
            shop = "id" if reference["referred_table"] == "merchant" else "merchant_id"
            assert pair == ("merchant_id", shop), f"{name}: {reference['constrained_columns']}"


def test_a_row_of_one_shop_cannot_refer_to_another(shop, stranger):
    ours, theirs = shop.card(), stranger.card()
    assert ours.ref != theirs.ref
    with pytest.raises(IntegrityError), shop.database.write() as session:
        session.execute(
            sa.text(
                "INSERT INTO card (merchant_id, id, customer_id, program_id, created_at)"
                " SELECT :shop, :id, customer_id, program_id, created_at FROM card"
                " WHERE merchant_id = :stranger"
            ).bindparams(
                sa.bindparam("shop", shop.merchant_id, type_=METADATA.tables["card"].c.id.type),
                sa.bindparam("id", new_id(), type_=METADATA.tables["card"].c.id.type),
                sa.bindparam(
                    "stranger", stranger.merchant_id, type_=METADATA.tables["card"].c.id.type
                ),
            )
        )


# --- triggers ------------------------------------------------------------------------------------


def differences(database):
    with database.read_engine.connect() as connection:
        return triggers.differences(connection)


def do(database, *statements):
    with database.write() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


DROP = {
    "sqlite": "DROP TRIGGER ledger_entry_no_update",
    "postgresql": "DROP TRIGGER ledger_entry_append_only ON ledger_entry",
}
WEAKEN = {
    "sqlite": [
        "DROP TRIGGER visit_no_delete",
        "CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit WHEN 0 BEGIN SELECT 1; END",
    ],
    "postgresql": [
        """CREATE OR REPLACE FUNCTION visit_append_only() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN OLD; END $$"""
    ],
}


def test_every_guard_is_in_place_after_the_migrations(database):
    assert differences(database) == []


def test_a_guard_that_was_dropped_or_weakened_is_named(database):
    do(database, DROP[database.dialect], *WEAKEN[database.dialect])
    missing, weakened = sorted(differences(database))
    assert "ledger_entry" in missing
    assert missing.endswith("is missing")
    assert "visit" in weakened
    assert weakened.endswith("has been changed")


def test_migrating_again_puts_every_guard_back(database):
    do(database, DROP[database.dialect], *WEAKEN[database.dialect])
    schema.migrate(database)
    assert differences(database) == []


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_guard_that_was_switched_off_is_named(database):
    do(database, "ALTER TABLE visit DISABLE TRIGGER visit_append_only")
    (said,) = differences(database)
    assert "visit_append_only" in said
