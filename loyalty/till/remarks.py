"""A remark in one tap: what the customer said, from their sheet or from the receipt."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import history
from loyalty.customers import directory
from loyalty.feedback import remarks
from loyalty.feedback.remarks import KINDS, LETTERS_MAX, Said
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.till.blueprint import KEY_LETTERS, blueprint, new_key
from loyalty.till.counter import card_page
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Line, Paragraph
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import language, pick


class _Remark(Body):
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    card = Line((1, 64), required=True)
    visit = Line((1, 64))
    kind = Choice(*KINDS, load_default="other")
    words = Paragraph((1, LETTERS_MAX))


class _Note(Body):
    note = Line((1, directory.NOTE_LETTERS_MAX))


_remark_form, _note_form = _Remark(), _Note()


@blueprint.app_context_processor
def _kinds() -> dict[str, object]:
    return {"remark_kinds": lambda: [(kind, pick(name)) for kind, name in KINDS.items()]}


@blueprint.get("/remarks")
@guard.staff(Permission.ACCRUE)
def back_from_remarks() -> Response:
    """Where somebody lands who reloads the address of the form."""
    return make_response(redirect(url_for("till.home"), 303))


@blueprint.post("/remarks")
@guard.staff(Permission.ACCRUE)
def write_remark() -> Response:
    """Write down what somebody said, once, however often the form is sent."""
    form = read_form(_remark_form)
    card = lookup.find(
        reads.session(), merchant_id=guard.duty().merchant_id, card_ref=form.value("card")
    )
    if not form.is_valid:
        return _page(card, form, status=422)
    try:
        remark_ref = _write(card, form.values)
    except Invalid as error:
        wrong = error.facts_in(language())["fields"]
        return _page(card, form.refuse_all(wrong), status=422)
    return make_response(redirect(url_for("till.remark", remark_ref=remark_ref), 303))


def _write(card: CardFacts, values: Any) -> str:
    duty, at = guard.duty(), clock.now()
    said = Said(
        customer_id=card.customer_id,
        card_id=card.card_id,
        visit_id=_visit_id(card, values.get("visit")),
        kind=values["kind"],
        words=values.get("words"),
    )
    with write() as session:
        directory.lock(
            session, merchant_id=duty.merchant_id, customer_ref=ref("cus", card.customer_id)
        )
        written = remarks.write(
            session,
            merchant_id=duty.merchant_id,
            actor=duty.actor,
            said=said,
            key=f"till:{duty.actor}:{values['key']}",
            at=at,
        )
        remark_ref = ref("rem", written.id)
        if written.written_at == at:
            note(session, duty=duty, act="remark.write", target=remark_ref, at=at, kind=said.kind)
    return remark_ref


def _visit_id(card: CardFacts, visit_ref: str | None) -> Any:
    """The visit that it is about, if it is one of this card. Raises Unknown("visit")."""
    if visit_ref is None:
        return None
    visit_id = parse_ref("vis", visit_ref)
    found = (
        history.one(reads.session(), merchant_id=card.merchant_id, visit_id=visit_id)
        if visit_id
        else None
    )
    if found is None or _holder(card, found.card_id) != card.card_id:
        raise Unknown("visit")
    return visit_id


def _holder(card: CardFacts, card_id: Any) -> Any:
    return lookup.by_id(reads.session(), merchant_id=card.merchant_id, card_id=card_id).card_id


@blueprint.get("/remarks/<remark_ref>")
@guard.staff(Permission.ACCRUE)
def remark(remark_ref: str) -> Response:
    """It is written down, and who will read it."""
    found = remarks.find(
        reads.session(), merchant_id=guard.duty().merchant_id, remark_ref=remark_ref
    )
    card = lookup.by_id(reads.session(), merchant_id=found.merchant_id, card_id=found.card_id)
    return _page(card, FormState(), written=pick(KINDS[found.kind]))


def _page(card: CardFacts, form: FormState, *, written: str = "", status: int = 200) -> Response:
    page = render_template(
        "till/remark.html",
        card_ref=card.ref,
        name=card.customer_name,
        form=form,
        key=form.raw.get("key") or new_key(),
        written=written,
    )
    return make_response(page, status)


@blueprint.get("/cards/<card_ref>/note")
@guard.staff(Permission.ENROL)
def back_from_note(card_ref: str) -> Response:
    """Where somebody lands who reloads the address of the form."""
    return make_response(redirect(url_for("till.card", card_ref=card_ref), 303))


@blueprint.post("/cards/<card_ref>/note")
@guard.staff(Permission.ENROL)
def write_note(card_ref: str) -> Response:
    """A few words for whoever stands here next time; an empty field takes them away."""
    duty, at = guard.duty(), clock.now()
    facts = lookup.find(reads.session(), merchant_id=duty.merchant_id, card_ref=card_ref)
    form = read_form(_note_form)
    if not form.is_valid:
        return card_page(facts, card_ref, form, status=422)
    customer_ref = ref("cus", facts.customer_id)
    with write() as session:
        directory.write_note(
            session,
            merchant_id=duty.merchant_id,
            customer_ref=customer_ref,
            text=form.values.get("note"),
        )
        note(session, duty=duty, act="customer.note", target=customer_ref, at=at)
    return make_response(redirect(url_for("till.card", card_ref=card_ref), 303))
