"""The doors: sign in, the first password behind a one-time link, sign out."""

from flask import Response, make_response, render_template, request
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import TooMany, Unknown
from loyalty.core.text import Text
from loyalty.merchants import accounts
from loyalty.merchants.accounts import Invitation, Person
from loyalty.merchants.passwords import (
    PASSWORD_LETTERS_MAX,
    PASSWORD_LETTERS_MIN,
    hash_password,
    verify_password,
)
from loyalty.merchants.roles import PERMISSIONS, Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.entering import TILL, go, home_of, step_in
from loyalty.portal.words import role_name
from loyalty.programs import editor
from loyalty.web import device, guard, reads, session
from loyalty.web.fields import Body, Line, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import open_shop, pick

_NO_MATCH = Text(
    "E-mail e password non vanno d'accordo. Ricontrollale entrambe.",
    "The e-mail and the password do not match. Check both.",
)
_REST = Text(
    "Troppi tentativi con questo indirizzo. Riprova fra un quarto d'ora, o scegli una password"
    " nuova.",
    "Too many attempts with this address. Try again in a quarter of an hour, or choose a new"
    " password.",
)
TOO_SHORT = Text(
    f"Servono almeno {PASSWORD_LETTERS_MIN} caratteri.",
    f"At least {PASSWORD_LETTERS_MIN} characters are needed.",
)


class _SignIn(Body):
    email = Line((1, 254), required=True)
    password = Secret(required=True)
    next = fields.String()
    kept = fields.String()


class _Start(Body):
    username = fields.String()
    password = Secret(required=True)


_sign_in_form, _start_form = _SignIn(), _Start()


@blueprint.get("/")
@guard.public("sends everybody to their own page, which has its own guard")
def root() -> Response:
    """The bare address: the owner's overview, or the till for who works there or stands at one."""
    if device.here() is not None:
        return go(TILL)
    return go(home_of(session.person()))


@blueprint.get("/robots.txt")
@guard.public("the same for everybody")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@blueprint.get("/sign-in")
@guard.public("the door itself")
def sign_in() -> Response:
    """The form; who is already signed in goes on."""
    person = session.person()
    if person is not None:
        return go(home_of(person))
    return sign_in_page(FormState(raw={"next": request.args.get("next", "")}))


@blueprint.post("/sign-in")
@guard.public("the door itself; failed attempts are counted")
def try_sign_in() -> Response:
    """Let somebody in, or say that the two do not match: never which of them is wrong."""
    form = read_form(_sign_in_form)
    if not form.is_valid:
        return sign_in_page(form, status=422)
    at, email = clock.now(), form.values["email"].lower()
    origin = request.remote_addr or ""
    try:
        accounts.check_attempts(reads.session(), email=email, origin=origin, at=at)
    except TooMany as error:
        page = sign_in_page(form, pick(_REST), status=429)
        page.headers["Retry-After"] = str(error.facts["retry_after_s"])
        return page
    person = accounts.find_sign_in(reads.session(), email=email)
    known = person.password_hash if person and person.active else None
    if not verify_password(known, form.values["password"]) or person is None:
        with write() as records:
            accounts.count_attempt(records, email=email, origin=origin, at=at)
        return sign_in_page(form, pick(_NO_MATCH), status=422)
    return step_in(person, wanted=form.value("next"), typed=form.value("kept"), at=at)


@blueprint.get("/start/<token>")
@guard.public("the token is the proof; looking does not use it up")
def start(token: str) -> Response:
    """For which shop and role the link is, and a field for the first password."""
    invitation = _invitation(token)
    if invitation is None:
        return make_response(render_template("portal/link_gone.html"), 404)
    return _start_page(invitation, FormState())


@blueprint.post("/start/<token>")
@guard.public("the token is the proof; it works once")
def accept(token: str) -> Response:
    """Set the password, use the link up, and go in."""
    invitation = _invitation(token)
    if invitation is None:
        return make_response(render_template("portal/link_gone.html"), 404)
    form = read_form(_start_form)
    password = form.values.get("password", "")
    if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
        return _start_page(invitation, FormState().refuse("password", TOO_SHORT), status=422)
    hashed, at = hash_password(password), clock.now()
    with write() as records:
        person = accounts.accept_link(records, token=token, password_hash=hashed, at=at)
    return step_in(person, wanted=_first_page(person), at=at)


def _first_page(person: Person) -> str:
    """Who comes to a shop that has no program yet begins with what they would like."""
    is_theirs = Permission.PROGRAMS in PERMISSIONS[person.role]
    if is_theirs and not editor.page(reads.session(), merchant_id=person.merchant_id, limit=1):
        return "/portal/welcome"
    return home_of(person)


@blueprint.post("/sign-out")
@guard.public("ends the session of this browser, if there is one")
def sign_out() -> Response:
    """Out, and back to the door; at a till, to the names of who works there."""
    session.sign_out()
    return go("/till/people" if device.here() is not None else "/sign-in")


def _invitation(token: str) -> Invitation | None:
    try:
        found = accounts.open_link(reads.session(), token=token, at=clock.now())
    except Unknown:
        return None
    open_shop(found.merchant_id)
    return found


def sign_in_page(form: FormState, refusal: str | None = None, status: int = 200) -> Response:
    """The door, with a sentence on it where there is something to say."""
    page = render_template(
        "portal/sign_in.html",
        form=form,
        refusal=refusal,
        kept=form.value("kept"),
        can_sign_up=current().settings.sign_up,
    )
    return make_response(page, status)


def _start_page(invitation: Invitation, form: FormState, status: int = 200) -> Response:
    page = render_template(
        "portal/start.html",
        invitation=invitation,
        role_name=role_name(invitation.role),
        form=form,
    )
    return make_response(page, status)
