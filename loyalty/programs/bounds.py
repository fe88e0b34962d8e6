"""The first and last moment of a window, as a version writes them: a day or a moment (pure)."""

from datetime import date, datetime, time, timedelta, timezone

_DATE_LETTERS = 10
# A day begins first in the east and ends last in the west; rules know no zone, so both count.
_EAST, _WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


def read(text: str) -> date | datetime | None:
    """The day ("2027-03-01") or the moment (RFC 3339) that a text names; None if there is none."""
    try:
        if len(text) == _DATE_LETTERS:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def is_empty(starts: date | datetime, ends: date | datetime) -> bool:
    """Whether nothing lies between the two, wherever the shop is; a last day counts in full."""
    if not isinstance(starts, datetime) and not isinstance(ends, datetime):
        return starts > ends
    return _earliest(starts) >= _latest(ends)


def _earliest(starts: date | datetime) -> datetime:
    if isinstance(starts, datetime):
        return starts
    return datetime.combine(starts, time.min, _EAST)


def _latest(ends: date | datetime) -> datetime:
    return ends if isinstance(ends, datetime) else datetime.combine(ends, time.max, _WEST)
