"""A write past triggers, foreign keys and durability, for rows that are proven afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from loyalty import schema
from loyalty.core import triggers
from loyalty.core.db import Database

SQLITE_BEFORE = (
    "PRAGMA foreign_keys=OFF",
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-1000000",
)


POSTGRESQL_BEFORE = ("SET synchronous_commit = off", "SET maintenance_work_mem = '1GB'")
# Foreign keys are checked by triggers of the system, which only a superuser may pass by.
WITHOUT_KEYS = """
    SELECT set_config('session_replication_role', 'replica', false)
    FROM pg_roles WHERE rolname = current_user AND rolsuper
"""


@contextmanager
def unguarded(database: Database) -> Iterator[sa.Connection]:
    """A write without triggers, foreign keys and durability; all of them are there again after.

    Where PostgreSQL knows us as less than a superuser, foreign keys are on: slower.
    """
    is_sqlite = database.dialect == "sqlite"
    _close(database)
    with database.write_engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        for statement in SQLITE_BEFORE if is_sqlite else (*POSTGRESQL_BEFORE, WITHOUT_KEYS):
            raw.execute(statement)
        if not is_sqlite:
            raw.commit()
        with connection.begin():
            for trigger in triggers.wanted(connection):
                where = "" if is_sqlite else f" ON {trigger.table}"
                connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}{where}")
            yield connection
            triggers.apply(connection)
        connection.invalidate()
    _close(database)
    if is_sqlite:
        schema.set_journal_mode(database)
        return
    with database.read_engine.connect() as connection:  # as the server does by itself, in time
        connection.exec_driver_sql("VACUUM ANALYZE")


def _close(database: Database) -> None:
    """End every connection: one that is open holds on to the old settings."""
    database.write_engine.dispose()
    database.read_engine.dispose()
