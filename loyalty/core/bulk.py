"""Many rows of one table at once: COPY and arrays on PostgreSQL, one prepared statement on SQLite.

The usual way prepares every value of every row by name, which costs more than the writing.
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


def update(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Row],
    *,
    by: Sequence[str],
    counting: str | None = None,
) -> int:
    """Change the rows that the columns `by` name to what `rows` say; how many were there.

    Every row names the same columns. The column `counting` grows by one.
    """
    if not rows:
        return 0
    names, is_postgres = list(rows[0]), connection.dialect.name == "postgresql"
    columns = [_column(table.c[name], rows, connection.dialect) for name in names]
    given = {
        name: f"given.{name}" if is_postgres else f"?{number}"
        for number, name in enumerate(names, start=1)
    }
    new = [f"{name} = {given[name]}" for name in names if name not in by]
    new += [f"{counting} = {table.name}.{counting} + 1"] if counting else []
    change = f"UPDATE {table.name} SET {', '.join(new)}"  # noqa: S608  # names of our own
    wanted = " AND ".join(f"{table.name}.{name} = {given[name]}" for name in by)
    if is_postgres:
        change += f" FROM {_arrays(table, names, connection.dialect)}"
        values: Any = tuple(map(list, columns))
    else:
        values = list(zip(*columns, strict=True))
    return connection.exec_driver_sql(f"{change} WHERE {wanted}", values).rowcount


def _arrays(table: sa.Table, names: Sequence[str], dialect: sa.Dialect) -> str:
    """One array a column, side by side: the rows that are given."""
    kinds = [table.c[name].type.compile(dialect) for name in names]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    return f"unnest({arrays}) AS given({', '.join(names)})"


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
