"""Sign-up: who keeps a shop opens it here, where the installation lets everybody do so."""

from flask import Response, abort, make_response, render_template
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import StateConflict, TooMany, Unknown
from loyalty.core.text import Text
from loyalty.merchants import signing_up
from loyalty.merchants.passwords import (
    PASSWORD_LETTERS_MAX,
    PASSWORD_LETTERS_MIN,
    hash_password,
)
from loyalty.merchants.signing_up import Wish
from loyalty.portal.blueprint import blueprint
from loyalty.portal.doors import TOO_SHORT, sign_in_page
from loyalty.portal.entering import step_in
from loyalty.web import guard, visitor
from loyalty.web.fields import Body, Email, Line, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import language, pick

_REST = Text(
    "Lo hai già chiesto più volte. Guarda anche nella posta indesiderata, o riprova fra un'ora.",
    "You have asked several times already. Look into your spam folder too, or try in an hour.",
)
_THERE_ALREADY = Text(
    "Il negozio è già aperto: entra con il tuo indirizzo.",
    "The shop is open already: sign in with your address.",
)


class _Wish(Body):
    shop = Line((1, 120), required=True)
    name = Line((1, 120), required=True)
    email = Email(required=True)


class _Password(Body):
    username = fields.String()
    password = Secret(required=True)


_wish_form, _password_form = _Wish(), _Password()


@blueprint.get("/signup")
@guard.public("whoever keeps a shop; not there where the installation is closed")
def sign_up() -> Response:
    """Three fields."""
    _demand_open()
    return _page(FormState())


@blueprint.post("/signup")
@guard.public("answers the same for every address; how often is counted")
def ask_sign_up() -> Response:
    """A link is on its way, to whom only the mail says what it is."""
    _demand_open()
    form = read_form(_wish_form)
    if not form.is_valid:
        return _page(form, status=422)
    values = form.values
    wish = Wish(values["shop"], values["name"], values["email"].lower(), language())
    try:
        with write() as records:
            signing_up.ask(records, wish=wish, origin=visitor.origin(), at=clock.now())
    except TooMany as error:
        page = _page(form.refuse("email", _REST), status=429)
        page.headers["Retry-After"] = str(error.facts["retry_after_s"])
        return page
    return _page(FormState(), sent_to=wish.email)


@blueprint.get("/signup/<token>")
@guard.public("the token is the proof; looking opens nothing")
def confirm_sign_up(token: str) -> Response:
    """What will be opened, and a field for the password."""
    _demand_open()
    try:
        wish = signing_up.read(token, at=clock.now())
    except Unknown:
        return make_response(render_template("portal/link_gone.html"), 404)
    return _confirm_page(wish, FormState())


@blueprint.post("/signup/<token>")
@guard.public("the token is the proof; it opens one shop")
def open_shop(token: str) -> Response:
    """Open the shop, and lead its owner to the first program; twice it is one shop."""
    _demand_open()
    at = clock.now()
    try:
        wish = signing_up.read(token, at=at)
    except Unknown:
        return make_response(render_template("portal/link_gone.html"), 404)
    form = read_form(_password_form)
    password = form.values.get("password", "")
    if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
        return _confirm_page(wish, FormState().refuse("password", TOO_SHORT), status=422)
    hashed = hash_password(password)
    try:
        with write() as records:
            person = signing_up.open_shop(records, wish=wish, password_hash=hashed, at=at)
    except StateConflict:
        return sign_in_page(FormState(raw={"email": wish.email}), pick(_THERE_ALREADY), status=409)
    return step_in(person, wanted="/portal/welcome", at=at)


def _demand_open() -> None:
    """Not there where only whoever runs the installation opens shops."""
    if not current().settings.sign_up:
        abort(404)


def _page(form: FormState, *, sent_to: str = "", status: int = 200) -> Response:
    html = render_template("portal/sign_up.html", form=form, sent_to=sent_to)
    return make_response(html, status)


def _confirm_page(wish: Wish, form: FormState, status: int = 200) -> Response:
    return make_response(render_template("portal/sign_up_go.html", wish=wish, form=form), status)
