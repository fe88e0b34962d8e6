"""A table as a CSV file that Excel opens as it is, and in which no cell is ever a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from flask import Response, stream_with_context

from loyalty.core.money import digits
from loyalty.web.locale import language

Cell = str | int | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BELOW_ZERO = re.compile(r"-[0-9][0-9.,]*")
_ROWS_AT_ONCE = 200
_BOM = "\ufeff"  # else Excel takes accents for something else


def answer(name: str, rows: Iterable[Sequence[Cell]]) -> Response:
    """The rows as a file to keep; the separator is the one that Excel expects in that language."""
    response = Response(text(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def streamed(name: str, rows: Iterable[Sequence[Cell]]) -> Response:
    """The same for any number of rows: each is sent as it comes, and none is kept."""
    response = Response(stream_with_context(_parts(rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _parts(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    yield _BOM
    left = iter(rows)
    while some := list(islice(left, _ROWS_AT_ONCE)):
        yield _written(some)


def text(rows: Iterable[Sequence[Cell]]) -> str:
    """What stands in such a file."""
    return _BOM + _written(rows)


def _written(rows: Iterable[Sequence[Cell]]) -> str:
    written = io.StringIO()
    mark = ";" if language() == "it" else ","
    writer = csv.writer(written, delimiter=mark, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return written.getvalue()


def _safe(cell: Cell) -> Cell:
    """What a person has typed is shown as it is; a program that reads the file must not run it."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _BELOW_ZERO.fullmatch(cell):
        return f"'{cell}"
    return cell


def amount(minor: int | None, currency: str) -> str:
    """Money as a number in a cell, in the writing of the language: 12,40 or 12.40."""
    if minor is None:
        return ""
    places = digits(currency)
    if not places:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**places)
    mark = "," if language() == "it" else "."
    return f"{'-' if minor < 0 else ''}{whole}{mark}{rest:0{places}d}"
