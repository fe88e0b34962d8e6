"""Leaving room between writes: a job with many of them does not keep the tills waiting.

On SQLite one write at a time has the whole database. However slow the disk, such a job holds it for
a part of the time at most, and for milliseconds each time.
"""

import contextlib
import time
from collections.abc import Iterator

from sqlalchemy.orm import Session

from loyalty.core.db import Database

_WAIT_S_MAX = 0.5


class Pace:
    """The writes of one thread, with room between them where others wait for the database."""

    def __init__(self, database: Database, *, left: int = 3) -> None:
        """`left`: so many times as long as a write took, the next one waits."""
        self._database = database
        self._left = left if database.dialect == "sqlite" else 0
        self._free_at = 0.0  # of the monotonic clock

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A write as Database.write makes it, once its time has come."""
        time.sleep(min(_WAIT_S_MAX, max(0.0, self._free_at - time.monotonic())))
        began = time.monotonic()
        try:
            with self._database.write() as session:
                began = time.monotonic()  # what it had to wait for its turn was not its own time
                yield session
        finally:
            ended = time.monotonic()
            self._free_at = ended + self._left * (ended - began)
