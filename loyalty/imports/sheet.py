"""A CSV file as records: its heading, its separator, and each row or why it is broken."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from loyalty.core.text import Text
from loyalty.imports import words
from loyalty.imports.lines import FileRefused

_LINES_PER_RECORD = 10
_Lines = Iterator[tuple[int, str | None]]
_Reading = Callable[[str | None], "Heading"]


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file may say: columns that it must have, and those that it may."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


SALES = Columns(
    ("customer", "occurred_at", "amount"),
    (
        "external_ref", "location", "sku", "item", "category", "quantity",
        "email", "phone", "name",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: its line in the file, the column at fault, and why."""

    line: int
    column: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row and the line on which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line: what separates the cells, and where each known column stands.

    `called` is what the file itself calls a column, where somebody has said which is which; then
    amounts may have a comma, for they were seen first.
    """

    separator: str
    width: int
    places: dict[str, int]
    ignored: tuple[str, ...]
    called: dict[str, str] = field(default_factory=dict)

    @property
    def has_comma(self) -> bool:
        """Whether 12,40 is an amount."""
        return self.separator == ";" or bool(self.called)

    def name(self, column: str) -> str:
        """A column in the words of the file."""
        return self.called.get(column, column)


def separator_of(line: str) -> str:
    """What separates the cells of a heading."""
    return ";" if line.count(";") > line.count(",") else ","


def read_heading(line: str | None, columns: Columns) -> Heading:
    """The heading of a file of such rows. Raises FileRefused."""
    if not line or not line.strip():
        raise FileRefused(words.EMPTY)
    separator = separator_of(line)
    names = [name.strip().lower() for name in next(csv.reader([line], delimiter=separator))]
    known = [name for name in names if name in columns.required or name in columns.optional]
    for name in columns.required:
        if name not in known:
            raise FileRefused(words.column_missing(name))
    for name in known:
        if known.count(name) > 1:
            raise FileRefused(words.column_twice(name))
    return Heading(
        separator=separator,
        width=len(names),
        places={name: names.index(name) for name in known},
        ignored=tuple(name for name in names if name and name not in known),
    )


class Sheet:
    """The rows under the heading, in order; each comes out once, as a Record or as a Refusal."""

    def __init__(
        self, lines: _Lines, columns: Columns = SALES, reading: _Reading | None = None
    ) -> None:
        """Reads the heading at once, by its names or by `reading`. Raises FileRefused."""
        self._lines = lines
        self._again: deque[tuple[int, str | None]] = deque()
        _, first = next(lines, (1, None))
        self.heading = reading(first) if reading else read_heading(first, columns)

    def __iter__(self) -> Iterator[Record | Refusal]:
        while (found := self._next()) is not None:
            line, text = found
            if text is None:
                yield Refusal(line, "", words.LONG_LINE)
            elif "\0" in text:
                yield Refusal(line, "", words.NUL)
            elif text:
                yield self._row(line, text)

    def _next(self) -> tuple[int, str | None] | None:
        if self._again:
            return self._again.popleft()
        return next(self._lines, None)

    def _row(self, line: int, text: str) -> Record | Refusal:
        if '"' in text:
            return self._quoted_row(line, text)
        return self._checked(line, text.split(self.heading.separator))

    def _checked(self, line: int, cells: list[str]) -> Record | Refusal:
        if len(cells) != self.heading.width:
            return Refusal(line, "", words.wrong_width(len(cells), self.heading.width))
        return Record(line, cells)

    def _quoted_row(self, line: int, text: str) -> Record | Refusal:
        """A row with quotation marks, which may go on over the next lines.

        A mark that is never closed would swallow good rows: the lines after it are then read
        again on their own, so that it costs one row.
        """
        cells = self._cells(text)
        if cells is not None:
            return self._checked(line, cells)
        if text.count('"') % 2 == 0:
            return Refusal(line, "", words.BROKEN_QUOTE)
        taken: list[tuple[int, str | None]] = []
        while len(taken) < _LINES_PER_RECORD and (more := self._next()) is not None:
            taken.append(more)
            if more[1] is None or "\0" in more[1] or self._looks_whole(more[1]):
                break
            text = f"{text}\n{more[1]}"
            cells = self._cells(text) if '"' in more[1] else None
            if cells is not None and len(cells) == self.heading.width:
                return Record(line, cells)
        self._again.extendleft(reversed(taken))
        return Refusal(line, "", words.OPEN_QUOTE)

    def _looks_whole(self, text: str) -> bool:
        """Whether a line has all the cells of a row: then it is one, and no part of a text."""
        return text.count(self.heading.separator) >= self.heading.width - 1

    def _cells(self, text: str) -> list[str] | None:
        """The cells of a whole record, None while a quotation mark is open or misplaced."""
        try:
            return next(csv.reader([text], delimiter=self.heading.separator, strict=True))
        except csv.Error:
            return None
