"""The period that somebody looks at, and the one beside it: whole days of the shop (pure)."""

from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.analytics.spans import Span
from loyalty.core.calendar import add_months, month_end
from loyalty.core.text import Text

PRESETS = ("today", "7", "28", "month", "last_month", "year")
OWN = "own"
BEFORE, LAST_YEAR, NOTHING = "before", "year", "none"
BESIDES = (BEFORE, LAST_YEAR, NOTHING)
DAYS_MAX = 5 * 366
_EARLIEST = date(2000, 1, 1)
_YEAR_MONTHS = 12
BACKWARDS = Text("viene prima dell'inizio", "comes before the beginning")
AHEAD = Text("è un giorno che deve ancora venire", "is a day still to come")
TOO_LONG = Text("al massimo cinque anni", "five years at most")
TOO_EARLY = Text("prima del 2000 non può essere", "this cannot be before the year 2000")


class NotAPeriod(Exception):
    """Days that make no sense; `which` end ("from" or "to") is to be mended, and why."""

    def __init__(self, which: str, reason: Text) -> None:
        super().__init__(reason.en)
        self.which, self.reason = which, reason


@dataclass(frozen=True, slots=True)
class Period:
    """Some days under the name of their preset, or "own"; `how` says what stands beside them."""

    key: str
    span: Span
    how: str = BEFORE

    @property
    def beside(self) -> Span | None:
        """The days to compare with, None for nothing.

        Before a month or year that is not over are as many days of the month or year before; before
        anything else the days just before it. A year back is the same dates, 29 February as 28.
        """
        if self.how == NOTHING:
            return None
        if self.how == LAST_YEAR or self.key == "year":
            return _back(self.span, _YEAR_MONTHS)
        if self.key == "last_month":
            return preset("last_month", self.span.first)
        return _back(self.span, 1) if self.key == "month" else self.span.before


def preset(key: str, today: date, last: date | None = None) -> Span:
    """The days of a preset as of `today`.

    So many days ("7", "28") end on `last`, or yesterday: whole days can be compared. "today",
    "month" and "year" run up to today, which is not over.
    """
    if key.isdecimal():
        end = last or today - timedelta(days=1)
        return Span(end - timedelta(days=int(key) - 1), end)
    month = today.replace(day=1)
    if key == "last_month":
        last = month - timedelta(days=1)
        return Span(last.replace(day=1), last)
    first = {"today": today, "month": month, "year": month.replace(month=1)}[key]
    return Span(first, today)


def own(first: date, last: date, today: date) -> Span:
    """Days that somebody chose. Raises NotAPeriod."""
    if first < _EARLIEST:
        raise NotAPeriod("from", TOO_EARLY)
    if last > today:
        raise NotAPeriod("to", AHEAD)
    if last < first:
        raise NotAPeriod("to", BACKWARDS)
    if (last - first).days >= DAYS_MAX:
        raise NotAPeriod("from", TOO_LONG)
    return Span(first, last)


def _back(span: Span, months: int) -> Span:
    first, last = add_months(span.first, -months), add_months(span.last, -months)
    is_whole = span.first.day == 1 and span.last == month_end(span.last)
    return Span(first, month_end(last) if is_whole else last)
