"""One person who works here: role, places, a new link, a lost phone, the end of access."""

from typing import Any

from flask import Response, make_response, render_template, url_for
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, factors, sessions, staffing, stations
from loyalty.merchants.accounts import Person
from loyalty.merchants.acts import note
from loyalty.merchants.roles import PERMISSIONS, Permission, Role
from loyalty.portal import permission_words
from loyalty.portal.blueprint import blueprint
from loyalty.portal.entering import go
from loyalty.portal.staff import ROLES, locations, make_link, picked, shown
from loyalty.portal.words import role_name
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Choice
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import language, pick

_NOT_YOURSELF = Text(
    "Non puoi togliere l'accesso a te: lo può fare un'altra persona titolare.",
    "You cannot remove your own access: another owner can.",
)
_CHANGED = Text(
    "Nel frattempo qualcuno ha cambiato il ruolo in {role}. Guarda, e salva di nuovo se va bene.",
    "Meanwhile somebody has changed the role to {role}. Have a look, and save again if it is fine.",
)
_SAVED = Text("Salvato.", "Saved.")
_FACTOR_OFF = Text(
    "Il secondo passo è tolto: al prossimo accesso basta la password.",
    "The second step is off: next time the password is enough.",
)
_OUT = Text("{name} non entra più.", "{name} is out.")


class _Standing(Body):
    role = Choice(*ROLES, required=True)
    was = Choice(*ROLES, required=True)
    places = fields.List(fields.String(), load_default=list)


_form = _Standing()


@blueprint.get("/portal/staff/<staff_ref>")
@guard.staff(Permission.STAFF)
def person(staff_ref: str) -> Response:
    """Somebody of the shop, with all that can be changed about them."""
    return _page(_find(staff_ref))


@blueprint.post("/portal/staff/<staff_ref>")
@guard.staff(Permission.STAFF, fresh=True)
def change_person(staff_ref: str) -> Response:
    """Another role, and other locations; unless somebody else has changed the role meanwhile."""
    form, found, at = read_form(_form), _find(staff_ref), clock.now()
    if not form.is_valid:
        return _page(found, form, status=422)
    if form.values["was"] != found.role.value:
        now = pick(_CHANGED).format(role=role_name(found.role))
        return _page(found, form, refusal=now, status=409)
    role = Role(form.values["role"])
    try:
        with write() as records:
            staffing.change_role(records, duty=guard.duty(), staff_ref=staff_ref, role=role, at=at)
            stations.assign(
                records,
                duty=guard.duty(),
                staff_id=found.staff_id,
                places=picked(form, role),
                at=at,
            )
    except Invalid as error:
        faults = error.facts_in(language())["fields"]
        return _page(found, form.refuse_all(faults), status=422)
    toasts.say(_SAVED)
    return go(f"/portal/staff/{staff_ref}")


@blueprint.post("/portal/staff/<staff_ref>/link")
@guard.staff(Permission.STAFF, fresh=True)
def renew_link(staff_ref: str) -> Response:
    """A fresh link for somebody who lost theirs or forgot the password."""
    found = _find(staff_ref)
    link = make_link(found.email, found.name, found.role)
    return _page(found, link=link)


@blueprint.post("/portal/staff/<staff_ref>/dismiss")
@guard.staff(Permission.STAFF, fresh=True)
def dismiss(staff_ref: str) -> Response:
    """End somebody's access at once, on every device."""
    duty, found = guard.duty(), _find(staff_ref)
    if found.staff_id == duty.staff_id:
        return _page(found, refusal=pick(_NOT_YOURSELF), status=409)
    with write() as records:
        accounts.dismiss_staff(records, merchant_id=duty.merchant_id, staff_ref=staff_ref)
        sessions.end_all(records, merchant_id=duty.merchant_id, staff_id=found.staff_id)
        note(records, duty=duty, act="staff.dismiss", target=staff_ref, at=clock.now())
    undo = url_for("portal.reinstate", staff_ref=staff_ref)
    toasts.say(pick(_OUT).format(name=found.name), undo=undo)
    return go("/portal/staff")


@blueprint.post("/portal/staff/<staff_ref>/reinstate")
@guard.staff(Permission.STAFF, fresh=True)
def reinstate(staff_ref: str) -> Response:
    """Let somebody back in; they sign in with the password they had."""
    duty = guard.duty()
    with write() as records:
        accounts.reinstate_staff(records, merchant_id=duty.merchant_id, staff_ref=staff_ref)
        note(records, duty=duty, act="staff.reinstate", target=staff_ref, at=clock.now())
    return go("/portal/staff")


@blueprint.post("/portal/staff/<staff_ref>/factor/reset")
@guard.staff(Permission.STAFF, fresh=True)
def reset_factor(staff_ref: str) -> Response:
    """For who has lost the phone: the second step is off, and their sessions end."""
    duty, found = guard.duty(), _find(staff_ref)
    whose = {"merchant_id": duty.merchant_id, "staff_id": found.staff_id}
    with write() as records:
        factors.remove(records, duty=duty, **whose, at=clock.now())
        sessions.end_all(records, **whose)
    toasts.say(_FACTOR_OFF)
    return go(f"/portal/staff/{staff_ref}")


def _find(staff_ref: str) -> Person:
    merchant_id = guard.duty().merchant_id
    return staffing.find(reads.session(), merchant_id=merchant_id, staff_ref=staff_ref)


def _page(
    found: Person,
    form: FormState | None = None,
    *,
    link: str = "",
    refusal: str = "",
    status: int = 200,
) -> Response:
    records = reads.session()
    facts: dict[str, Any] = {"link": link, "refusal": refusal, "role": found.role}
    whose = {"merchant_id": found.merchant_id, "staff_id": found.staff_id}
    at_places = stations.of_person(records, **whose)
    facts["form"] = form or FormState()
    facts["ticked"] = (
        form.values.get("places", []) if form else [ref("loc", one) for one in at_places]
    )
    facts["locations"] = [(ref("loc", one.id), one.name) for one in locations()]
    facts["roles"] = [
        (role.value, role_name(role), pick(permission_words.SUMMARIES[role])) for role in Role
    ]
    facts["who"] = shown(
        found,
        seen_at=sessions.last_seen(records, merchant_id=found.merchant_id).get(found.staff_id),
        has_factor=factors.has(records, person=found),
        where="",
    )
    facts["is_me"] = found.staff_id == guard.duty().staff_id
    facts["stands"] = Permission.ACCRUE in PERMISSIONS[found.role]
    return make_response(render_template("portal/person.html", **facts), status)
