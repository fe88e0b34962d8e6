"""An INSERT that leaves alone what is there already, in the words of the database."""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session


def insert_unless_there(session: Session, table: sa.Table, by: Sequence[str] = ()) -> Any:
    """The statement; `by` is the columns of the one unique key that may be taken, or any key."""
    return _insert(session.get_bind().dialect.name, table, tuple(by))


@cache
def _insert(dialect: str, table: sa.Table, by: tuple[str, ...]) -> Any:
    # By name: the words of the database that is not used here are slow to load.
    words = importlib.import_module(f"sqlalchemy.dialects.{dialect}")
    return words.insert(table).on_conflict_do_nothing(index_elements=by or None)
