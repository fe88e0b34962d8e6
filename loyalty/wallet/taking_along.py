"""My data as files to take along: one for programs, and one with sheets for people."""

import json
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
from loyalty.web import dossiers, guard, reads
from loyalty.web.locale import shop


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
    return dossiers.answer(text, "application/json", "my-data.json")


@blueprint.get("/c/<card_ref>/me/my-data.zip")
@guard.public(WHY)
def my_data_as_sheets(card_ref: str) -> Response:
    """All of it as sheets, one for each kind of thing, and one that says what is what."""
    packed = dossiers.packed(_everything(_holder(card_ref)))
    return dossiers.answer(packed, "application/zip", "my-data.zip")


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
