"""At which hours a shop may write, in its own time; summer time included (pure)."""

from datetime import datetime, time, timedelta

from loyalty.core.calendar import zone

_SUNDAY = 6
_DAYS_MAX = 3


def next_open(
    at: datetime, *, timezone: str, from_hour: int, until_hour: int, on_sundays: bool
) -> datetime:
    """`at` itself if letters may leave then, otherwise the first moment at which they may."""
    local = at.astimezone(zone(timezone))
    if _is_day(local, on_sundays=on_sundays) and from_hour <= local.hour < until_hour:
        return at
    for days in range(_DAYS_MAX):
        day = local.date() + timedelta(days=days)
        opens = datetime.combine(day, time(from_hour), zone(timezone)).astimezone(at.tzinfo)
        if opens > at and _is_day(opens.astimezone(zone(timezone)), on_sundays=on_sundays):
            return opens
    raise AssertionError("of three days one is no Sunday")


def _is_day(local: datetime, *, on_sundays: bool) -> bool:
    return on_sundays or local.weekday() != _SUNDAY
