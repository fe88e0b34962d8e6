"""What a letter says to one person: the values of its gaps (pure)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date

from loyalty.core.calendar import local_day
from loyalty.core.text import Text, one_line
from loyalty.programs import expiry

NAME_LETTERS_MAX = 40
# A name that is an address or an order would be read as the shop's own words.
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same for everybody of a campaign."""

    shop: str
    timezone: str
    public_url: str
    offer: Text | None


def first_name(name: str | None) -> str:
    """What to call somebody, or nothing where what is known does not look like a name."""
    first = one_line(name or "").partition(" ")[0]
    fits = len(first) <= NAME_LETTERS_MAX and _NAME.fullmatch(first) is not None
    return first if fits else ""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who a letter is for; `code` and `until_at` are those of their voucher, if there is one."""

    name: str | None
    language: str
    token: str
    agreed_at: datetime
    code: str | None = None
    until_at: datetime | None = None


def values(frame: Frame, who: Whose) -> dict[str, str]:
    """The values of one person's letter, by the names of the tags."""
    language, until_at = who.language, who.until_at
    return {
        "first_name": first_name(who.name),
        "shop": frame.shop,
        "offer": frame.offer.pick(language) if frame.offer else "",
        "offer_code": spaced(who.code or ""),
        "offer_until": _last_day(until_at, frame.timezone, language) if until_at else "",
        "unsubscribe_url": f"{frame.public_url}/u/{who.token}",
        "view_url": f"{frame.public_url}/m/{who.token}",
        "answer_url": f"{frame.public_url}/q/{who.token}",
        "consent_day": _written(local_day(who.agreed_at, frame.timezone), language),
    }


def spaced(code: str) -> str:
    """A voucher's code as it is read aloud: 4-4-2."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}" if code else ""


def language_for(own: str | None, house: str, printed: Collection[str]) -> str:
    """The language for somebody: their own, the shop's, or the one that there is."""
    for wanted in (own, house):
        if wanted in printed:
            return str(wanted)
    return next(iter(printed))


def _last_day(until_at: datetime, timezone: str, language: str) -> str:
    return _written(expiry.last_day(until_at, timezone), language)


@lru_cache(maxsize=4_096)
def _written(day: date, language: str) -> str:
    return str(format_date(day, format="long", locale=language))
