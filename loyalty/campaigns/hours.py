"""At which hours a shop may write, in its own time; summer time included (pure)."""

from datetime import datetime, time, timedelta

from loyalty.core.calendar import zone

_SUNDAY = 6
_DAYS_MAX = 4  # a Sunday, and a day whose hours clocks have jumped over


def next_open(
    at: datetime, *, timezone: str, from_hour: int, until_hour: int, on_sundays: bool
) -> datetime:
    """`at` itself if letters may leave then, otherwise the first moment at which they may."""
    local = at.astimezone(zone(timezone))

    def is_open(then: datetime) -> bool:
        return _is_day(then, on_sundays=on_sundays) and from_hour <= then.hour < until_hour

    if is_open(local):
        return at
    for days in range(_DAYS_MAX):
        day = local.date() + timedelta(days=days)
        opens = datetime.combine(day, time(from_hour), zone(timezone)).astimezone(at.tzinfo)
        if opens > at and is_open(opens.astimezone(zone(timezone))):
            return opens
    raise AssertionError("of four days one has these hours and is no Sunday")


def _is_day(local: datetime, *, on_sundays: bool) -> bool:
    return on_sundays or local.weekday() != _SUNDAY
