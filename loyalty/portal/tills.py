"""The shop's tills: make a phone one, see who uses it, unlock a PIN, take it out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, render_template

from loyalty.cards import qr
from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, acts, devices, pins, places, stations, trust
from loyalty.merchants.acts import Act
from loyalty.merchants.devices import LINK_MINUTES, DeviceFacts
from loyalty.merchants.roles import Permission
from loyalty.merchants.trust import OFFLINE_REWARDS_MAX
from loyalty.portal.act_words import WORDS, of_group
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import gettext, pick

_ACTS_SHOWN = 12
_SAID = (
    *of_group("device"),
    *of_group("pin"),
    "rewards.offline",
    "limit.lift",
    "adjustment.approve",
)


_NOT_THEIRS = Text("Scegli una delle tue sedi.", "Choose one of your own places.")


class _Till(Body):
    name = Line((1, 60), required=True)
    location = Line((1, 120))


class _Offline(Body):
    rewards = TypedWhole(0, OFFLINE_REWARDS_MAX, required=True)


_form, _offline_form = _Till(), _Offline()


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Somebody with a PIN on a till."""

    ref: str
    name: str
    used_at: datetime | None
    is_locked: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    """A till as the list shows it; `state` is open, waiting, late (its code is over) or asleep."""

    ref: str
    name: str
    state: str
    place: str
    added_by: str
    seen_at: datetime | None
    seen_with: str
    keepers: list[_Keeper]


@dataclass(frozen=True, slots=True)
class _Happened:
    """A line of the staff log in words."""

    who: str
    what: str
    about: str
    where: str
    at: datetime


@blueprint.get("/portal/tills")
@guard.staff(Permission.TILLS)
def tills() -> Response:
    """The phones that are tills, and a form for one more."""
    return _page(FormState())


@blueprint.post("/portal/tills")
@guard.staff(Permission.TILLS)
def add_till() -> Response:
    """Prepare a till; its code is shown now, for ten minutes, and never again."""
    form = read_form(_form)
    if not form.is_valid:
        return _page(form, status=422)
    if not _is_where_they_stand(form.values.get("location", "")):
        return _page(form.refuse("location", _NOT_THEIRS), status=422)
    name = form.values["name"]
    with write() as records:
        token = devices.add(
            records,
            duty=guard.duty(),
            name=name,
            location=form.values.get("location"),
            at=clock.now(),
        )
    return _page(FormState(), fresh=_fresh(name, token))


@blueprint.post("/portal/tills/offline")
@guard.staff(Permission.TILLS)
def trust_tills() -> Response:
    """How many rewards each till may hand over before the network is back."""
    form = read_form(_offline_form)
    if not form.is_valid:
        return _page(FormState(), offline=form, status=422)
    with write() as records:
        trust.allow_offline_rewards(
            records, duty=guard.duty(), rewards=form.values["rewards"], at=clock.now()
        )
    return _back()


@blueprint.post("/portal/tills/<device_ref>/link")
@guard.staff(Permission.TILLS)
def renew_till(device_ref: str) -> Response:
    """Another code for a till that still waits for its phone."""
    duty, found = guard.duty(), _mine(device_ref)
    with write() as records:
        token = devices.renew_link(records, duty=duty, device_ref=device_ref, at=clock.now())
    return _page(FormState(), fresh=_fresh(found.name, token))


@blueprint.post("/portal/tills/<device_ref>/revoke")
@guard.staff(Permission.TILLS)
def revoke_till(device_ref: str) -> Response:
    """Take a till out: who works on it is out at once, and its PINs are over."""
    _mine(device_ref)
    with write() as records:
        devices.revoke(records, duty=guard.duty(), device_ref=device_ref, at=clock.now())
    return _back()


@blueprint.post("/portal/tills/<device_ref>/unlock/<staff_ref>")
@guard.staff(Permission.TILLS)
def unlock_pin(device_ref: str, staff_ref: str) -> Response:
    """Five fresh tries for somebody's PIN."""
    _mine(device_ref)
    with write() as records:
        pins.unlock(
            records,
            duty=guard.duty(),
            device_ref=device_ref,
            staff_ref=staff_ref,
            at=clock.now(),
        )
    return _back()


def _is_where_they_stand(name: str) -> bool:
    """Whether this person may set up a till at the place of that name."""
    duty = guard.duty()
    listed = places.list_locations(reads.session(), merchant_id=duty.merchant_id)
    found = next((one.id for one in listed if one.name == name), None)
    return stations.may_stand(duty.places, found)


def _mine(device_ref: str) -> DeviceFacts:
    """A till of the shop, and of the places where this person stands. Raises Unknown("device")."""
    duty = guard.duty()
    found = devices.find(reads.session(), merchant_id=duty.merchant_id, device_ref=device_ref)
    if not stations.may_stand(duty.places, found.location_id):
        raise Unknown("device")
    return found


def _back() -> Response:
    return make_response(redirect("/portal/tills", 303))


def _fresh(name: str, token: str) -> dict[str, str]:
    link = f"{current().settings.public_url}/till/join/{token}"
    return {"name": name, "link": link, "qr": qr.svg(link)}


def _page(
    form: FormState,
    *,
    offline: FormState | None = None,
    fresh: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    people = _names_of_people()
    locations = {
        place.id: place.name
        for place in places.list_locations(records, merchant_id=merchant_id)
        if stations.may_stand(guard.duty().places, place.id)
    }
    keepers = _keepers()
    facts: dict[str, Any] = {"form": form, "fresh": fresh, "minutes": LINK_MINUTES}
    facts["labels"] = {"name": gettext("Name of the till"), "location": gettext("Where it stands")}
    facts["offline"], facts["rewards_max"] = offline or FormState(), OFFLINE_REWARDS_MAX
    facts["offline_labels"] = {"rewards": gettext("Rewards for each till")}
    facts["stands"] = list(locations.values())
    facts["tills"] = [
        _Shown(
            ref=one.ref,
            name=one.name,
            state=_state(one),
            place=locations.get(one.location_id, "") if one.location_id else "",
            added_by=people.get(one.added_by, ""),
            seen_at=one.last_seen_at,
            seen_with=people.get(ref("stf", one.last_staff_id), "") if one.last_staff_id else "",
            keepers=keepers.get(one.ref, []),
        )
        for one in devices.list_devices(records, merchant_id=merchant_id)
        if stations.may_stand(guard.duty().places, one.location_id)
    ]
    facts["happened"] = _happened(people)
    return make_response(render_template("portal/tills.html", **facts), status)


def _state(one: DeviceFacts) -> str:
    at = clock.now()
    if one.joined_at is None:
        return "waiting" if one.link_expires_at > at else "late"
    return "open" if one.is_open(at) else "asleep"


def _names_of_people() -> dict[str, str]:
    found = accounts.list_staff(reads.session(), merchant_id=guard.duty().merchant_id)
    return {accounts.staff_ref(person): person.name for person in found}


def _keepers() -> dict[str, list[_Keeper]]:
    found: dict[str, list[_Keeper]] = {}
    for pin in pins.list_pins(reads.session(), merchant_id=guard.duty().merchant_id):
        keeper = _Keeper(ref("stf", pin.staff_id), pin.name, pin.used_at, pin.is_locked)
        found.setdefault(ref("dev", pin.device_id), []).append(keeper)
    return found


def _happened(people: dict[str, str]) -> list[_Happened]:
    """What the staff log says about tills, in words."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    names = devices.names(records, merchant_id=merchant_id)
    if guard.duty().places:  # who stands at some places only hears of those
        return []
    latest = acts.latest(records, merchant_id=merchant_id, among=_SAID, limit=_ACTS_SHOWN)
    return [_in_words(act, people, names) for act in latest]


def _in_words(act: Act, people: dict[str, str], names: dict[str, str]) -> _Happened:
    about = people.get(act.facts.get("asked_by", act.target), "")
    where = act.facts.get("device") or (act.target if act.target in names else act.device)
    return _Happened(
        who=people.get(act.actor, ""),
        what=pick(WORDS[act.act]),
        about=about if about != people.get(act.actor) else "",
        where=names.get(where or "", ""),
        at=act.at,
    )
