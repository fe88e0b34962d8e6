"""What a cell means: exact amounts and quantities, times in the shop's zone, texts."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from loyalty.core.money import AMOUNT_MINOR_MAX
from loyalty.core.text import Text
from loyalty.imports import words

QUANTITY_MILLI_MAX = 1_000_000_000
_QUANTITY_PLACES = 3
_EARLIEST_AT = datetime(1970, 1, 1, tzinfo=UTC)
# A bare date means noon, and clocks differ: today's sales may look some hours ahead.
_AHEAD_MAX = timedelta(days=1)
_NOON = time(12)
_NUMBER = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,15}))?")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?P<clock>[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
# With both marks it is plain which one groups: thousands by three, then the decimals.
_GROUPED = (
    re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3}){1,4},[0-9]{1,15}"),
    re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3}){1,4}\.[0-9]{1,15}"),
)
# Day first, as tills in Europe write it.
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<mark>[/.-])(?P<month>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})"
)
_MONTH_FIRST_ZONES = ("America/", "US/", "Pacific/Honolulu")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class NotTaken(Exception):
    """The cell cannot be used; `reason` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def scaled(text: str, places: int, *, comma: bool) -> int:
    """Plain digits as a whole number of 10^-places: "12.4" at 2 places is 1240. Raises NotTaken.

    `comma` allows 12,4 as well. Thousands may be marked only where both marks stand, as in
    1.234,50: else 1.234 could become 1.23.
    """
    plain = _ungrouped(text)
    if comma and "." not in plain:
        plain = plain.replace(",", ".", 1)
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise NotTaken(words.not_a_number(text))
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if len(fraction) > places:
        raise NotTaken(words.too_fine(text, places))
    number = int(whole + fraction.ljust(places, "0"))
    return -number if sign else number


def _ungrouped(text: str) -> str:
    if "," not in text or "." not in text:
        return text
    for pattern, mark in zip(_GROUPED, ".,", strict=True):
        if pattern.fullmatch(text):
            return text.replace(mark, "").replace(",", ".")
    return text


def amount_minor(text: str, places: int, *, comma: bool) -> int:
    """An amount in the currency's smallest unit, negative for a return. Raises NotTaken."""
    minor = scaled(text, places, comma=comma)
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise NotTaken(words.too_large(text))
    return minor


def quantity_milli(text: str, *, comma: bool) -> int:
    """A quantity in thousandths, negative for a return. Raises NotTaken."""
    milli = scaled(text, _QUANTITY_PLACES, comma=comma)
    if milli == 0 or abs(milli) > QUANTITY_MILLI_MAX:
        raise NotTaken(words.quantity_out_of_range(text))
    return milli


def moment(text: str, zone: ZoneInfo, *, latest_at: datetime) -> datetime:
    """The UTC time of a date or time of the shop, or of one with its own offset. Raises NotTaken.

    A bare date is noon. 31/03/2026 is day first, and is not taken where months come first. Of a
    time that the clocks show twice the first is meant; one that they skip moves on by what they
    skip: both are what fold=0 says (PEP 495).
    """
    plain = _year_first(text, zone)
    match = _TIME.fullmatch(plain)
    if match is None:
        raise NotTaken(words.not_a_time(text))
    try:
        found = datetime.fromisoformat(plain)
        if match["clock"] is None:
            found = datetime.combine(found, _NOON)
        at = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotTaken(words.not_a_time(text)) from error
    if not _EARLIEST_AT <= at <= latest_at + _AHEAD_MAX:
        raise NotTaken(words.time_out_of_range(text))
    return at


def _year_first(text: str, zone: ZoneInfo) -> str:
    """A date that begins with its day, the other way round."""
    found = _DAY_FIRST.match(text)
    if found is None or zone.key.startswith(_MONTH_FIRST_ZONES):
        return text
    date = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    return f"{date}{text[found.end() :].replace(' ', 'T', 1)}"


def short(text: str, column: str, longest: int) -> str:
    """The text itself if it fits. Raises NotTaken."""
    if len(text) > longest:
        raise NotTaken(words.too_long(column, longest))
    return text


def email(text: str) -> str:
    """An address that mail can be sent to. Raises NotTaken."""
    if not _EMAIL.fullmatch(text):
        raise NotTaken(words.not_an_email(text))
    return text
