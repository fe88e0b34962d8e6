"""A mail server that does not answer is left alone for a while: it holds one thread, not all."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from loyalty.core.db import Database

SILENT = frozenset({"timeout", "unreachable"})  # of the reasons of smtp.NotNow
REST_S, REST_S_MAX = 5, 60
_TRIAL_S = 70  # a trial that has not come back by then is not waited for


@dataclass
class Rest:
    """How long nobody talks to the server; after it one mail tries, and the others wait for that.

    It is kept in the process: each worker finds out for itself. Times are those of its clock.
    """

    _silent: int = 0
    _until: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_until(self, at: datetime) -> datetime | None:
        """None if the server may be talked to now; otherwise when to ask again."""
        with self._lock:
            if self._until is None or self._until - at > timedelta(seconds=2 * _TRIAL_S):
                return None
            if self._until <= at:
                self._until = at + timedelta(seconds=_TRIAL_S)
                return None  # this one is the trial
            return min(self._until, at + timedelta(seconds=REST_S_MAX))

    def silent(self, at: datetime) -> None:
        """It did not answer: rest for 5 s, doubled each time, a minute at most."""
        with self._lock:
            rest_s = min(REST_S_MAX, REST_S * 2 ** min(self._silent, 10))
            self._silent += 1
            self._until = at + timedelta(seconds=rest_s)

    def answered(self) -> None:
        """It is there, whatever it said."""
        with self._lock:
            self._silent, self._until = 0, None


_rests: "WeakKeyDictionary[Database, Rest]" = WeakKeyDictionary()
_making = threading.Lock()


def rest_of(database: Database) -> Rest:
    """The rest of the mail server of this installation."""
    with _making:
        return _rests.setdefault(database, Rest())
