"""The first look at a file: its headings and some rows, or why it cannot be read; pure."""

import io
import zlib
from dataclasses import dataclass
from itertools import islice

from loyalty.imports import words
from loyalty.imports.chosen import cells_of
from loyalty.imports.lines import LINE_BYTES_MAX, FileRefused, numbered
from loyalty.imports.sheet import Heading, Record, Sheet, separator_of

COLUMNS_MAX = 60
HEAD_BYTES = 256 * 1024  # of the file, to look at
SHOWN = 5
_UNPACKED_MAX = 4 * HEAD_BYTES
_GZIP = b"\x1f\x8b"
# A workbook of Excel and LibreOffice is a zip; an older one is a compound file.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_HEADING_LETTERS_MAX = 120


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The headings as they stand in the file, and the first rows that can be read."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def look(head: bytes, *, is_all: bool) -> FirstLook:
    """See the first bytes of a file. Raises FileRefused with what to do instead."""
    if head.startswith(_WORKBOOKS):
        raise FileRefused(words.SPREADSHEET)
    if head.startswith(_OTHERS):
        raise FileRefused(words.NOT_TEXT)
    plain, is_whole = _unpacked(head, is_all=is_all)
    lines = plain.splitlines(keepends=True)
    if not lines or not plain.strip():
        raise FileRefused(words.EMPTY)
    sheet = Sheet(numbered(io.BytesIO(plain)), reading=_heading)
    rows = [row.cells for row in islice(sheet, SHOWN * 4) if isinstance(row, Record)]
    if len(lines) < 2 and is_whole:  # noqa: PLR2004  # the heading and a row
        raise FileRefused(words.HEADING_ONLY)
    return FirstLook(sheet.heading.ignored, tuple(tuple(row) for row in rows[:SHOWN]))


def _unpacked(head: bytes, *, is_all: bool) -> tuple[bytes, bool]:
    if not head.startswith(_GZIP):
        return head, is_all
    unpacking = zlib.decompressobj(31)
    try:
        plain = unpacking.decompress(head, _UNPACKED_MAX)
    except zlib.error as error:
        raise FileRefused(words.DAMAGED_GZIP) from error
    if is_all and not (unpacking.eof or unpacking.unconsumed_tail):
        raise FileRefused(words.DAMAGED_GZIP)
    return plain, unpacking.eof


def _heading(line: str | None) -> Heading:
    if line is None or len(line.encode()) >= LINE_BYTES_MAX:
        raise FileRefused(words.LONG_HEADING)
    if any(letter < " " and letter != "\t" for letter in line):
        raise FileRefused(words.NOT_TEXT)
    if not line.strip():
        raise FileRefused(words.EMPTY)
    names = cells_of(line)
    if len(names) > COLUMNS_MAX:
        raise FileRefused(words.too_wide(len(names), COLUMNS_MAX))
    if len(names) == 1:
        raise FileRefused(words.ONE_COLUMN)
    if any(len(name) > _HEADING_LETTERS_MAX for name in names):
        raise FileRefused(words.LONG_HEADING)
    return Heading(separator_of(line), len(names), {}, tuple(names))
