"""A PostgreSQL database that is emptied after each test instead of made anew.

To make and drop one takes a quarter of a second, and new connections know nothing of its tables
yet. A test that has changed the schema, or left a lock behind, gets the next one a new database; so
does every test where DATABASE_URL names a role that may not pass by the triggers.
"""

import contextlib
import copy
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from loyalty.core.db import Database
from loyalty.core.settings import Settings
from tests.rigs import postgres

# Whatever a test may have done to the schema shows in one of these.
_SHAPE = """
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
  SELECT tgrelid || tgname || tgenabled::text AS part FROM pg_trigger
  UNION ALL SELECT relname || relfilenode || relkind::text FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT conname || conrelid FROM pg_constraint
  UNION ALL SELECT attrelid || attname || atttypid || attnotnull FROM pg_attribute
    WHERE attrelid >= 16384
  UNION ALL SELECT oid || md5(prosrc) FROM pg_proc WHERE oid >= 16384
) AS parts"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_TESTS_A_VACUUM = 25
_GIVEN_UP = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.InsufficientPrivilege,
)


@dataclass
class Kept:
    """The database of a test worker; `template` is the migrated one that it is a copy of."""

    template: str
    url: str = ""
    shape: str = ""
    emptied: sql.Composed = field(default_factory=lambda: sql.Composed([]))
    uses: int = 0
    shared: Database | None = None

    def open(self, settings: Settings) -> Database:
        """The database with a test's own settings; its connections outlive the test."""
        if self.shared is None:
            self.shared = Database(settings)
        database = copy.copy(self.shared)
        database.settings = settings
        return database

    def ready(self) -> str:
        """The URL of an empty, migrated database."""
        if not self.url:
            self.url = postgres.shared().create_database(template=self.template)
            with _connect(self.url) as connection:
                self.shape = _shape(connection)
                self.emptied = _emptying(connection)
        return self.url

    def clear(self) -> None:
        """Empty it, or give it up."""
        with contextlib.suppress(*_GIVEN_UP):
            if self._cleared():
                return
        self.give_up()

    def give_up(self) -> None:
        """Drop it; the next test gets another."""
        if self.shared is not None:
            self.shared.dispose()
            self.shared = None
        if self.url:
            postgres.shared().drop_database(self.url)
            self.url = ""

    def _cleared(self) -> bool:
        with _connect(self.url) as connection:
            if _shape(connection) != self.shape:
                return False
            connection.execute("SET lock_timeout = '3s'")
            connection.execute("SET session_replication_role = replica")
            connection.execute(self.emptied)
            self.uses += 1
            if self.uses % _TESTS_A_VACUUM == 0:
                connection.execute("VACUUM ANALYZE")
        return True


def _connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return postgres.connect(make_url(url))


def _shape(connection: "psycopg.Connection[tuple[object, ...]]") -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return str(row[0])


def _emptying(connection: "psycopg.Connection[tuple[object, ...]]") -> sql.Composed:
    """What empties every table that was empty to begin with."""
    names = [str(row[0]) for row in connection.execute(_TABLES)]
    tables = [sql.Identifier(name) for name in names]
    full = [
        connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone()
        for table in tables
    ]
    return sql.SQL(";").join(
        sql.SQL("DELETE FROM {}").format(table)
        for table, row in zip(tables, full, strict=True)
        if row is None
    )
