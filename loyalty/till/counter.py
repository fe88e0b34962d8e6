"""The counter: a code becomes a customer, an amount or some pieces become a visit."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import Scan, read_scan
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.money import Money
from loyalty.counter import history, redemptions, visits
from loyalty.counter.models import Redemption
from loyalty.counter.requests import VisitRequest
from loyalty.merchants.roles import Permission
from loyalty.programs import editor
from loyalty.till import approvals, asking, products, sheet, vouchers
from loyalty.till.blueprint import KEY_LETTERS, blueprint, intent_of, new_key
from loyalty.till.guests import guest
from loyalty.till.showing import shown
from loyalty.web import guard, reads, rewardphotos, visitrows
from loyalty.web.fields import Body, Line, Secret
from loyalty.web.forms import FormState, TypedAmount, TypedWhole, read_form
from loyalty.web.locale import gettext, language

_SHOWN_AT_HOME = 4
_SHOWN_TODAY = 60


class _Code(Body):
    code = Line((1, 300), required=True)


class _Visit(Body):
    scan = Line((1, 300), required=True)
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    amount = TypedAmount()
    category = Line((1, 120))
    product = Line((1, products.PACKED_MAX))
    quantity = TypedWhole(0, 99)
    approver = Line((1, 40))
    pin = Secret()


_code_form, _visit_form = _Code(), _Visit()


@blueprint.get("/")
@guard.staff(Permission.ACCRUE)
def home() -> str:
    """The code field and the latest visits."""
    session, duty = reads.session(), guard.duty()
    latest = _latest(_SHOWN_AT_HOME)
    programs = editor.page(session, merchant_id=duty.merchant_id)
    return render_template(
        "till/home.html",
        has_program=any(program.status == "published" for program in programs),
        visits=latest,
        count=visitrows.count_today(session) if latest else 0,
    )


@blueprint.get("/today")
@guard.staff(Permission.ACCRUE)
def today() -> str:
    """The visits of today, the latest on top."""
    rows, count = _latest(_SHOWN_TODAY), visitrows.count_today(reads.session())
    return render_template("till/today.html", visits=rows, count=count)


def _latest(limit: int) -> list[visitrows.Row]:
    session = reads.session()
    found = history.of_day(
        session, merchant_id=guard.duty().merchant_id, on=visitrows.today(), limit=limit
    )
    return visitrows.rows(session, found)


@blueprint.get("/look-up")
@blueprint.get("/visits")
@guard.staff(Permission.ACCRUE)
def back_to_the_code() -> Response:
    """Where somebody lands who reloads the address of a form."""
    return make_response(redirect(url_for("till.home"), 303))


@blueprint.post("/look-up")
@guard.staff(Permission.ACCRUE)
def look_up() -> Response:
    """From a typed or pasted text to the customer or the voucher, or a big clear no."""
    form = read_form(_code_form)
    if not form.is_valid:
        return back_to_the_code()
    text = form.values["code"]
    try:
        facts = card_of(text)
    except Unknown:
        found = _voucher(read_scan(text))
        if found is None:
            raise
        return vouchers.to_voucher(found.code)
    return card_page(facts, text, FormState())


@blueprint.get("/cards/<card_ref>")
@guard.staff(Permission.ACCRUE)
def card(card_ref: str) -> Response:
    """The customer of a visit in the list; it proves as little as a typed code."""
    facts = lookup.find(reads.session(), merchant_id=guard.duty().merchant_id, card_ref=card_ref)
    return card_page(facts, card_ref, FormState())


def card_of(text: str) -> CardFacts:
    """The card of this shop that a scanned or typed text names. Raises Unknown("card")."""
    return lookup.by_scan(
        reads.session(), merchant_id=guard.duty().merchant_id, scan=read_scan(text)
    )


def _voucher(scan: Scan) -> Redemption | None:
    if scan.kind != "code":
        return None
    try:
        return redemptions.voucher(
            reads.session(),
            merchant_id=guard.duty().merchant_id,
            code=scan.value,
            at=clock.now(),
        ).redemption
    except Unknown:
        return None


def card_page(
    facts: CardFacts, scan: str, form: FormState, *, key: str | None = None, status: int = 200
) -> Response:
    """The customer's sheet with the form that their program needs."""
    session, at = reads.session(), clock.now()
    here = guest(session, facts, at=at)
    asked = asking.asks(here.document, facts.currency, language())
    seen = shown(facts, scan, here.document.proof_redeem)
    page = render_template(
        "till/card.html",
        card=here,
        sheet=sheet.sheet(session, facts, here, asked, at=at),
        scan=seen.scan,
        proof_asked=seen.asked,
        asks_pin=seen.asks_pin,
        key=key or new_key(),
        form=form,
        asks=asked,
        photos=rewardphotos.of_program(facts.merchant_id, facts.program_id),
    )
    return make_response(page, status)


@blueprint.post("/visits")
@guard.staff(Permission.ACCRUE)
def record_visit() -> Response:
    """Record the visit once, however often the form is sent, and show its receipt."""
    form = read_form(_visit_form)
    scan = form.value("scan")
    facts = card_of(scan)
    rules = guest(reads.session(), facts, at=clock.now()).document
    asked = asking.asks(rules, facts.currency, language())
    if asked.amount and "amount" not in form.values and not form.error("amount"):
        form = form.refuse("amount", gettext("Write what was paid."))
    if not form.is_valid:
        return card_page(facts, scan, form, key=form.raw.get("key"), status=422)
    values = dict(form.values)
    duty = approvals.let_through(values.pop("approver", None), values.pop("pin", None))
    request = _request(values, facts, asked)
    intent = intent_of(values.pop("key"), values)
    with write() as session:
        answer = visits.accrue(session, duty=duty, request=request, intent=intent, at=clock.now())
    return make_response(redirect(url_for("till.visit_receipt", visit_ref=answer.body["ref"]), 303))


def _request(values: dict[str, Any], facts: CardFacts, asked: asking.Asks) -> VisitRequest:
    amount = values.get("amount") if asked.amount else None
    return VisitRequest(
        scan=values["scan"],
        amount=None if amount is None else Money(amount, facts.currency),
        lines=products.lines(values, pieces=_pieces(values, asked), amount=amount),
    )


def _pieces(values: dict[str, Any], asked: asking.Asks) -> int | None:
    return values.get("quantity", 0 if asked.amount else 1) if asked.items else None
