"""Many rows of one table at once: COPY and arrays on PostgreSQL, one prepared statement on SQLite.

The usual way prepares every value of every row by name, which costs more than the writing.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
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


def upsert(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Row], *, on_conflict: str
) -> None:
    """Insert the rows, at most one a key, and do what `on_conflict` says where one is there.

    Every row names the same columns. `on_conflict` is that clause in SQL: the table's name is the
    row that was there, `excluded` the one that is given.
    """
    if not rows:
        return
    names, dialect = tuple(rows[0]), connection.dialect
    columns = [_column(table.c[name], rows, dialect) for name in names]
    is_array = dialect.name == "postgresql" and len(rows) > 1
    query = f"{_insert_into(table, names, dialect, is_array)} {on_conflict}"
    values: Any = tuple(map(list, columns)) if is_array else list(zip(*columns, strict=True))
    if len(rows) > 1 and not is_array:
        connection.exec_driver_sql(query, values)
    else:
        run(connection, query, values if is_array else values[0])


def run(connection: sa.Connection, query: str, values: Any) -> Any:
    """Run a statement in the driver's own words; its first row, or None if it gives none.

    For what every sale asks: SQLAlchemy's way costs more there than the database's.
    """
    driver: Any = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(query, values)
        return cursor.fetchone() if cursor.description else None
    except driver.Error as error:
        raise sa.exc.DBAPIError.instance(query, None, error, driver.Error) from error
    finally:
        cursor.close()


@lru_cache(maxsize=256)
def _insert_into(
    table: sa.Table,
    names: tuple[str, ...],
    dialect: sa.Dialect,
    is_array: bool,  # noqa: FBT001  # part of what is remembered
) -> str:
    """The statement, made once: its parameters are one row, or one array a column."""
    if is_array:
        given = f"SELECT * FROM {_arrays(table, names, dialect)}"  # noqa: S608  # names of our own
    else:
        mark = "%s" if dialect.name == "postgresql" else "?"
        given = f"VALUES ({', '.join([mark] * len(names))})"
    return f"INSERT INTO {table.name} ({', '.join(names)}) {given}"


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
