"""A card in ten seconds: a new customer at the counter, and a card on another phone."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import claims, lookup, qr, register
from loyalty.cards.tokens import shown
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.ledger import store
from loyalty.ledger.state import Intent
from loyalty.merchants.roles import Permission
from loyalty.programs import editor
from loyalty.till.blueprint import KEY_LETTERS, blueprint, intent_of, new_key
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Email, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, language

_ALREADY = Text(
    "Con questa e-mail c'è già una carta. Lascia vuoto il campo per farne comunque un'altra.",
    "Somebody with this e-mail has a card already. Leave the field empty to make another anyway.",
)


class _Newcomer(Body):
    program = Line((1, 64), required=True)
    name = Line((1, 120))
    email = Email()
    phone = Line((3, 40), pattern=r"[0-9+()/. -]+")
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)


_form = _Newcomer()


@blueprint.get("/customers/new")
@guard.staff(Permission.ENROL)
def new_customer() -> Response:
    """Three fields, none of them required."""
    return _form_page(FormState(), new_key())


@blueprint.get("/customers")
@guard.staff(Permission.ENROL)
def back_to_the_form() -> Response:
    """Where somebody lands who reloads the address of the form."""
    return make_response(redirect(url_for("till.new_customer"), 303))


@blueprint.post("/customers")
@guard.staff(Permission.ENROL)
def create_customer() -> Response:
    """Make the customer and the card in one act; the answer is the link as a QR to photograph."""
    form = read_form(_form)
    if not form.is_valid:
        return _form_page(form, form.raw.get("key") or new_key(), status=422)
    values = dict(form.values)
    intent = intent_of(values.pop("key"), values)
    answer = _enrol(values, intent)
    if answer is None:
        return _form_page(form.refuse("email", _ALREADY), new_key(), status=409)
    claim_id = parse_ref("clm", answer["claim"])
    assert claim_id is not None, "our own ref"
    return _welcome(claims.claim_url(claim_id), answer["code"], is_new=True)


def _enrol(values: dict[str, Any], intent: Intent) -> dict[str, Any] | None:
    """The enrolment's answer, given before or now; None when the e-mail has a card already."""
    duty, at = guard.duty(), clock.now()
    with write() as session:
        if answer := store.replay(session, duty.merchant_id, intent):
            return answer
        if _is_known(session, values.get("email")):
            return None
        profile = Profile(
            name=values.get("name"),
            email=values.get("email"),
            phone=values.get("phone"),
            language=language(),
        )
        customer = directory.create(
            session, merchant_id=duty.merchant_id, profile=profile, at=at, source="till"
        )
        return register.enrol(
            session,
            duty=duty,
            customer_ref=ref("cus", customer.id),
            program_ref=values["program"],
            intent=intent,
            at=at,
        ).answer


def _is_known(session: Any, email: str | None) -> bool:
    if email is None:
        return False
    found = directory.search(session, merchant_id=guard.duty().merchant_id, text=email)
    return any(customer.email == email.lower() for customer in found)


@blueprint.post("/cards/<card_ref>/phone")
@guard.staff(Permission.ENROL)
def another_phone(card_ref: str) -> Response:
    """A fresh link for a card whose holder has a new phone, or lost the first link."""
    facts = lookup.find(reads.session(), merchant_id=guard.duty().merchant_id, card_ref=card_ref)
    facts.demand_open()
    if facts.code is None:
        raise Unknown("card")
    with write() as session:
        claim_id = claims.make(
            session, merchant_id=facts.merchant_id, card_id=facts.card_id, at=clock.now()
        )
    return _welcome(claims.claim_url(claim_id), facts.code, is_new=False)


@blueprint.get("/cards/<card_ref>/phone")
@guard.staff(Permission.ENROL)
def back_to_the_card(card_ref: str) -> Response:
    """Where somebody lands who reloads the address of the link: it is shown once."""
    return make_response(redirect(url_for("till.card", card_ref=card_ref), 303))


def _welcome(url: str, code: str, *, is_new: bool) -> Response:
    page = render_template("till/welcome.html", qr=qr.svg(url), code=shown(code), is_new=is_new)
    return make_response(page)


def _form_page(form: FormState, key: str, status: int = 200) -> Response:
    programs = [
        {"ref": ref("prg", program.id), "name": program.name}
        for program in editor.page(reads.session(), merchant_id=guard.duty().merchant_id)
        if program.current_version is not None
    ]
    if not programs and status == 200:  # noqa: PLR2004  # nothing to enrol in: the till says so
        return make_response(redirect(url_for("till.home"), 303))
    labels = {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "phone": gettext("Phone"),
        "program": gettext("Program"),
    }
    page = render_template(
        "till/new_customer.html", form=form, key=key, programs=programs, labels=labels
    )
    return make_response(page, status)
