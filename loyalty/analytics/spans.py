"""Whole days of a shop up to yesterday, cut into weeks and into spans of four weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 12
DAYS_A_WEEK, DAYS = 7, 28


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the shop, both ends inclusive."""

    first: date
    last: date

    @property
    def before(self) -> "Span":
        """As many days, just before these."""
        days = (self.last - self.first).days + 1
        return Span(self.first - timedelta(days=days), self.first - timedelta(days=1))


def weeks(last: date, count: int = WEEKS) -> list[Span]:
    """So many times seven days, the oldest first; the last one ends on `last`."""
    return _cut(last, DAYS_A_WEEK, count)


def fours(last: date, count: int) -> list[Span]:
    """So many times four weeks, the oldest first; the last one ends on `last`."""
    return _cut(last, DAYS, count)


def _cut(last: date, days: int, count: int) -> list[Span]:
    ends = [last - timedelta(days=days * back) for back in reversed(range(count))]
    return [Span(end - timedelta(days=days - 1), end) for end in ends]
