"""A write that meets a till, a key or another import in the same rows is tried again."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.core.db import Database
from loyalty.core.errors import Busy

_TRIES = 5
Found = TypeVar("Found")


def write(
    database: Database,
    work: Callable[[Session], Found],
    *,
    before_again: Callable[[], None] = lambda: None,
) -> Found:
    """What `work` gives in a write of its own; waits longer each time. Raises Busy in the end."""
    for turn in range(1, _TRIES + 1):
        try:
            with database.write() as session:
                return work(session)
        except (Busy, IntegrityError):
            before_again()
            if turn == _TRIES:
                raise
            time.sleep(turn)
    raise AssertionError("the last turn returns or raises")
