"""Keys for other programs: make one, see whether it is used, take it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.text import Text
from loyalty.merchants import accounts, keys
from loyalty.merchants.keys import SCOPES, ListedKey
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.entering import go
from loyalty.portal.scope_words import WORDS
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, pick

_CHOOSE = Text("Scegli almeno una cosa.", "Choose at least one.")
_GONE = Text("La chiave non apre più niente.", "The key opens nothing any more.")


class _Key(Body):
    name = Line((1, 120), required=True)
    scopes = fields.List(fields.String(), load_default=list)


_form = _Key()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A key as the list shows it."""

    ref: str
    name: str
    may: str
    made_by: str
    created_at: datetime
    used_at: datetime | None
    is_living: bool


@blueprint.get("/portal/keys", endpoint="keys")
@guard.staff(Permission.KEYS)
def keys_page() -> Response:
    """The keys, and a form for one more."""
    return _page(FormState())


@blueprint.post("/portal/keys")
@guard.staff(Permission.KEYS, fresh=True)
def make_key() -> Response:
    """A key, shown now and never again."""
    form = read_form(_form)
    scopes = set(form.values.get("scopes", []))
    if form.is_valid and (not scopes or scopes - SCOPES):
        form = form.refuse("scopes", _CHOOSE)
    if not form.is_valid:
        return _page(form, status=422)
    name = form.values["name"]
    with write() as records:
        made = keys.hand_out(records, duty=guard.duty(), name=name, scopes=scopes, at=clock.now())
    return _page(FormState(), fresh={"name": name, "key": made})


@blueprint.post("/portal/keys/<key_ref>/revoke")
@guard.staff(Permission.KEYS, fresh=True)
def revoke_key(key_ref: str) -> Response:
    """The key opens nothing from now on."""
    with write() as records:
        keys.take_back(records, duty=guard.duty(), key_ref=key_ref, at=clock.now())
    toasts.say(_GONE)
    return go("/portal/keys")


def _page(form: FormState, *, fresh: dict[str, str] | None = None, status: int = 200) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    people = {
        accounts.staff_ref(person): person.name
        for person in accounts.list_staff(records, merchant_id=merchant_id)
    }
    facts: dict[str, Any] = {"form": form, "fresh": fresh}
    facts["keys"] = [
        _shown(one, people) for one in keys.list_keys(records, merchant_id=merchant_id)
    ]
    facts["scopes"] = [(scope, pick(WORDS[scope])) for scope in WORDS]
    facts["ticked"] = form.values.get("scopes", [])
    facts["labels"] = {"name": gettext("Name"), "scopes": gettext("What it may do")}
    return make_response(render_template("portal/keys.html", **facts), status)


def _shown(one: ListedKey, people: dict[str, str]) -> _Shown:
    everything = pick(Text("tutto", "everything"))
    listed = ", ".join(pick(WORDS[scope]) if scope in WORDS else scope for scope in one.scopes)
    return _Shown(
        ref=one.ref,
        name=one.name,
        may=everything if set(one.scopes) >= SCOPES else listed,
        made_by=people.get(one.created_by or "", ""),
        created_at=one.created_at,
        used_at=one.used_at,
        is_living=one.revoked_at is None,
    )
