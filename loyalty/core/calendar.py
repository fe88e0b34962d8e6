"""Days and months in the shop's zone: when a day ends, what so many months later means (pure)."""

import calendar
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone of that name."""
    return ZoneInfo(name)


def local_day(moment: datetime, timezone: str) -> date:
    """The shop's date at that moment."""
    return moment.astimezone(zone(timezone)).date()


def local_hour(moment: datetime, timezone: str) -> int:
    """The hour that the shop's clocks show at that moment, 0 to 23."""
    return moment.astimezone(zone(timezone)).hour


def add_months(on: date, months: int) -> date:
    """The same day so many months later, or that month's last: 31 January + 1 is 28 February.

    Months may be negative. Beyond the calendar it stops at its first or last day.
    """
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if months > 0 else date.min
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def month_end(on: date) -> date:
    """The last day of that day's month."""
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def end_of(on: date, timezone: str) -> datetime:
    """The moment at which that day is over in the shop: the next midnight, in UTC.

    Where the clocks skip that midnight, the first moment of the next day. Raises OverflowError
    for the last day of the calendar.
    """
    midnight = datetime.combine(on + timedelta(days=1), time.min, zone(timezone))
    return midnight.astimezone(UTC)


@lru_cache(maxsize=4_096)
def months_after(on: date, months: int, timezone: str) -> datetime | None:
    """The end of the day so many months after; None beyond the calendar's last year."""
    try:
        return end_of(add_months(on, months), timezone)
    except OverflowError:
        return None


def idle_end(last_active_at: datetime, idle_months: int, timezone: str) -> datetime | None:
    """When units end that last so many months after a visit; None beyond the calendar."""
    try:
        return months_after(local_day(last_active_at, timezone), idle_months, timezone)
    except OverflowError:
        return None
