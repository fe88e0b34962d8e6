"""Which column of a file is which, as a person has chosen; its cells in the usual writing; pure."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loyalty.core.text import Text
from loyalty.imports import words
from loyalty.imports.lines import FileRefused
from loyalty.imports.person import CUSTOMERS
from loyalty.imports.sheet import SALES, Columns, Heading, Record, separator_of

TIME, SURNAME = "time", "surname"  # belong to the date, and to the name
KNOWN_BY = ("customer", "email", "phone")  # the first that there is tells who a customer is
_OF = {
    "sales": Columns(SALES.required[1:], (*SALES.optional, SALES.required[0], TIME)),
    "customers": Columns((), (*CUSTOMERS.required, *CUSTOMERS.optional, SURNAME)),
}
_QUOTED_MARK = re.compile(r"'(?=[=+@\t-])")  # our own files say so that nothing is a formula
_MONEY_SIGNS = re.compile("[€$£\\s\u00a0\u202f]|EUR", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?")
_MIDNIGHT = re.compile(r"[T ]0{1,2}:00(?::00)?$")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-][0-9]{4})?")
_LANGUAGES = {
    "italiano": "it", "italian": "it", "ita": "it",
    "inglese": "en", "english": "en", "eng": "en",
}  # fmt: skip


def meanings(kind: str) -> tuple[str, ...]:
    """Everything that a column of such a file may be."""
    return (*_OF[kind].required, *_OF[kind].optional)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What each column of a file is ("" for nothing), and what the file calls it."""

    kind: str
    headings: tuple[str, ...]
    columns: tuple[str, ...]

    def faults(self) -> dict[str, Text]:
        """What does not fit, by column; what is missing, by the name of what is missing."""
        found: dict[str, Text] = {}
        for column in {*self.columns} - {""}:
            if column not in meanings(self.kind):
                found[column] = words.NOT_A_MEANING
            elif self.columns.count(column) > 1:
                found[column] = words.CHOSEN_TWICE
        for column in _OF[self.kind].required:
            if column not in self.columns:
                found[column] = words.NOT_CHOSEN[column]
        if not {*KNOWN_BY} & {*self.columns}:
            found["customer"] = words.NOT_CHOSEN["customer"]
        return found

    def heading(self, line: str | None) -> Heading:
        """The heading as chosen; the file's own must be the one that was shown."""
        first = line or ""
        if tuple(cells_of(first)) != self.headings:
            raise FileRefused(words.OTHER_HEADING)
        places = {column: place for place, column in enumerate(self.columns) if column}
        by = next(column for column in KNOWN_BY if column in places)
        places.setdefault("customer", places[by])
        places = {column: at for column, at in places.items() if column not in (TIME, SURNAME)}
        if SURNAME in self.columns and "name" not in places:
            places["name"] = self.columns.index(SURNAME)
        return Heading(
            separator=separator_of(first),
            width=len(self.headings),
            places=places,
            ignored=(),
            called={column: self.headings[place] or column for column, place in places.items()},
        )

    def tidied(self, record: Record) -> Record:
        """The row with each cell as the readers expect it."""
        cells = [_QUOTED_MARK.sub("", cell.strip(), count=1) for cell in record.cells]
        given = {column: place for place, column in enumerate(self.columns) if column}
        for column, tidy in _TIDY.items():
            if column in given:
                cells[given[column]] = tidy(cells[given[column]])
        if TIME in given and "occurred_at" in given:
            place = given["occurred_at"]
            cells[place] = _moment(cells[place], cells[given[TIME]])
        if SURNAME in given and "name" in given:
            both = f"{cells[given['name']]} {cells[given[SURNAME]]}"
            cells[given["name"]] = both.strip()
        return replace(record, cells=cells)


def cells_of(line: str) -> list[str]:
    """The names of a heading, without the gaps around them."""
    try:
        found = next(csv.reader([line], delimiter=separator_of(line)), [])
    except csv.Error as error:
        raise FileRefused(words.UNREADABLE_HEADING) from error
    return [name.strip() for name in found]


def _moment(day: str, clock: str) -> str:
    found = _CLOCK.fullmatch(clock)
    if not day or not clock:
        return day
    whole = _MIDNIGHT.sub("", day)
    if found is None:
        return f"{whole} {clock}"
    return f"{whole} {int(found[1]):02d}:{found[2]}:{found[3] or '00'}"


def _money(text: str) -> str:
    """Without the sign of the currency; a trailing minus goes to the front."""
    plain = _MONEY_SIGNS.sub("", text)
    return f"-{plain[:-1]}" if plain.endswith("-") else plain


def _birthday(text: str) -> str:
    found = _DAY_FIRST.fullmatch(text)
    return f"{found[2]:0>2}-{found[1]:0>2}" if found else text


def _language(text: str) -> str:
    return _LANGUAGES.get(text.lower(), text)


_TIDY = {
    "amount": _money,
    "email": str.lower,
    "birthday": _birthday,
    "language": _language,
}


def shape(headings: Sequence[str]) -> str:
    """By what the choice of columns is remembered for files with the same headings."""
    return "\x1f".join(name.casefold() for name in headings)
