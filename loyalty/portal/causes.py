"""Causes: what was promised to them, what can be paid by now, and each payout with its receipt."""

from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict
from loyalty.core.ids import random_code, ref
from loyalty.core.money import Money, format_amount
from loyalty.core.text import Text
from loyalty.counter import causes as domain
from loyalty.counter import papers
from loyalty.counter.causes import CauseFigures, Payment
from loyalty.counter.requests import intent as make_intent
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.programs.cause_models import Payout
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Day, Line
from loyalty.web.forms import FormState, TypedAmount, read_form
from loyalty.web.locale import gettext, language, money, pick
from loyalty.web.looks import capital
from loyalty.web.visitrows import today

_KEY_LETTERS = 26
_TAKEN_BACK = Text("È già stato ripreso.", "It has been taken back already.")


class _Payout(Body):
    key = Line((_KEY_LETTERS, _KEY_LETTERS), required=True)
    amount = TypedAmount(least=1, required=True)
    paid_on = Day(required=True)
    receipt = Line((1, 200), required=True)


class _TakeBack(Body):
    reason = Line((1, 200), required=True)


_payout_form, _take_back_form = _Payout(), _TakeBack()


@dataclass(frozen=True, slots=True)
class _Paid:
    """A payout in the list; `undoes` is one that takes another back."""

    ref: str
    amount: str
    on: date
    receipt: str
    undoes: bool
    can_undo: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cause with its figures in words, and the form of its next payout."""

    key: str
    beneficiary: str
    tax_code: str
    pledged: str
    payable: str
    paid: str
    later: str
    most: str  # what could be paid today; nothing where there is nothing to pay
    owed: str  # paid and refunded since: the next payout is less by that
    payouts: list[_Paid]
    form: FormState


@blueprint.get("/portal/causes")
@guard.staff(Permission.REPORTS)
def causes() -> Response:
    """Every cause to the cent: promised, payable, paid."""
    return page()


@blueprint.post("/portal/causes/<cause>/payouts")
@guard.staff(Permission.CAUSES)
def pay_cause(cause: str) -> Response:
    """Note money that was sent to the beneficiary; the form sent twice is one payout."""
    form, duty = read_form(_payout_form), guard.duty()
    figures = domain.one(reads.session(), merchant_id=duty.merchant_id, cause=cause, at=clock.now())
    if not form.is_valid:
        return page(cause, form, status=422)
    values = dict(form.values)
    key = values.pop("key")
    payment = Payment(
        cause, Money(values["amount"], figures.currency), values["paid_on"], values["receipt"]
    )
    meant = make_intent(f"portal:{duty.actor}:{key}", [request.endpoint, cause, str(values)])
    try:
        with write() as records:
            domain.pay(records, duty=duty, payment=payment, intent=meant, at=clock.now())
    except Invalid as error:
        said = error.facts_in(language())["fields"]
        wrong = {name: [f"{capital(one)}." for one in faults] for name, faults in said.items()}
        return page(cause, form.refuse_all(wrong), status=422)
    return make_response(redirect(url_for("portal.causes"), 303))


@blueprint.post("/portal/payouts/<payout_ref>/take-back")
@guard.staff(Permission.CAUSES)
def take_payout_back(payout_ref: str) -> Response:
    """Undo a payout that was noted wrongly; both stay in the list."""
    form, duty, at = read_form(_take_back_form), guard.duty(), clock.now()
    if not form.is_valid:
        return page(refusal=gettext("Say in a few words why it was wrong."), status=422)
    try:
        with write() as records:
            domain.take_back(
                records, duty=duty, payout_ref=payout_ref, reason=form.values["reason"], at=at
            )
            note(records, duty=duty, act="payout.take_back", target=payout_ref, at=at)
    except StateConflict:
        return page(refusal=pick(_TAKEN_BACK), status=409)
    return make_response(redirect(url_for("portal.causes"), 303))


def page(
    cause: str | None = None,
    form: FormState | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> Response:
    """The page; `form` is what was sent about the cause of that key."""
    merchant_id = guard.duty().merchant_id
    found = domain.overview(reads.session(), merchant_id=merchant_id, at=clock.now())
    body = render_template(
        "portal/causes.html",
        causes=[_shown(one, form if one.key == cause else None) for one in found],
        labels={
            "amount": gettext("Amount"),
            "paid_on": gettext("Paid on"),
            "receipt": gettext("Receipt"),
        },
        today=today(),
        key=random_code(_KEY_LETTERS),
        refusal=refusal,
        with_paper={
            ref("pay", each) for each in papers.kept(reads.session(), merchant_id=merchant_id)
        },
    )
    return make_response(body, status)


def _shown(figures: CauseFigures, form: FormState | None) -> _Shown:
    payable, undone = figures.payable_minor, {row.reverses_id for row in figures.payouts}
    return _Shown(
        key=figures.key,
        beneficiary=figures.beneficiary,
        tax_code=figures.tax_code or "",
        pledged=money(figures.pledged_minor),
        payable=money(max(0, payable)),
        paid=money(figures.paid_minor),
        later=money(figures.unpaid_minor - payable) if figures.unpaid_minor > payable else "",
        most=_typed(figures) if payable > 0 else "",
        owed=money(-payable) if payable < 0 else "",
        payouts=[_paid(row, is_standing=row.id not in undone) for row in figures.payouts],
        form=form or FormState(),
    )


def _typed(figures: CauseFigures) -> str:
    """What could be paid, as it would be typed."""
    said = format_amount(figures.payable_minor, figures.currency, language())
    return "".join(letter for letter in said if letter.isdigit() or letter in ",.")


def _paid(row: Payout, *, is_standing: bool) -> _Paid:
    undoes = row.reverses_id is not None
    return _Paid(
        ref=ref("pay", row.id),
        amount=money(Money(row.amount_minor, row.currency)),
        on=row.paid_on,
        receipt=row.receipt,
        undoes=undoes,
        can_undo=is_standing and not undoes,
    )
