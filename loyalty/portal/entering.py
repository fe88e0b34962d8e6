"""The way in once the password was right: the second step where there is one, then where to."""

from datetime import datetime, timedelta

import flask
from flask import Response, make_response, redirect, render_template
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import TooMany
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, factors, pins, stations
from loyalty.merchants.accounts import Person
from loyalty.merchants.acts import note
from loyalty.merchants.roles import PERMISSIONS, Permission, staff_duty
from loyalty.portal.blueprint import blueprint
from loyalty.web import device, guard, kept, reads, session
from loyalty.web.fields import Body, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.kept import Kept
from loyalty.web.locale import relative_path

TILL = "/till/"
_PENDING, _PENDING_FOR = "pending", timedelta(minutes=10)
WRONG_CODE = Text(
    "Questo codice non va: guarda quello che l'app mostra adesso.",
    "This code is not right: look at the one that the app shows now.",
)
REST = Text(
    "Troppi codici sbagliati. Riprova fra un quarto d'ora.",
    "Too many wrong codes. Try again in a quarter of an hour.",
)


class _Code(Body):
    code = Secret(required=True)
    next = fields.String()
    kept = fields.String()


_form = _Code()


def step_in(person: Person, *, wanted: str = "", typed: str = "", at: datetime) -> Response:
    """The password was right: ask for the code of who has a second factor, let others in."""
    if not factors.has(reads.session(), person=person):
        return _let_in(person, wanted, typed, at)
    flask.session[_PENDING] = [session.name_of(person), person.stamp, int(at.timestamp())]
    return _code_page(FormState(raw={"next": wanted, "kept": typed}))


@blueprint.get("/sign-in/code")
@guard.public("the second step of the door; without the first it leads back to it")
def ask_code() -> Response:
    """The code, for who has just typed their password."""
    if _pending(clock.now()) is None:
        return go("/sign-in")
    return _code_page(FormState())


@blueprint.post("/sign-in/code")
@guard.public("the second step of the door; wrong codes are counted")
def try_code() -> Response:
    """Let them in with the code of their app, or one from the paper."""
    form, at = read_form(_form), clock.now()
    person = _pending(at)
    if person is None:
        return go("/sign-in")
    if not form.is_valid:
        return _code_page(form, status=422)
    try:
        is_right = is_code_of(person, form.values["code"], at=at)
    except TooMany as error:
        page = _code_page(form.refuse("code", REST), status=429)
        page.headers["Retry-After"] = str(error.facts["retry_after_s"])
        return page
    if not is_right:
        return _code_page(form.refuse("code", WRONG_CODE), status=422)
    return _let_in(person, form.value("next"), form.value("kept"), at)


def is_code_of(person: Person, typed: str, *, at: datetime) -> bool:
    """Whether the code is right, and now used up. Raises TooMany; a paper code is noted."""
    secret = current().settings.secret
    with write() as records:
        before = factors.facts(records, person=person).codes_left
        is_right = factors.use(records, secret=secret, person=person, typed=typed, at=at)
        left = factors.facts(records, person=person).codes_left
        if left < before:
            duty = staff_duty(person.merchant_id, person.staff_id, person.role)
            target = accounts.staff_ref(person)
            note(records, duty=duty, act="factor.paper", target=target, at=at, left=left)
    return is_right


def _pending(at: datetime) -> Person | None:
    found = flask.session.get(_PENDING)
    if not found or at.timestamp() - found[2] > _PENDING_FOR.total_seconds():
        return None
    shop, _, staff = found[0].partition(".")
    merchant_id, staff_id = parse_ref("mer", shop), parse_ref("stf", staff)
    if merchant_id is None or staff_id is None:
        return None
    person = accounts.staff_by_id(reads.session(), merchant_id=merchant_id, staff_id=staff_id)
    return person if person and person.active and person.stamp == found[1] else None


def _let_in(person: Person, wanted: str, typed: str, at: datetime) -> Response:
    session.sign_in(person, at=at)
    waiting = kept.opened(typed, who=session.name_of(person), at=at)
    if waiting is not None:
        return kept_page(waiting, asks=True)
    return go(_way_in(person, relative_path(wanted) or home_of(person)))


def _way_in(person: Person, wanted: str) -> str:
    """Where they wanted to go; at a till the password frees their PIN, or asks for a first one."""
    here = device.here(person.merchant_id)
    if here is None or Permission.ACCRUE not in PERMISSIONS[person.role]:
        return wanted
    who = {"merchant_id": person.merchant_id, "staff_id": person.staff_id}
    if not stations.may_stand(stations.of_person(reads.session(), **who), here.location_id):
        return wanted
    with write() as records:
        pins.free(records, device=here, staff_id=person.staff_id)
    has_pin = pins.has_pin(reads.session(), device=here, staff_id=person.staff_id)
    return wanted if has_pin or not wanted.startswith(TILL) else f"{TILL}pin"


def home_of(person: Person | None) -> str:
    """Where somebody's day begins."""
    if person and Permission.REPORTS not in PERMISSIONS[person.role]:
        return TILL
    return "/portal/"


def kept_page(waiting: Kept, *, asks: bool) -> Response:
    """What was typed before, ready to be sent; without `asks` a script sends it at once."""
    return make_response(render_template("portal/kept.html", kept=waiting, asks=asks))


def _code_page(form: FormState, status: int = 200) -> Response:
    return make_response(render_template("portal/code.html", form=form), status)


def go(path: str) -> Response:
    """On to that page."""
    return make_response(redirect(path, 303))
