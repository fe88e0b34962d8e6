"""When units and vouchers end, in the merchant's zone; the last day counts in full (pure)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from loyalty.core.calendar import add_months, end_of, local_day, month_end
from loyalty.programs.document import Expiry


def lot_expires_at(expiry: Expiry, occurred_at: datetime, timezone: str) -> datetime | None:
    """When units earned at that moment expire, in UTC; None for never.

    On inactivity this is the lot's own first end: visits that come later move it (`idle_end`).
    An end beyond the calendar is never.
    """
    if expiry.kind == "never":
        return None
    try:
        return _end(expiry.kind, local_day(occurred_at, timezone), expiry.months, timezone)
    except OverflowError:
        return None


def _month_end(on: date, months: int) -> date:
    return month_end(add_months(on, months))


def _year_end(on: date, months: int) -> date:
    return add_months(on, months).replace(month=12, day=31)


_LAST_DAYS: dict[str, Callable[[date, int], date]] = {
    "rolling": add_months,
    "inactivity": add_months,
    "month_end": _month_end,
    "year_end": _year_end,
}


@lru_cache(maxsize=4_096)
def _end(kind: str, on: date, months: int, timezone: str) -> datetime:
    return end_of(_LAST_DAYS[kind](on, months), timezone)


def days_later(moment: datetime, days: int, timezone: str) -> datetime:
    """The end of the day so many days after that moment's day."""
    return end_of(local_day(moment, timezone) + timedelta(days=days), timezone)


def last_day(expires_at: datetime, timezone: str) -> date:
    """The last day on which something that ends at that moment is still good."""
    return local_day(expires_at - timedelta(microseconds=1), timezone)
