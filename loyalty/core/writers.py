"""Who writes next on SQLite: one queue in a process, and locks on files between processes."""

import contextlib
import fcntl
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from loyalty.core.errors import Busy

_LOOK_AGAIN_S = 0.002  # for a lock that another process holds


class WriterQueue:
    """One writer at a time on SQLite, first come first served.

    A queue in this process, file locks between processes: SQLite's own busy handler is unfair,
    and under load a waiter may starve for seconds. Whoever is next holds a lock of its own, so
    that a process with much to write does not overtake the others.
    """

    def __init__(self, path: Path, *, wait_s: int) -> None:
        self._wait_s = wait_s
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False
        self._file = path.open("a")
        self._next = path.with_name(path.name + ".next").open("a")

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this thread's turn; raises Busy after `wait_s` seconds."""
        deadline = time.monotonic() + self._wait_s
        self._enter()
        try:
            _lock_file(self._next, deadline)
            try:
                _lock_file(self._file, deadline)
            finally:
                fcntl.flock(self._next, fcntl.LOCK_UN)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=self._wait_s):
            return
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                raise Busy
        # The turn was handed over in the instant in which the wait ran out: it is ours.

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def close(self) -> None:
        """Give the files back."""
        self._file.close()
        self._next.close()


def _lock_file(file: IO[str], deadline: float) -> None:
    """Wait for another process, but not for ever: one that hangs must not hang us.

    Raises Busy at the deadline (of the monotonic clock).
    """
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy from None
            time.sleep(_LOOK_AGAIN_S)
        else:
            return
