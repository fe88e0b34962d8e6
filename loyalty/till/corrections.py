"""Putting right: a visit's receipt with its minute, the visit afterwards, and its corrections."""

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import lookup
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, RefundTooLarge, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.money import Money
from loyalty.counter import history, moves, net, refunds
from loyalty.counter import undoing as undoings
from loyalty.counter.history import VisitFacts
from loyalty.counter.net import Given
from loyalty.counter.requests import RefundRequest
from loyalty.merchants.roles import Permission
from loyalty.till import shown
from loyalty.till.blueprint import KEY_LETTERS, blueprint, intent_of
from loyalty.till.guests import Guest, guest
from loyalty.web import guard, reads, visitrows
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, TypedAmount, read_form
from loyalty.web.locale import gettext, language, money
from loyalty.web.looks import capital


class _Void(Body):
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    reason = Line((1, 200))


class _Refund(Body):
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    amount = TypedAmount(least=1)


class _Move(Body):
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    card = Line((1, 300))
    move_reason = Line((1, 200))


_void_form, _refund_form, _move_form = _Void(), _Refund(), _Move()


@blueprint.get("/visits/<visit_ref>/receipt")
@guard.staff(Permission.ACCRUE)
def visit_receipt(visit_ref: str) -> str:
    """What has just been recorded, and why."""
    found = _visit(visit_ref)
    return render_template(
        "till/receipt.html",
        receipt=shown.visit_receipt(reads.session(), found),
        card=_guest_of(found),
        visit_ref=visit_ref,
    )


@blueprint.get("/visits/<visit_ref>")
@guard.staff(Permission.ACCRUE)
def visit(visit_ref: str) -> Response:
    """A visit of today or of any day, with the ways to correct it."""
    return _page(_visit(visit_ref), FormState())


@blueprint.post("/visits/<visit_ref>/void")
@guard.staff(Permission.VOID)
def void_visit(visit_ref: str) -> Response:
    """Cancel the whole visit: what it gave leaves the card, and both lines stay written."""
    form = read_form(_void_form)
    if form.is_valid and "reason" not in form.values:
        form = form.refuse("reason", gettext("A few words are needed."))
    if not form.is_valid:
        return _page(_visit(visit_ref), form, status=422)
    reason = form.values["reason"]
    intent = intent_of(form.values["key"], [visit_ref, reason])
    with write() as session:
        refunds.void(
            session,
            duty=guard.duty(),
            visit_ref=visit_ref,
            reason=reason,
            intent=intent,
            at=clock.now(),
        )
    return make_response(redirect(url_for("till.visit", visit_ref=visit_ref), 303))


@blueprint.post("/visits/<visit_ref>/refund")
@guard.staff(Permission.REFUND)
def refund_visit(visit_ref: str) -> Response:
    """Give part of the money back; what it had earned leaves the card by the same rules."""
    form = read_form(_refund_form)
    if form.is_valid and "amount" not in form.values:
        form = form.refuse("amount", gettext("Write how much goes back."))
    found = _visit(visit_ref)
    if not form.is_valid:
        return _page(found, form, status=422)
    request = RefundRequest(amount=Money(form.values["amount"], found.currency))
    intent = intent_of(form.values["key"], [visit_ref, form.values["amount"]])
    try:
        with write() as session:
            refunds.refund(
                session,
                duty=guard.duty(),
                visit_ref=visit_ref,
                request=request,
                intent=intent,
                at=clock.now(),
            )
    except RefundTooLarge as error:
        return _page(found, form.refuse("amount", error.sentence), status=409)
    return make_response(redirect(url_for("till.visit", visit_ref=visit_ref), 303))


@blueprint.post("/visits/<visit_ref>/move")
@guard.staff(Permission.VOID)
def move_visit(visit_ref: str) -> Response:
    """Put the visit on the right card: what it earned leaves the wrong one, in the same act."""
    form = read_form(_move_form)
    if form.is_valid and "card" not in form.values:
        form = form.refuse("card", gettext("Type the code of the right card."))
    found = _visit(visit_ref)
    if not form.is_valid:
        return _page(found, form, status=422)
    card, reason = form.values["card"], form.values.get("move_reason", "")
    intent = intent_of(form.values["key"], [visit_ref, card, reason])
    try:
        with write() as session:
            moves.move(
                session,
                duty=guard.duty(),
                visit_ref=visit_ref,
                card=card,
                reason=reason,
                intent=intent,
                at=clock.now(),
            )
    except Unknown as error:
        return _page(found, form.refuse("card", error.sentence), status=404)
    except Invalid as error:
        said = error.facts_in(language())["fields"]
        wrong = {name: [f"{capital(one)}." for one in faults] for name, faults in said.items()}
        return _page(found, form.refuse_all(wrong), status=422)
    return make_response(redirect(url_for("till.visit", visit_ref=visit_ref), 303))


def _visit(visit_ref: str) -> VisitFacts:
    visit_id = parse_ref("vis", visit_ref)
    found = (
        history.one(reads.session(), merchant_id=guard.duty().merchant_id, visit_id=visit_id)
        if visit_id
        else None
    )
    if found is None:
        raise Unknown("visit")
    return found


def _guest_of(found: VisitFacts) -> Guest:
    facts = lookup.find(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        card_ref=ref("crd", found.card_id),
    )
    return guest(reads.session(), facts, at=clock.now())


def _page(found: VisitFacts, form: FormState, status: int = 200) -> Response:
    left = _left_minor(found)
    page = render_template(
        "till/visit.html",
        visit=visitrows.row(reads.session(), found),
        card=_guest_of(found),
        form=form,
        left=money(left) if left else "",
        refunded=money((found.amount_minor or 0) - left) if _is_lessened(found, left) else "",
    )
    return make_response(page, status)


def _is_lessened(found: VisitFacts, left: int) -> bool:
    return found.voided_at is None and left < (found.amount_minor or 0)


def _left_minor(found: VisitFacts) -> int:
    """What could still be refunded, in minor units; 0 when nobody said what was paid."""
    if found.voided_at is not None or not found.amount_minor:
        return 0
    session = reads.session()
    row = undoings.find_visit(
        session, merchant_id=guard.duty().merchant_id, visit_ref=ref("vis", found.id)
    )
    earlier = [
        Given.kept(one.amount_minor, one.lines) for one in undoings.earlier_refunds(session, row)
    ]
    lines = net.left(undoings.sold_lines(session, row), earlier)
    return int(sum(line.counted or 0 for line in lines))
