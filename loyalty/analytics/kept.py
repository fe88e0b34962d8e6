"""What took long to find is kept for a while: in the process, for a few shops, with its age.

A small shop is asked anew each time, for that costs nothing.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
LONG_S, KEEP_S, MOST = 0.1, 300, 8


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    found: T
    since: float


class Kept(Generic[T]):
    """At most `most` things, each for `keep_s` seconds, and only what took `long_s` to find."""

    def __init__(
        self,
        *,
        long_s: float = LONG_S,
        keep_s: float = KEEP_S,
        most: int = MOST,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._long_s, self._keep_s, self._most, self._timer = long_s, keep_s, most, timer
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """What is kept under a key, or what `find` finds now."""
        return self.aged(key, find)[0]

    def aged(self, key: Hashable, find: Callable[[], T]) -> tuple[T, float]:
        """The same, and how many seconds old it is."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and (age := self._timer() - entry.since) < self._keep_s:
                self._entries.move_to_end(key)
                return entry.found, age
        began = self._timer()
        found = find()
        if self._timer() - began >= self._long_s:
            with self._lock:
                self._entries[key] = _Entry(found, began)
                self._entries.move_to_end(key)
                while len(self._entries) > self._most:
                    self._entries.popitem(last=False)
        return found, 0.0
