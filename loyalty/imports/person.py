"""One row of a file of customers as a person, or why it is none; pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from loyalty.core.text import one_line
from loyalty.customers import notes, tags
from loyalty.customers.consents import Purpose
from loyalty.imports import cells, words
from loyalty.imports.cells import NotTaken
from loyalty.imports.sale import EMAIL_MAX, PHONE_MAX, TEXT_MAX
from loyalty.imports.sheet import Columns, Heading, Record, Refusal

SOURCE_MAX = 40
_CONSENTS = {
    "consent_marketing_at": Purpose.MARKETING,
    "consent_profiling_at": Purpose.PROFILING,
}
PROFILE = ("name", "email", "phone", "birthday", "language")
TAGS, NOTE = "tags", "note"
TAGS_MAX = 20  # of one row
CUSTOMERS = Columns(("customer",), (*PROFILE, *_CONSENTS, "consent_source", TAGS, NOTE))
_BETWEEN_TAGS = re.compile(r"[,;|/\n]")
_BIRTHDAY = re.compile(r"(?:[0-9]{4}-)?([0-9]{2})-([0-9]{2})")
_LEAP_YEAR = 2000  # has a 29 February
_YEAR_MIN = 2000  # nobody agreed before


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says of a customer; what it leaves empty is not in `profile`.

    `consents` are the purposes agreed to, with the moment; `source` is where that was.
    """

    line: int
    customer: str
    profile: dict[str, str]
    consents: dict[Purpose, datetime]
    source: str | None
    tags: tuple[str, ...] = ()
    note: str | None = None


class PersonReader:
    """Turns the records under one heading into people; `zone` is the shop's."""

    def __init__(self, heading: Heading, zone: ZoneInfo, at: datetime) -> None:
        self._heading, self._zone, self._at = heading, zone, at
        every = (*CUSTOMERS.required, *CUSTOMERS.optional)
        called = {column: heading.name(column) for column in every}.__getitem__
        self._readers: dict[str, Callable[[str], str]] = {
            "customer": lambda text: cells.short(text, called("customer"), TEXT_MAX),
            "name": lambda text: cells.short(text, called("name"), TEXT_MAX),
            "email": lambda text: _email(cells.short(text, called("email"), EMAIL_MAX)),
            "phone": lambda text: cells.short(text, called("phone"), PHONE_MAX),
            "birthday": _birthday,
            "language": _language,
            "consent_source": lambda text: cells.short(text, called("consent_source"), SOURCE_MAX),
            NOTE: lambda text: cells.short(text, called(NOTE), notes.LETTERS_MAX),
        }

    def read(self, record: Record) -> Person | Refusal | None:
        """The person of a row; None for a row without a customer, whatever else it says."""
        places = self._heading.places
        if not record.cells[places["customer"]].strip():
            return None
        told: dict[str, str] = {}
        consents: dict[Purpose, datetime] = {}
        tagged: tuple[str, ...] = ()
        for column, place in places.items():
            text = record.cells[place].strip()
            if not text:
                continue
            try:
                if column in _CONSENTS:
                    consents[_CONSENTS[column]] = self._agreed(text)
                elif column == TAGS:
                    tagged = _tags(text, self._heading.name(TAGS))
                else:
                    told[column] = self._readers[column](text)
            except NotTaken as no:
                return Refusal(record.line, column, no.reason)
        source = told.pop("consent_source", None)
        if consents and source is None:
            return Refusal(record.line, "consent_source", words.SOURCE_NEEDED)
        who, note = told.pop("customer"), told.pop(NOTE, None)
        return Person(record.line, who, told, consents, source, tagged, note)

    def _agreed(self, text: str) -> datetime:
        at = cells.moment(text, self._zone, latest_at=self._at)
        if at.year < _YEAR_MIN:
            raise NotTaken(words.time_out_of_range(text))
        return min(at, self._at)  # a bare date of today is noon


def _tags(text: str, called: str) -> tuple[str, ...]:
    """The tags of a cell, each once, however it is written; a comma or the like stands between."""
    names = {one.casefold(): one for part in _BETWEEN_TAGS.split(text) if (one := one_line(part))}
    if len(names) > TAGS_MAX:
        raise NotTaken(words.too_many_tags(TAGS_MAX))
    return tuple(cells.short(one, called, tags.LETTERS_MAX) for one in names.values())


def _email(text: str) -> str:
    return cells.email(text).lower()


def _birthday(text: str) -> str:
    """Month and day; a year that the file knows is not kept."""
    match = _BIRTHDAY.fullmatch(text)
    try:
        if match is not None:
            return date(_LEAP_YEAR, int(match[1]), int(match[2])).isoformat()[5:]
    except ValueError:
        pass  # said below, like anything else that is no day
    raise NotTaken(words.not_a_birthday(text))


def _language(text: str) -> str:
    if text.lower() not in ("it", "en"):
        raise NotTaken(words.not_a_language(text))
    return text.lower()
