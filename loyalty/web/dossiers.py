"""All that a shop holds of one person as a file to take along: one sheet for each kind of thing."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from loyalty.persons.words import TABLES
from loyalty.web import sheets
from loyalty.web.locale import gettext, pick
from loyalty.web.sheets import Cell

_FIRST = (1980, 1, 1, 0, 0, 0)  # a zip must say when; the same contents are the same file
# Rows by table, as `persons.export` has them.
Everything = Mapping[str, Sequence[Mapping[str, Any]]]


def packed(found: Everything) -> bytes:
    """The sheets in one zip, with an index that says what is what."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as files:
        named = [(f"{name}.csv", pick(TABLES[name])) for name in found]
        _add(files, "index", [(gettext("File"), gettext("What it is")), *named])
        for name, mine in found.items():
            lines = [[_cell(value) for value in row.values()] for row in mine]
            _add(files, name, [list(mine[0]), *lines])
    return into.getvalue()


def answer(content: bytes | str, mimetype: str, name: str) -> Response:
    """A file to keep under that name."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cell(value: Any) -> Cell:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value if value is None or type(value) is int else str(value)


def _add(files: zipfile.ZipFile, name: str, table: Sequence[Sequence[Cell]]) -> None:
    files.writestr(zipfile.ZipInfo(f"{name}.csv", _FIRST), sheets.text(table))
