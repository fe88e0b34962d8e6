"""Everything that a database holds, as text, to look for what must not be in it."""

import json
from uuid import UUID

import sqlalchemy as sa

from loyalty.tables import METADATA


def dump(database):
    """Every value of every row of every table, as text; bytes as the text that they may be."""
    with database.read() as session:
        return "\n".join(
            f"{table.name}.{name}={_text(value)}"
            for table in METADATA.sorted_tables
            for row in session.execute(sa.select(table)).mappings()
            for name, value in row.items()
        )


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, UUID):
        return value.hex  # its dashes make dates by chance
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def hits(database, planted):
    """Which of these words are anywhere in the tables, or in the files of an SQLite database."""
    raw = dump(database)
    if database.dialect == "sqlite":
        with database.write_engine.connect() as connection:
            # What is written since is kept apart until then, with what was there before.
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files = database.settings.data.glob("loyalty.sqlite3*")
        raw += "".join(path.read_bytes().decode("utf-8", "replace") for path in files)
    return [word for word in planted if word.casefold() in raw.casefold()]
