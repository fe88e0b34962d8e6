"""Causes for other programs: pledged, payable, paid, and payouts with their receipts."""

from typing import Any

from flask import Response

from loyalty.api.bodies import PayoutBody, ReasonBody
from loyalty.api.correction_answers import CauseAnswer, CausesAnswer, PayoutAnswer
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.reading import optional_intent
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import CurrencyMismatch, StateConflict
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import causes
from loyalty.counter.causes import CauseFigures, Payment
from loyalty.programs.cause_models import Payout
from loyalty.web import guard, reads

section = Section("causes", "What sales give to a cause, and what was paid to it.")


@section.call("GET", "/causes", Contract(scope="programs:read", answer=CausesAnswer))
def list_causes() -> Response:
    """List the causes with their figures, to the cent."""
    found = causes.overview(reads.session(), merchant_id=guard.duty().merchant_id, at=clock.now())
    return answer({"items": [_shown(figures) for figures in found]})


@section.call(
    "GET",
    "/causes/<cause_key>",
    Contract(scope="programs:read", answer=CauseAnswer, unknown=("cause",)),
)
def get_cause(cause_key: str) -> Response:
    """Get one cause: pledged, payable, paid, and its payouts."""
    figures = causes.one(
        reads.session(), merchant_id=guard.duty().merchant_id, cause=cause_key, at=clock.now()
    )
    return answer(_shown(figures))


@section.call(
    "POST",
    "/causes/<cause_key>/payouts",
    Contract(
        scope="programs:write",
        body=PayoutBody,
        answer=PayoutAnswer,
        status=201,
        may_be_keyed=True,
        unknown=("cause",),
        refusals=(CurrencyMismatch,),
    ),
)
def pay_cause(body: dict[str, Any], cause_key: str) -> Response:
    """Note money sent to the beneficiary, at most what is payable by now."""
    meant = optional_intent()
    payment = Payment(cause_key, body["amount"], body["paid_on"], body["receipt"])
    with write() as session:
        made = causes.pay(session, duty=guard.duty(), payment=payment, intent=meant, at=clock.now())
        shown, replayed = _payout(made.payout), made.replayed
    return answer(shown, 201, replayed=replayed)


@section.call(
    "POST",
    "/payouts/<payout_ref>/cancel",
    Contract(
        scope="programs:write",
        body=ReasonBody,
        answer=PayoutAnswer,
        status=201,
        unknown=("payout",),
        refusals=(StateConflict,),
    ),
)
def cancel_payout(body: dict[str, Any], payout_ref: str) -> Response:
    """Take back a payout that was noted wrongly; both stay in the list."""
    with write() as session:
        made = causes.take_back(
            session,
            duty=guard.duty(),
            payout_ref=payout_ref,
            reason=body["reason"],
            at=clock.now(),
        )
        shown = _payout(made)
    return answer(shown, 201)


def _shown(figures: CauseFigures) -> dict[str, Any]:
    def money(minor: int) -> dict[str, object]:
        return Money(minor, figures.currency).as_dict()

    return {
        "key": figures.key,
        "beneficiary": figures.beneficiary,
        "tax_code": figures.tax_code,
        "pledged": money(figures.pledged_minor),
        "payable": money(figures.payable_minor),
        "paid": money(figures.paid_minor),
        "unpaid": money(figures.unpaid_minor),
        "payouts": [_payout(row) for row in figures.payouts],
    }


def _payout(row: Payout) -> dict[str, Any]:
    return {
        "ref": ref("pay", row.id),
        "cause": row.cause,
        "amount": Money(row.amount_minor, row.currency).as_dict(),
        "paid_on": row.paid_on.isoformat(),
        "receipt": row.receipt,
        "beneficiary": row.beneficiary,
        "tax_code": row.tax_code,
        "takes_back": ref("pay", row.reverses_id) if row.reverses_id else None,
        "recorded_at": clock.rfc3339(row.recorded_at),
    }
