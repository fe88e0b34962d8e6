"""My account: name and language, address, password, the second step, and where I am signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, make_response, render_template
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict, TooMany, Unknown
from loyalty.core.text import Text
from loyalty.merchants import devices, factors, sessions, staffing
from loyalty.merchants.passwords import hash_password
from loyalty.merchants.sessions import Seat, SessionFacts
from loyalty.portal.blueprint import blueprint
from loyalty.portal.confirming import is_password_of
from loyalty.portal.entering import go
from loyalty.portal.words import role_name
from loyalty.web import guard, reads, session, toasts
from loyalty.web.fields import Body, Choice, Email, Line, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import COOKIE, LANGUAGES, gettext, language, open_shop

HERE = "/portal/account"
_TAKEN = Text("Questo indirizzo è già usato.", "This address is in use already.")
_SAME = Text("È già il tuo indirizzo.", "This is your address already.")
_NOT_IT = Text("Non è la tua password di adesso.", "This is not your present password.")
_REST = Text(
    "Troppi tentativi. Riprova fra un quarto d'ora.",
    "Too many tries. Try again in a quarter of an hour.",
)
_SAVED = {
    "me": Text("Salvato.", "Saved."),
    "password": Text(
        "La password nuova vale da adesso. Gli altri accessi sono chiusi.",
        "The new password is in force. Your other sessions are closed.",
    ),
    "sessions": Text("Accesso chiuso.", "Session closed."),
}


class _Me(Body):
    name = Line((1, 120), required=True)
    language = Choice(*LANGUAGES, required=True)


class _Address(Body):
    email = Email(required=True)


class _Password(Body):
    username = fields.String()
    old = Secret(required=True)
    password = Secret(required=True)


_me_form, _address_form, _password_form = _Me(), _Address(), _Password()


@dataclass(frozen=True, slots=True)
class _Open:
    """A session as the list shows it."""

    ref: str
    where: str
    seen_at: datetime
    since: datetime
    is_here: bool


@blueprint.get("/portal/account")
@guard.staff(bare=True)
def account() -> Response:
    """Everything about me, each part with its own form."""
    return account_page()


@blueprint.post("/portal/account")
@guard.staff(bare=True)
def introduce() -> Response:
    """My name and my language."""
    form, person = read_form(_me_form), my_seat().person
    if not form.is_valid:
        return account_page(me=form, status=422)
    chosen = form.values["language"]
    with write() as records:
        staffing.introduce(records, person=person, name=form.values["name"], language=chosen)
    g.language = chosen
    toasts.say(_SAVED["me"])
    response = go(HERE)
    response.delete_cookie(COOKIE)  # my own word comes before what this browser was once told
    return response


@blueprint.post("/portal/account/email")
@guard.staff(bare=True, fresh=True)
def move_address() -> Response:
    """Another address: a link goes there, and nothing changes before it is used."""
    form, person = read_form(_address_form), my_seat().person
    if form.is_valid and form.values["email"].lower() == person.email:
        form = form.refuse("email", _SAME)
    if not form.is_valid:
        return account_page(address=form, status=422)
    email = form.values["email"]
    try:
        with write() as records:
            staffing.ask_new_address(records, person=person, address=email, at=clock.now())
    except StateConflict:
        return account_page(address=form.refuse("email", _TAKEN), status=422)
    toasts.say(gettext("A link is on its way to %(address)s. It is good for a day.", address=email))
    return go(HERE)


@blueprint.post("/portal/account/password")
@guard.staff(bare=True)
def change_password() -> Response:
    """Another password: I stay in here, and am out everywhere else."""
    form, seat, at = read_form(_password_form), my_seat(), clock.now()
    if not form.is_valid:
        return account_page(secret=form, status=422)
    try:
        if not is_password_of(seat, form.values["old"]):
            return account_page(secret=form.refuse("old", _NOT_IT), status=422)
        hashed = hash_password(form.values["password"])
    except TooMany:
        return account_page(secret=form.refuse("old", _REST), status=429)
    except Invalid as error:
        faults = error.facts_in(language())["fields"]
        return account_page(secret=form.refuse_all(faults), status=422)
    with write() as records:
        person = staffing.set_password(
            records, duty=guard.duty(), person=seat.person, password_hash=hashed, at=at
        )
    session.sign_in(person, at=at)
    toasts.say(_SAVED["password"])
    return go(HERE)


@blueprint.post("/portal/account/sessions/<session_ref>/end")
@guard.staff(bare=True)
def end_session(session_ref: str) -> Response:
    """Close one of my sessions; my own is closed at the door."""
    with write() as records:
        sessions.end_one(records, person=my_seat().person, session_ref=session_ref)
    toasts.say(_SAVED["sessions"])
    return go(HERE)


@blueprint.post("/portal/account/sessions/others/end")
@guard.staff(bare=True)
def end_other_sessions() -> Response:
    """Close all of my sessions but this one."""
    seat = my_seat()
    whose = {"merchant_id": seat.person.merchant_id, "staff_id": seat.person.staff_id}
    with write() as records:
        sessions.end_all(records, **whose, but=seat.id)
    toasts.say(_SAVED["sessions"])
    return go(HERE)


@blueprint.get("/address/<token>")
@guard.public("the token is the proof; looking does not use it up")
def look_at_address(token: str) -> Response:
    """Which address it would be from now on, and one button."""
    return _address_page(token)


@blueprint.post("/address/<token>")
@guard.public("the token is the proof; it works once")
def take_address(token: str) -> Response:
    """From now on they sign in with the new address."""
    try:
        with write() as records:
            staffing.take_new_address(records, token=token, at=clock.now())
    except (Unknown, StateConflict):
        return _gone()
    return make_response(render_template("portal/address.html", address="", done=True))


def _address_page(token: str) -> Response:
    try:
        person, address = staffing.look_at_address(reads.session(), token=token, at=clock.now())
    except Unknown:
        return _gone()
    open_shop(person.merchant_id)
    return make_response(render_template("portal/address.html", address=address, done=False))


def _gone() -> Response:
    return make_response(render_template("portal/link_gone.html"), 404)


def my_seat() -> Seat:
    """My own session; the guard has seen it."""
    found = session.seat()
    assert found is not None, "the guard has let them in"
    return found


def account_page(
    *,
    me: FormState | None = None,
    address: FormState | None = None,
    secret: FormState | None = None,
    status: int = 200,
) -> Response:
    """The page, with what is wrong in one of its forms."""
    seat, at = my_seat(), clock.now()
    facts: dict[str, Any] = {"seat": seat, "role_name": role_name(seat.person.role)}
    empty = FormState()
    facts |= {"me": me or empty, "address": address or empty, "secret": secret or empty}
    records = reads.session()
    facts["factor"] = factors.facts(records, person=seat.person)
    facts["sessions"] = _sessions(seat, at)
    return make_response(render_template("portal/account.html", **facts), status)


def _sessions(seat: Seat, at: datetime) -> list[_Open]:
    records, person = reads.session(), seat.person
    tills = devices.names(records, merchant_id=person.merchant_id)
    found = sessions.of_person(records, person=person, at=at)
    return [
        _Open(one.ref, _where(one, tills), one.seen_at, one.created_at, one.id == seat.id)
        for one in found
    ]


def _where(one: SessionFacts, tills: dict[str, str]) -> str:
    browser = one.browser or gettext("A browser")
    till = tills.get(one.device or "")
    return f"{till} · {browser}" if till else browser
