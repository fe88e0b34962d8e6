"""Bringing a database to the current schema: migrations first, then the triggers that refuse."""

import logging

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from loyalty.assets import asset_root
from loyalty.core import triggers
from loyalty.core.db import Database
from loyalty.core.sqlite import sqlite_module, wal_is_safe
from loyalty.tables import METADATA

log = logging.getLogger(__name__)


def migrate(database: Database) -> None:
    """Migrate to head, set the journal mode, and apply the triggers again; safe to repeat."""
    if database.dialect == "sqlite":
        set_journal_mode(database)
    with database.write_engine.connect() as connection:
        command.upgrade(_config(connection), "head")
    with database.write() as session:
        triggers.apply(session.connection())


def set_journal_mode(database: Database) -> None:
    """WAL where this SQLite is free of the WAL-reset fault, else a rollback journal.

    Set once, here: asking on each connection fails while others are open.
    """
    mode = "WAL" if wal_is_safe(sqlite_module()) else "DELETE"
    if mode == "DELETE":
        log.warning(
            "this SQLite (%s) is older than 3.51.3: using a rollback journal, which is slower",
            sqlite_module().sqlite_version,
        )
    raw = database.write_engine.raw_connection()
    try:
        raw.cursor().execute(f"PRAGMA journal_mode={mode}")
    finally:
        raw.close()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(asset_root() / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = METADATA
    return config
