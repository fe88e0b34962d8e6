"""Many rows into one table at once: COPY on PostgreSQL, one prepared statement on SQLite.

The usual insert prepares every value of every row by name, which costs more than the writing.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import sqlalchemy as sa

Row = dict[str, Any]


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert the rows, which all name the same columns, in their order."""
    if not rows:
        return
    names = list(rows[0])
    assert all(len(row) == len(names) for row in rows), "every row names the same columns"
    columns = [_column(table.c[name], rows, connection.dialect) for name in names]
    values = zip(*columns, strict=True)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, values)
    else:
        _execute(connection, table, names, values)


def _column(column: sa.Column[Any], rows: Sequence[Row], dialect: sa.Dialect) -> Iterable[Any]:
    """The values of one column as the driver wants them; whole columns cost fewer calls."""
    values = [row[column.name] for row in rows]
    prepare = column.type.dialect_impl(dialect).bind_processor(dialect)
    if prepare is None:
        return values
    # Many columns say the same in every row: whose it is, by whom, when it was recorded.
    if values[0] is values[-1] and values.count(values[0]) == len(values):
        return repeat(prepare(values[0]), len(values))
    return map(prepare, values)


def _copy(
    connection: sa.Connection, table: sa.Table, names: list[str], values: Iterable[tuple[Any, ...]]
) -> None:
    query = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    driver: Any = connection.dialect.loaded_dbapi
    raw: Any = connection.connection
    try:
        with raw.cursor() as cursor, cursor.copy(query) as copy:
            for row in values:
                copy.write_row(row)
    except driver.Error as error:
        # As SQLAlchemy would have said it: the callers know those errors only.
        raise sa.exc.DBAPIError.instance(query, None, error, driver.Error) from error


def _execute(
    connection: sa.Connection, table: sa.Table, names: list[str], values: Iterable[tuple[Any, ...]]
) -> None:
    marks = ", ".join("?" * len(names))
    query = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # names of our own
    connection.exec_driver_sql(query, list(values))
