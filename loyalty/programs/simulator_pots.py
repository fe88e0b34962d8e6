"""Units on a simulated card: what can be used, what waits, and what ends (pure).

It does in a few integers what the ledger does in lots. That is enough because a simulation brings
units in the order of time: under one version what comes later never ends or wakes sooner.
"""

from collections import deque
from datetime import date, datetime, timedelta

from loyalty.core.calendar import idle_end
from loyalty.programs.document import Unit
from loyalty.programs.expiry import lot_expires_at


class UnitTerms:
    """When units end that a sale of some day brings, worked out once for each day.

    `pending` is how long they wait; `is_idle` says that each visit moves the end of all of them.
    """

    __slots__ = ("_ends", "_expiry", "_timezone", "is_idle", "key", "pending")

    def __init__(self, unit: Unit, timezone: str) -> None:
        self.key = unit.key
        self.pending = timedelta(hours=unit.pending_hours) if unit.pending_hours else None
        self.is_idle = unit.expiry.kind == "inactivity"
        self._expiry, self._timezone = unit.expiry, timezone
        self._ends: dict[date, datetime | None] = {}

    def ends_at(self, occurred_at: datetime, on: date) -> datetime | None:
        """The end of units from a sale of that moment, which lies on that day in the shop."""
        if on not in self._ends:
            if self.is_idle:
                self._ends[on] = idle_end(occurred_at, self._expiry.months, self._timezone)
            else:
                self._ends[on] = lot_expires_at(self._expiry, occurred_at, self._timezone)
        return self._ends[on]


class Pot:
    """The units of one kind on one card: `free` can be used, `waiting` not yet.

    Before `due_at` time changes nothing (None: never); from then on `settle` comes first.
    """

    __slots__ = ("_idle_ends_at", "_ready", "_terms", "_waits", "due_at", "free", "waiting")

    def __init__(self, terms: UnitTerms) -> None:
        self.free = 0
        self.waiting = 0
        self.due_at: datetime | None = None
        self._terms = terms
        # What ends is kept by its end, the soonest first; what never ends is in `free` alone.
        self._ready: deque[tuple[datetime, int]] = deque()
        self._waits: deque[tuple[datetime, datetime | None, int]] = deque()
        self._idle_ends_at: datetime | None = None

    def settle(self, at: datetime) -> int:
        """Let time pass: what has waited long enough wakes; returns how many units have ended."""
        gone = self._end_idle(at)
        while self._waits and self._waits[0][0] <= at:
            _, ends_at, units = self._waits.popleft()
            self.waiting -= units
            self._wake(ends_at, units)
        gone += self._end_ready(at) + self._end_waiting(at)
        events = [self._idle_ends_at]
        events += [self._waits[0][0], self._waits[0][1]] if self._waits else []
        events += [self._ready[0][0]] if self._ready else []
        self.due_at = min((event for event in events if event is not None), default=None)
        return gone

    def add(self, units: int, at: datetime, on: date) -> None:
        """Units from a sale of that moment, on that day; those of inactivity end with `visited`."""
        ends_at = None if self._terms.is_idle else self._terms.ends_at(at, on)
        if self._terms.pending is None:
            self._wake(ends_at, units)
        else:
            wakes_at = at + self._terms.pending
            self.waiting += units
            self._waits.append((wakes_at, ends_at, units))
            self._expect(wakes_at)
        self._expect(ends_at)

    def visited(self, at: datetime, on: date) -> None:
        """A visit moves the end of units that last so long after the last one."""
        if self._terms.is_idle:
            self._idle_ends_at = self._terms.ends_at(at, on)
            self._expect(self._idle_ends_at)

    def spend(self, units: int) -> None:
        """Use up to `free` units, what ends soonest first."""
        assert units <= self.free, "nobody spends what they do not have"
        self.free -= units
        while units and self._ready:
            ends_at, held = self._ready.popleft()
            if held > units:
                self._ready.appendleft((ends_at, held - units))
            units -= min(units, held)

    def _expect(self, event_at: datetime | None) -> None:
        if event_at is not None and (self.due_at is None or event_at < self.due_at):
            self.due_at = event_at

    def _wake(self, ends_at: datetime | None, units: int) -> None:
        self.free += units
        if ends_at is not None:
            if self._ready and self._ready[-1][0] == ends_at:
                units += self._ready.pop()[1]
            self._ready.append((ends_at, units))

    def _end_idle(self, at: datetime) -> int:
        """All that is there, where nobody has come for too long."""
        if self._idle_ends_at is None or self._idle_ends_at > at:
            return 0
        gone = self.free + self.waiting
        self.free = self.waiting = 0
        self._waits.clear()
        self._idle_ends_at = None
        return gone

    def _end_ready(self, at: datetime) -> int:
        gone = 0
        while self._ready and self._ready[0][0] <= at:
            gone += self._ready.popleft()[1]
        self.free -= gone
        return gone

    def _end_waiting(self, at: datetime) -> int:
        """A wait longer than the units last: they end before anybody could use them."""
        gone = 0
        while self._waits and (ends_at := self._waits[0][1]) is not None and ends_at <= at:
            gone += self._waits.popleft()[2]
        self.waiting -= gone
        return gone
