"""What takes long to find in a large shop is kept for a while in the process, with its age."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")
KEEP_S, MOST = 300, 8


def place(session: Session) -> Hashable:
    """The database that is read, the same for every session on it: part of a key."""
    return session.get_bind().engine.url


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    found: T
    since: float


class Kept(Generic[T]):
    """At most `most` things, each for `keep_s` seconds, as far as they are `worth` keeping."""

    def __init__(
        self,
        *,
        worth: Callable[[T], bool] = lambda _: True,
        keep_s: float = KEEP_S,
        most: int = MOST,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worth, self._keep_s, self._most, self._timer = worth, keep_s, most, timer
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
        if self._worth(found):
            with self._lock:
                self._entries[key] = _Entry(found, began)
                self._entries.move_to_end(key)
                while len(self._entries) > self._most:
                    self._entries.popitem(last=False)
        return found, 0.0

    def forget(self) -> None:
        """Keep nothing of what there is."""
        with self._lock:
            self._entries.clear()
