"""When units and vouchers end, in the merchant's zone; the last day counts in full (pure)."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from loyalty.programs.document import Expiry


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone of that name."""
    return ZoneInfo(name)


def local_day(moment: datetime, timezone: str) -> date:
    """The shop's date at that moment."""
    return moment.astimezone(zone(timezone)).date()


def add_months(on: date, months: int) -> date:
    """The same day so many months later, or that month's last: 31 January + 1 is 28 February."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def end_of(on: date, timezone: str) -> datetime:
    """The moment at which that day is over in the shop: the next midnight, in UTC."""
    midnight = datetime.combine(on + timedelta(days=1), time.min, zone(timezone))
    return midnight.astimezone(UTC)


def lot_expires_at(expiry: Expiry, occurred_at: datetime, timezone: str) -> datetime | None:
    """When units earned at that moment expire; None for never."""
    if expiry.kind == "never":
        return None
    assert expiry.kind == "rolling", "other kinds are refused at publish"
    return _rolling(local_day(occurred_at, timezone), expiry.months, timezone)


@lru_cache(maxsize=4_096)
def _rolling(on: date, months: int, timezone: str) -> datetime:
    return end_of(add_months(on, months), timezone)


def days_later(moment: datetime, days: int, timezone: str) -> datetime:
    """The end of the day so many days after that moment's day."""
    return end_of(local_day(moment, timezone) + timedelta(days=days), timezone)


def last_day(expires_at: datetime, timezone: str) -> date:
    """The last day on which something that ends at that moment is still good."""
    return local_day(expires_at - timedelta(microseconds=1), timezone)
