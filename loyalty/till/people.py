"""Who stands at the till: a phone becomes one, a person opens it with their PIN, and locks it."""

from flask import Response, make_response, redirect, render_template, request, url_for
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, Unknown, WrongPin
from loyalty.core.text import Text
from loyalty.merchants import accounts, devices
from loyalty.merchants import pins as kept
from loyalty.merchants.devices import DeviceFacts
from loyalty.merchants.roles import PERMISSIONS, Permission
from loyalty.till import pins
from loyalty.till.blueprint import blueprint
from loyalty.till.pins import Named
from loyalty.web import device, guard, reads, session
from loyalty.web.fields import Body, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import language, open_shop, relative_path

_NOT_TWICE = Text("I due PIN non sono uguali: riscrivili.", "The two PINs differ: type them again.")
_TYPE_IT = Text("Scrivi il PIN.", "Type the PIN.")
_TOKEN_LETTERS_MAX = 100


class _Open(Body):
    pin = Secret()
    next = fields.String()


class _Choose(Body):
    old = Secret()
    pin = Secret(required=True)
    again = Secret(required=True)


_open_form, _choose_form = _Open(), _Choose()


@blueprint.get("/join/<token>")
@guard.public("the link is the proof; looking at it burns nothing, so previews are harmless")
def look_at_link(token: str) -> Response:
    """Which till this phone would be, and one button."""
    try:
        found = devices.look_at_link(
            reads.session(), token=token[:_TOKEN_LETTERS_MAX], at=clock.now()
        )
    except Unknown:
        return _used_up()
    open_shop(found.merchant_id)
    return make_response(render_template("till/join.html", till=found))


@blueprint.post("/join/<token>")
@guard.public("the link is the proof; it works once, for ten minutes")
def join(token: str) -> Response:
    """This phone is the till from now on; who is signed in on it stays, and locks with it."""
    at = clock.now()
    try:
        with write() as records:
            joined = devices.join(records, token=token[:_TOKEN_LETTERS_MAX], at=at)
    except Unknown:
        return _used_up()
    device.become(joined)
    person = session.cashier()
    if person is not None:
        session.stay_at_till(person, at=at)
    return _go(url_for("till.home"))


def _used_up() -> Response:
    return make_response(render_template("till/join_gone.html"), 404)


@blueprint.get("/people")
@guard.public("a till shows the names of who works at it; each of them has a PIN of their own")
def people() -> Response:
    """The people of the shop who use the till; on a phone that is none, the door."""
    found = device.till()
    if found is None:
        return _go(url_for("portal.sign_in", next=url_for("till.home")))
    open_shop(found.merchant_id)
    if device.here() is None:
        return make_response(render_template("till/ended.html", till=found), 410)
    page = render_template("till/people.html", till=found, people=_people(found), next=_wanted())
    return make_response(page)


@blueprint.get("/people/<staff_ref>")
@guard.public("asks for the PIN of that person")
def ask_pin(staff_ref: str) -> Response:
    """A keypad for the PIN."""
    found, person = device.here(), _somebody(staff_ref)
    if found is None or person is None:
        return _go(url_for("till.people"))
    return _pin_page(found, person, FormState(raw={"next": _wanted()}))


@blueprint.post("/people/<staff_ref>")
@guard.public("a PIN opens the till; five wrong ones lock it")
def open_by_pin(staff_ref: str) -> Response:
    """Let the person in at this till, or say that it does not fit: never what was wrong."""
    found, form = device.here(), read_form(_open_form)
    if found is None:
        return _go(url_for("till.people"))
    person = _somebody(staff_ref)
    if "pin" not in form.values and person is not None:
        return _pin_page(found, person, form.refuse("pin", _TYPE_IT), status=422)
    try:
        who = pins.person_of(found, staff_ref, form.values.get("pin", ""), Permission.ACCRUE)
    except WrongPin as error:
        if person is None:
            return _go(url_for("till.people"))
        return _pin_page(found, person, form.refuse("pin", error.sentence), status=422)
    session.sign_in_by_pin(who, at=clock.now())
    return _go(_within(form.value("next")) or url_for("till.home"))


@blueprint.post("/lock")
@guard.public("ends the session of this phone, if there is one")
def lock() -> Response:
    """Change of cashier: out, and back to the names."""
    session.sign_out()
    return _go(url_for("till.people"))


@blueprint.get("/here")
@guard.staff(Permission.ACCRUE)
def still_here() -> Response:
    """Somebody is at work on a page that asks the server nothing: the till stays open."""
    return Response("", mimetype="text/plain")


@blueprint.get("/pin")
@guard.staff(Permission.ACCRUE)
def choose_pin() -> Response:
    """A PIN for this person on this till; on a phone that is none, the till as it is."""
    if device.here(guard.duty().merchant_id) is None:
        return _go(url_for("till.home"))
    return _choose_page(pins.here(), FormState())


@blueprint.post("/pin")
@guard.staff(Permission.ACCRUE)
def keep_pin() -> Response:
    """Keep the PIN; from then on the session is one by PIN, for the till alone."""
    here, form = pins.here(), read_form(_choose_form)
    if form.is_valid and form.values["pin"] != form.values["again"]:
        form = form.refuse("again", _NOT_TWICE)
    if not form.is_valid:
        return _choose_page(here, form, status=422)
    try:
        hashed = kept.hash_pin(form.values["pin"])
        _prove_it_is_them(here, form.values.get("old", ""))
    except Invalid as error:
        return _choose_page(here, form.refuse_all(error.facts_in(language())["fields"]), status=422)
    except WrongPin as error:
        return _choose_page(here, form.refuse("old", error.sentence), status=422)
    person, duty, at = session.cashier(), guard.duty(), clock.now()
    assert person is not None, "the guard has let them in"
    with write() as records:
        kept.choose(records, duty=duty, device=here, person=person, pin_hash=hashed, at=at)
    session.sign_in_by_pin(person, at=at)
    return _go(url_for("till.home"))


def _prove_it_is_them(here: DeviceFacts, old: str) -> None:
    """Who came in by password may choose; who came in by PIN types the one they have."""
    if session.is_by_pin():
        pins.person_of(here, guard.duty().actor, old, Permission.ACCRUE)


def _people(found: DeviceFacts) -> list[Named]:
    everybody = accounts.list_staff(reads.session(), merchant_id=found.merchant_id)
    return [
        pins.named(person)
        for person in pins.standing_here(found, everybody)
        if person.active and Permission.ACCRUE in PERMISSIONS[person.role]
    ]


def _somebody(staff_ref: str) -> Named | None:
    found = device.here()
    if found is None:
        return None
    open_shop(found.merchant_id)
    return next((one for one in _people(found) if one.ref == staff_ref), None)


def _wanted() -> str:
    return _within(request.args.get("next", ""))


def _within(path: str) -> str:
    """Where somebody wanted to go, if that is at the till: a PIN opens nothing else."""
    wanted = relative_path(path) or ""
    return wanted if wanted.startswith("/till/") else ""


def _pin_page(found: DeviceFacts, person: Named, form: FormState, status: int = 200) -> Response:
    page = render_template("till/pin.html", till=found, who=person, form=form)
    return make_response(page, status)


def _choose_page(found: DeviceFacts, form: FormState, status: int = 200) -> Response:
    page = render_template(
        "till/choose_pin.html", till=found, form=form, asks_old=session.is_by_pin()
    )
    return make_response(page, status)


def _go(path: str) -> Response:
    return make_response(redirect(path, 303))
