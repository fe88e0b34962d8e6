"""Who works in the shop: the list, one more person, and what each role may do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import StateConflict
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, factors, places, sessions, staffing, stations
from loyalty.merchants.accounts import Person
from loyalty.merchants.acts import note
from loyalty.merchants.models import Location
from loyalty.merchants.roles import Permission, Role
from loyalty.portal import permission_words
from loyalty.portal.blueprint import blueprint
from loyalty.portal.entering import go
from loyalty.portal.words import role_name
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Email, Line
from loyalty.web.forms import FormState, Tick, read_form
from loyalty.web.locale import gettext, pick
from loyalty.web.looks import initials

ROLES = tuple(role.value for role in Role)
_ALREADY = Text(
    "È già nella lista: aprila per fare un link nuovo.",
    "Already on the list: open them there to make a new link.",
)
_ELSEWHERE = Text(
    "Questo indirizzo è già usato in un altro negozio: servono due indirizzi diversi.",
    "This address is already used in another shop: two different addresses are needed.",
)
_NOT_IN = Text("deve ancora entrare", "not in yet")
_NO_PASSWORD = Text("ancora senza password", "no password yet")


class Invite(Body):
    """A new person; `places` are refs of locations, none of them: everywhere."""

    name = Line((1, 120), required=True)
    email = Email(required=True)
    role = Choice(*ROLES, required=True)
    places = fields.List(fields.String(), load_default=list)


class _Demand(Body):
    wanted = Tick()


_invite_form, _demand_form = Invite(), _Demand()


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as the list shows them."""

    ref: str
    name: str
    email: str
    initials: str
    active: bool
    role: str
    state: str
    state_kind: str
    seen_at: datetime | None
    has_factor: bool
    places: str


@blueprint.get("/portal/staff")
@guard.staff(Permission.STAFF)
def staff() -> Response:
    """Everybody of the shop, and a form for one more."""
    return _page(FormState())


@blueprint.get("/portal/staff/roles")
@guard.staff(Permission.STAFF)
def roles() -> str:
    """What each role may do, and whether the shop asks for a second step."""
    return render_template(
        "portal/roles.html",
        roles=[role_name(role) for role in Role],
        summaries=[pick(permission_words.SUMMARIES[role]) for role in Role],
        groups=permission_words.table(),
    )


@blueprint.post("/portal/staff/factor")
@guard.staff(Permission.STAFF, fresh=True)
def demand_factor() -> Response:
    """Ask everybody but cashiers for a second step, or leave it to each of them."""
    form = read_form(_demand_form)
    with write() as records:
        factors.demand_of_all(
            records, duty=guard.duty(), wanted=form.values["wanted"], at=clock.now()
        )
    return go("/portal/staff/roles")


@blueprint.post("/portal/staff")
@guard.staff(Permission.STAFF, fresh=True)
def invite() -> Response:
    """Add a person; their one-time link goes by mail, and is shown now and never again."""
    form = read_form(_invite_form)
    if form.is_valid and _by_email(form.values["email"]) is not None:
        form = form.refuse("email", _ALREADY)
    if not form.is_valid:
        return _page(form, status=422)
    email, name, role = form.values["email"], form.values["name"], Role(form.values["role"])
    try:
        link = make_link(email, name, role, picked(form, role))
    except StateConflict:
        return _page(form.refuse("email", _ELSEWHERE), status=422)
    return _page(FormState(), invited={"name": name, "link": link, "email": email})


def picked(form: FormState, role: Role) -> set[UUID]:
    """The locations that were ticked; an owner stands everywhere."""
    ids = {parse_ref("loc", text) for text in form.values["places"]}
    return {one for one in ids if one} if role is not Role.OWNER else set()


def make_link(email: str, name: str, role: Role, at_places: set[UUID] | None = None) -> str:
    """A link with which this person chooses a password, mailed to them too.

    `at_places` None: they are on the list, and stay where they are.
    """
    duty, at = guard.duty(), clock.now()
    with write() as records:
        token = accounts.invite_staff(
            records, merchant_id=duty.merchant_id, email=email, name=name, role=role, at=at
        )
        person = accounts.find_sign_in(records, email=email)
        assert person is not None, "invited a line above"
        staff_ref = accounts.staff_ref(person)
        note(records, duty=duty, act="staff.invite", target=staff_ref, at=at)
        if at_places is not None:
            stations.assign(records, duty=duty, staff_id=person.staff_id, places=at_places, at=at)
        staffing.send_start(records, duty=duty, staff_ref=staff_ref, token=token, at=at)
    return f"{current().settings.public_url}/start/{token}"


def shown(person: Person, *, seen_at: datetime | None, has_factor: bool, where: str) -> Shown:
    """The person in words."""
    if not person.active:
        state, kind = pick(Text("senza accesso", "no access")), "badge-bad"
    elif person.password_hash is None:  # at a till a PIN is enough
        state = pick(_NO_PASSWORD if seen_at else _NOT_IN)
        kind = "badge-warn"
    else:
        state, kind = "", ""
    return Shown(
        ref=accounts.staff_ref(person),
        name=person.name,
        email=person.email,
        initials=initials(person.name),
        active=person.active,
        role=role_name(person.role),
        state=state,
        state_kind=kind,
        seen_at=seen_at,
        has_factor=has_factor,
        places=where,
    )


def locations() -> list[Location]:
    """The shop's locations, by name."""
    return places.list_locations(reads.session(), merchant_id=guard.duty().merchant_id)


def _people() -> list[Shown]:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    names = {one.id: one.name for one in locations()}
    where = stations.of_shop(records, merchant_id=merchant_id)
    with_factor = factors.who_has(records, merchant_id=merchant_id)
    seen = sessions.last_seen(records, merchant_id=merchant_id)
    return [
        shown(
            person,
            seen_at=seen.get(person.staff_id),
            has_factor=person.staff_id in with_factor,
            where=", ".join(sorted(names[one] for one in where.get(person.staff_id, ()))),
        )
        for person in accounts.list_staff(records, merchant_id=merchant_id)
    ]


def _by_email(email: str) -> Person | None:
    everybody = accounts.list_staff(reads.session(), merchant_id=guard.duty().merchant_id)
    return next((person for person in everybody if person.email == email.lower()), None)


def _page(form: FormState, *, invited: dict[str, str] | None = None, status: int = 200) -> Response:
    facts: dict[str, Any] = {"form": form, "invited": invited, "people": _people()}
    facts["locations"] = [(ref("loc", one.id), one.name) for one in locations()]
    facts["roles"] = [
        (role.value, role_name(role), pick(permission_words.SUMMARIES[role]))
        for role in reversed(Role)
    ]
    facts["has_server"] = current().settings.smtp_url is not None
    facts["labels"] = {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "role": gettext("Role"),
    }
    return make_response(render_template("portal/staff.html", **facts), status)
