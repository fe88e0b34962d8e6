"""Which SQLite is used, and whether its log can be trusted."""

import sqlite3
from types import ModuleType


def sqlite_module() -> ModuleType:
    """The SQLite to use: the current one inside the pysqlite3 wheel, else Python's own."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415  # not on every platform
    except ImportError:
        return sqlite3
    return dbapi2  # type: ignore[no-any-return]  # the package ships no types


def wal_is_safe(module: ModuleType) -> bool:
    """Whether this SQLite is free of the WAL-reset fault (sqlite.org/wal.html, fixed in 3.51.3)."""
    return bool(module.sqlite_version_info >= (3, 51, 3))
