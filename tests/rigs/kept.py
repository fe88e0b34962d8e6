"""A PostgreSQL database that is emptied after each test instead of made anew.

To make and drop one takes a quarter of a second, and new connections know nothing of its tables
yet. A test that has changed the schema, or left a lock behind, gets the next one a new database; so
does every test where DATABASE_URL names a role that may not pass by the triggers.
"""

import contextlib
import copy
from dataclasses import dataclass, field
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from loyalty.core.db import Database
from loyalty.core.settings import Settings
from tests import cast
from tests.cast import Opened
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
_GIVEN_UP = (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege)


Connection = psycopg.Connection[tuple[object, ...]]
Rows = list[tuple[sql.Identifier, bytes]]


@dataclass
class Kept:
    """The database of a test worker; `template` is the migrated one that it is a copy of."""

    template: str
    url: str = ""
    shape: str = ""
    tables: list[sql.Identifier] = field(default_factory=list)  # empty to begin with
    uses: int = 0
    shared: Database | None = None
    # Stays open: a new connection knows nothing of the tables, and to learn it takes long.
    wire: Connection | None = None
    saved: dict[tuple[str, ...], tuple[Opened, Rows]] = field(default_factory=dict)

    def open(self, settings: Settings) -> Database:
        """The database with a test's own settings; its connections outlive the test."""
        if self.shared is None:
            self.shared = Database(settings)
        database = copy.copy(self.shared)
        database.settings = settings
        return database

    def ready(self) -> str:
        """The URL of an empty, migrated database."""
        if self.wire is None:
            self.url = postgres.shared().create_database(template=self.template)
            self.wire = postgres.connect(make_url(self.url))
            self.shape, self.tables = _shape(self.wire), _empty_tables(self.wire)
        return self.url

    def peopled(self, names: tuple[str, ...], database: Database) -> Opened:
        """These shops of the cast in the empty database: opened, or put back as they once were."""
        if not names:
            return {}
        assert self.wire is not None
        if names not in self.saved:
            self.saved[names] = cast.open_all(database, names), _rows(self.wire, self.tables)
        else:
            _put(self.wire, self.saved[names][1])
        return self.saved[names][0]

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
        if self.wire is not None:
            self.wire.close()
            self.wire = None
            postgres.shared().drop_database(self.url)
        self.saved.clear()

    def _cleared(self) -> bool:
        assert self.wire is not None
        if _shape(self.wire) != self.shape:
            return False
        self.wire.execute("SET lock_timeout = '3s'")
        self.wire.execute("SET session_replication_role = replica")
        self.wire.execute(_each("DELETE FROM {}", self.tables))
        self.uses += 1
        if self.uses % _TESTS_A_VACUUM == 0:
            self.wire.execute("VACUUM ANALYZE")
        return True


def _shape(connection: Connection) -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return str(row[0])


def _rows(connection: Connection, tables: list[sql.Identifier]) -> Rows:
    """The tables that have rows, with these as COPY writes them."""
    rows = []
    for table in tables:
        out = sql.SQL("COPY {} TO STDOUT").format(table)
        with connection.cursor().copy(out) as copied:
            rows.append((table, b"".join(map(bytes, copied))))
    return [(table, written) for table, written in rows if written]


def _put(connection: Connection, rows: Rows) -> None:
    for table, written in rows:
        into = sql.SQL("COPY {} FROM STDIN").format(table)
        with connection.cursor().copy(into) as copied:
            copied.write(written)


def _empty_tables(connection: Connection) -> list[sql.Identifier]:
    names = [str(row[0]) for row in connection.execute(_TABLES)]
    tables = [sql.Identifier(name) for name in names]
    first = sql.SQL("SELECT 1 FROM {} LIMIT 1")
    return [table for table in tables if not connection.execute(first.format(table)).fetchone()]


def _each(said: LiteralString, tables: list[sql.Identifier]) -> sql.Composed:
    return sql.SQL(";").join(map(sql.SQL(said).format, tables))
