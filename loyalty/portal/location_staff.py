"""Who works at a place: shown on its page, and changed from there."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, make_response, redirect, url_for
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, places, stations
from loyalty.merchants.models import Location
from loyalty.merchants.roles import PERMISSIONS, Permission, Role
from loyalty.portal.blueprint import blueprint
from loyalty.portal.words import role_name
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body
from loyalty.web.forms import read_form
from loyalty.web.locale import language, pick

_SAVED = Text("Salvato.", "Saved.")
_EVERYWHERE = Text("in ogni sede", "at every place")
_ALWAYS = Text("chi è titolare sta ovunque", "owners stand everywhere")
_HERE = Text("qui, e non ovunque", "here, not everywhere")
_ELSEWHERE = Text("in altre sedi", "at other places")


class _People(Body):
    """Refs of those ticked, and of those who were when the page was made."""

    people = fields.List(fields.String(), load_default=list)
    was = fields.List(fields.String(), load_default=list)


_form = _People()


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who may stand at a till: here or not, and whether that can be changed."""

    ref: str
    name: str
    role: str
    where: str
    is_here: bool
    is_fixed: bool


def workers(place: Location) -> list[Worker]:
    """Everybody who opens tills, those here first; nobody for who does not see the staff."""
    duty, records = guard.duty(), reads.session()
    if Permission.STAFF not in duty.permissions:
        return []
    limited = stations.of_shop(records, merchant_id=duty.merchant_id)
    people = [
        _worker(person, limited.get(person.staff_id, frozenset()), place.id)
        for person in accounts.list_staff(records, merchant_id=duty.merchant_id)
        if person.active and Permission.ACCRUE in PERMISSIONS[person.role]
    ]
    return sorted(people, key=lambda one: (not one.is_here, one.name.casefold()))


def _worker(person: accounts.Person, limited: stations.Places, place: UUID) -> Worker:
    is_owner, is_here = person.role is Role.OWNER, stations.may_stand(limited, place)
    where = _EVERYWHERE if not limited else _HERE if is_here else _ELSEWHERE
    return Worker(
        ref=accounts.staff_ref(person),
        name=person.name,
        role=role_name(person.role),
        where=pick(_ALWAYS if is_owner else where),
        is_here=is_here,
        is_fixed=is_owner,
    )


@blueprint.post("/portal/locations/<location_ref>/staff")
@guard.staff(Permission.SETTINGS, Permission.STAFF, fresh=True)
def change_workers(location_ref: str) -> Response:
    """Only what was ticked or unticked on this page changes, whatever others did meanwhile."""
    form, duty = read_form(_form), guard.duty()
    row = places.find(reads.session(), merchant_id=duty.merchant_id, location_ref=location_ref)
    known = {one.ref for one in workers(row) if not one.is_fixed}
    ticked, was = (known & set(form.values.get(name, ())) for name in ("people", "was"))
    try:
        with write() as records:
            stations.change_at(
                records,
                duty=duty,
                location_id=row.id,
                joins=_ids(ticked - was),
                leaves=_ids(was - ticked),
                at=clock.now(),
            )
        toasts.say(_SAVED)
    except Invalid as error:
        toasts.say(error.facts_in(language())["fields"]["people"][0])
    here = url_for("portal.location", location_ref=location_ref, _anchor="h-workers")
    return make_response(redirect(here, 303))


def _ids(refs: Iterable[str]) -> list[UUID]:
    found = (parse_ref("stf", each) for each in sorted(refs))
    return [each for each in found if each is not None]
