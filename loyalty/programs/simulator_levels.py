"""The level of one customer in a simulation, by the rules of `tiers` (pure)."""

from bisect import bisect_left, bisect_right
from datetime import date

from loyalty.programs import tiers
from loyalty.programs.document import Tiers, VersionDocument
from loyalty.programs.earning import MILLION
from loyalty.programs.tiers import Standing


class Ladder:
    """The levels of a version, and how large a sum must be before a sale can change anything."""

    def __init__(self, rules: Tiers) -> None:
        self.rules = rules
        self.entry = tiers.entry(rules)
        self.scale = MILLION if rules.measure == "units" else 1
        starts = [*sorted(level.starts for level in rules.levels), None]
        keys = [None, *(level.key for level in rules.levels)]
        self._next = dict(zip(keys, starts, strict=True))

    @classmethod
    def of(cls, document: VersionDocument) -> "Ladder | None":
        """The ladder of a version; None without levels."""
        return cls(document.tiers) if document.tiers else None

    def may_rise(self, level: str | None, most: int) -> bool:
        """Whether a higher level may be reached where no window holds more than `most`."""
        needed = self._next[level]
        return needed is not None and most >= needed


class Climber:
    """Where somebody stands, and what has counted so far: any span of days is summed at once."""

    __slots__ = ("_days", "_ladder", "_sums", "standing")

    def __init__(self, ladder: Ladder) -> None:
        self.standing: Standing = ladder.entry
        self._ladder = ladder
        self._days: list[date] = []
        self._sums = [0]

    def catch_up(self, today: date) -> None:
        """Make the reviews that are over before today."""
        if self.standing.review_on is not None and self.standing.review_on < today:
            made = tiers.due(self._ladder.rules, self.standing, measure=self._measure, today=today)
            if made:
                self.standing = made[-1].after

    def sold(self, on: date, counted: int) -> None:
        """A sale counts so much (minor units, millionths or visits); days do not run backwards."""
        self._days.append(on)
        self._sums.append(self._sums[-1] + counted)
        most = self._sums[-1] // self._ladder.scale
        in_grace = self.standing.grace_until is not None
        if in_grace or self._ladder.may_rise(self.standing.level, most):
            change = tiers.after_sale(
                self._ladder.rules, self.standing, measure=self._measure, on=on
            )
            if change is not None:
                self.standing = change.after

    def _measure(self, first: date, last: date) -> int:
        until = self._sums[bisect_right(self._days, last)]
        return (until - self._sums[bisect_left(self._days, first)]) // self._ladder.scale
