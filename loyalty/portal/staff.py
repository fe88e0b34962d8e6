"""Who works in the shop: add, hand over a link, end somebody's access."""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, render_template

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import accounts
from loyalty.merchants.accounts import Person
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission, Role
from loyalty.portal.blueprint import blueprint
from loyalty.portal.words import role_name
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Email, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, pick
from loyalty.web.looks import initials

_ALREADY = Text(
    "È già nella lista: dal suo menu puoi fare un link nuovo.",
    "Already on the list: make a new link from their menu.",
)
_ELSEWHERE = Text(
    "Questo indirizzo è già usato in un altro negozio: servono due indirizzi diversi.",
    "This address is already used in another shop: two different addresses are needed.",
)
_NOT_YOURSELF = Text(
    "Non puoi togliere l'accesso a te: lo può fare un'altra persona titolare.",
    "You cannot remove your own access: another owner can.",
)


class _Invite(Body):
    name = Line((1, 120), required=True)
    email = Email(required=True)
    role = Choice(Role.CASHIER.value, Role.OWNER.value, required=True)


_invite_form = _Invite()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A person as the list shows them."""

    ref: str
    name: str
    email: str
    initials: str
    active: bool
    state: str
    state_kind: str
    can_dismiss: bool
    can_return: bool


@blueprint.get("/portal/staff")
@guard.staff(Permission.STAFF)
def staff() -> Response:
    """Everybody of the shop, and a form for one more."""
    return _page(FormState())


@blueprint.post("/portal/staff")
@guard.staff(Permission.STAFF)
def invite() -> Response:
    """Add a person; their one-time link is shown now and never again."""
    form = read_form(_invite_form)
    if form.is_valid and _by_email(form.values["email"]) is not None:
        form = form.refuse("email", _ALREADY)
    if not form.is_valid:
        return _page(form, status=422)
    email, name, role = form.values["email"], form.values["name"], Role(form.values["role"])
    try:
        link = _make_link(email, name, role)
    except StateConflict:
        return _page(form.refuse("email", _ELSEWHERE), status=422)
    return _page(FormState(), invited={"name": name, "link": link})


@blueprint.post("/portal/staff/<staff_ref>/link")
@guard.staff(Permission.STAFF)
def renew_link(staff_ref: str) -> Response:
    """A fresh link for somebody who lost theirs or forgot the password."""
    person = _by_ref(staff_ref)
    link = _make_link(person.email, person.name, person.role)
    return _page(FormState(), invited={"name": person.name, "link": link})


@blueprint.post("/portal/staff/<staff_ref>/dismiss")
@guard.staff(Permission.STAFF)
def dismiss(staff_ref: str) -> Response:
    """End somebody's access at once, on every device."""
    duty = guard.duty()
    if _by_ref(staff_ref).staff_id == duty.staff_id:
        return _page(FormState(), refusal=pick(_NOT_YOURSELF), status=409)
    with write() as records:
        accounts.dismiss_staff(records, merchant_id=duty.merchant_id, staff_ref=staff_ref)
        note(records, duty=duty, act="staff.dismiss", target=staff_ref, at=clock.now())
    return make_response(redirect("/portal/staff", 303))


@blueprint.post("/portal/staff/<staff_ref>/reinstate")
@guard.staff(Permission.STAFF)
def reinstate(staff_ref: str) -> Response:
    """Let somebody back in; they sign in with the password they had."""
    duty = guard.duty()
    with write() as records:
        accounts.reinstate_staff(records, merchant_id=duty.merchant_id, staff_ref=staff_ref)
        note(records, duty=duty, act="staff.reinstate", target=staff_ref, at=clock.now())
    return make_response(redirect("/portal/staff", 303))


def _make_link(email: str, name: str, role: Role) -> str:
    duty, at = guard.duty(), clock.now()
    with write() as records:
        token = accounts.invite_staff(
            records, merchant_id=duty.merchant_id, email=email, name=name, role=role, at=at
        )
        person = accounts.find_sign_in(records, email=email)
        assert person is not None, "invited a line above"
        note(records, duty=duty, act="staff.invite", target=ref("stf", person.staff_id), at=at)
    return f"{current().settings.public_url}/start/{token}"


def _people() -> list[Person]:
    return accounts.list_staff(reads.session(), merchant_id=guard.duty().merchant_id)


def _by_email(email: str) -> Person | None:
    return next((person for person in _people() if person.email == email.lower()), None)


def _by_ref(staff_ref: str) -> Person:
    for person in _people():
        if ref("stf", person.staff_id) == staff_ref:
            return person
    raise Unknown("staff")


def _page(
    form: FormState,
    *,
    invited: dict[str, str] | None = None,
    refusal: str | None = None,
    status: int = 200,
) -> Response:
    facts: dict[str, Any] = {"form": form, "invited": invited, "refusal": refusal}
    facts["people"] = [_shown(person) for person in _people()]
    facts["labels"] = {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "role": gettext("Role"),
    }
    return make_response(render_template("portal/staff.html", **facts), status)


def _shown(person: Person) -> _Shown:
    waiting = person.active and person.password_hash is None
    if not person.active:
        state, kind = pick(Text("senza accesso", "no access")), "badge-bad"
    elif waiting:
        state, kind = pick(Text("deve ancora entrare", "not in yet")), "badge-warn"
    else:
        state, kind = role_name(person.role), "badge-good" if person.role is Role.OWNER else ""
    is_me = person.staff_id == guard.duty().staff_id
    return _Shown(
        ref=ref("stf", person.staff_id),
        name=person.name,
        email=person.email,
        initials=initials(person.name),
        active=person.active,
        state=state,
        state_kind=kind,
        can_dismiss=person.active and not is_me,
        can_return=not person.active,
    )
