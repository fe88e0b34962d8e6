"""Statements compiled once for all the databases of a test run.

Each test has a database of its own, so an engine, so a dialect; SQLAlchemy compiles every statement
anew for each dialect. Ours differ in nothing, and compiling was a quarter of the suite's time.
"""

from functools import cache
from typing import Any

from loyalty.core.db import Database

Key = tuple[Any, ...]


class Compiled:
    """What SQLAlchemy asks of a cache, by the statement alone; the dialect comes first in a key."""

    def __init__(self) -> None:
        self._kept: dict[Key, Any] = {}

    def get(self, key: Key) -> Any:
        """The compiled statement, or None."""
        return self._kept.get(key[1:])

    def __setitem__(self, key: Key, compiled: Any) -> None:
        self._kept[key[1:]] = compiled


@cache
def _of(_dialect: str) -> Compiled:
    return Compiled()


def share(database: Database) -> None:
    """Let the engines of a database use what others of their dialect have compiled."""
    for engine in (database.write_engine, database.read_engine):
        engine.update_execution_options(compiled_cache=_of(database.dialect))
