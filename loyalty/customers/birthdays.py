"""When somebody's birthday is next (pure); 29 February counts as 28."""

from datetime import date

SOON_DAYS = 7
_FEBRUARY, _LAST = 2, 28


def days_until(on: date, birthday: str | None) -> int | None:
    """Days from `on` to the next birthday, 0 on the day itself; `birthday` is MM-DD."""
    if birthday is None:
        return None
    month, day = int(birthday[:2]), int(birthday[3:])
    day = min(day, _LAST) if month == _FEBRUARY else day
    this_year = date(on.year, month, day)
    following = this_year if this_year >= on else date(on.year + 1, month, day)
    return (following - on).days


def is_soon(days: int | None) -> bool:
    """Whether to say it at the till: today, or within a week."""
    return days is not None and days <= SOON_DAYS
