"""My data as files to take along: one for programs, and one with sheets for people."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from loyalty.core.clock import rfc3339
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.persons import export, rows
from loyalty.persons.words import TABLES
from loyalty.wallet.blueprint import blueprint
from loyalty.wallet.holder import Holder, here
from loyalty.wallet.opening import WHY
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import gettext, pick, shop
from loyalty.web.sheets import Cell

_FIRST = (1980, 1, 1, 0, 0, 0)  # a zip must say when; the same contents are the same file


@blueprint.get("/c/<card_ref>/me/my-data.json")
@guard.public(WHY)
def my_data_as_json(card_ref: str) -> Response:
    """All of it as JSON."""
    holder = _holder(card_ref)
    whole = {
        "shop": {"ref": ref("mer", holder.facts.merchant_id), "name": _shop_name()},
        "as_of": rfc3339(holder.at),
        "tables": {
            name: {"what": TABLES[name].as_dict(), "rows": mine}
            for name, mine in _everything(holder).items()
        },
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    return _file(Response(text, mimetype="application/json"), "my-data.json")


@blueprint.get("/c/<card_ref>/me/my-data.zip")
@guard.public(WHY)
def my_data_as_sheets(card_ref: str) -> Response:
    """All of it as sheets, one for each kind of thing, and one that says what is what."""
    found, packed = _everything(_holder(card_ref)), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        named = [(f"{name}.csv", pick(TABLES[name])) for name in found]
        heading = (gettext("File"), gettext("What it is"))
        _add(files, "index", [heading, *named])
        for name, mine in found.items():
            _add(files, name, _sheet(mine))
    return _file(Response(packed.getvalue(), mimetype="application/zip"), "my-data.zip")


def _holder(card_ref: str) -> Holder:
    holder = here(card_ref)
    if holder is None:
        raise Unknown("card")
    return holder


def _shop_name() -> str:
    here_is = shop()
    assert here_is is not None, "an open card has a shop"
    return here_is.name


def _everything(holder: Holder) -> dict[str, list[dict[str, Any]]]:
    session = reads.session()
    who = rows.person(
        session, merchant_id=holder.facts.merchant_id, customer_ref=holder.customer_ref
    )
    return export.everything(session, who)


def _sheet(mine: Sequence[Mapping[str, Any]]) -> list[Sequence[Cell]]:
    return [list(mine[0]), *([_cell(value) for value in row.values()] for row in mine)]


def _cell(value: Any) -> Cell:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value if value is None or type(value) is int else str(value)


def _add(files: zipfile.ZipFile, name: str, table: Sequence[Sequence[Cell]]) -> None:
    files.writestr(zipfile.ZipInfo(f"{name}.csv", _FIRST), sheets.text(table))


def _file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
