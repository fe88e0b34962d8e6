"""Visits for other programs: record, look at, refund, void."""

from typing import Any

from flask import Response

from loyalty.api.answers import VisitsAnswer, VisitWithLinesAnswer
from loyalty.api.bodies import MILLI, ReasonBody, RefundBody, VisitBody, check_occurred
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.reading import intent
from loyalty.api.receipt_answers import ReceiptAnswer
from loyalty.api.refused import kept
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import (
    AlreadyVoided,
    CardBlocked,
    CurrencyMismatch,
    Forbidden,
    InsufficientUnits,
    Invalid,
    LimitReached,
    ProgramPaused,
    ProofTooWeak,
    RefundTooLarge,
    StateConflict,
    Unknown,
)
from loyalty.core.ids import parse_ref, ref
from loyalty.core.money import AMOUNT_MINOR_MAX, Money
from loyalty.core.text import Text
from loyalty.counter import history, refunds, visits
from loyalty.counter.history import VisitFacts
from loyalty.counter.models import VisitLine
from loyalty.counter.requests import LineRequest, RefundRequest, VisitRequest
from loyalty.ledger import store
from loyalty.web import guard, reads
from loyalty.web.locale import pick, shop

_TOO_MUCH = Text("Insieme superano 10.000.000,00.", "Together they are more than 10,000,000.00.")
section = Section("visits", "What happened at the counter.")


@section.call(
    "POST",
    "/visits",
    Contract(
        scope="visits:write",
        body=VisitBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("card", "location"),
        refusals=(
            CardBlocked,
            ProgramPaused,
            ProofTooWeak,
            LimitReached,
            StateConflict,
            CurrencyMismatch,
        ),
    ),
)
def record_visit(body: dict[str, Any]) -> Response:
    """Record a visit and what it earns.

    A visit older than 48 hours needs the scope `visits:backdate`, else `forbidden`. A known
    `external_ref` under a new key is `state_conflict`, which names the visit.
    """
    at, meant = clock.now(), intent()
    try:
        check_occurred(body.get("occurred_at"), at)
    except Forbidden:
        # It may have been young enough when it was sent first; that answer still stands.
        first = store.replay(reads.session(), guard.duty().merchant_id, meant)
        if first is None:
            raise
        return answer(first, 201, replayed=True)
    request = _request(body)
    with kept("visit", body["scan"]), write() as session:
        given = visits.accrue(session, duty=guard.duty(), request=request, intent=meant, at=at)
    return answer(given.body, 201, replayed=given.replayed)


def _request(body: dict[str, Any]) -> VisitRequest:
    _check_lines(body.get("lines") or [])
    return VisitRequest(
        scan=body["scan"],
        amount=body.get("amount"),
        lines=tuple(_line(line) for line in body.get("lines") or ()),
        tax=body.get("tax"),
        discount=body.get("discount"),
        location=body.get("location"),
        occurred_at=body.get("occurred_at"),
        external_ref=body.get("external_ref"),
    )


def _check_lines(lines: list[dict[str, Any]]) -> None:
    """Amounts of lines are in the shop's currency, and no more together than one amount may be."""
    amounts = [line["amount"] for line in lines if line.get("amount") is not None]
    if not amounts:
        return
    here = shop()
    assert here is not None, "a guarded view has a shop"
    for amount in amounts:
        if amount.currency != here.currency:
            raise CurrencyMismatch(expected=here.currency, given=amount.currency)
    if sum(amount.amount_minor for amount in amounts) > AMOUNT_MINOR_MAX:
        raise Invalid({"lines": [pick(_TOO_MUCH)]})


def _line(line: dict[str, Any]) -> LineRequest:
    amount = line.get("amount")
    return LineRequest(
        sku=line.get("sku"),
        item=line.get("item"),
        category=line.get("category"),
        quantity_milli=line.get("quantity", MILLI),
        amount_minor=amount.amount_minor if amount else None,
    )


@section.call("GET", "/visits", Contract(scope="visits:read", query=PageQuery, answer=VisitsAnswer))
def list_visits(query: dict[str, Any]) -> Response:
    """List visits, the newest first."""
    found = history.page(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        before=query.get("cursor"),
        limit=query["limit"] + 1,
    )
    shown = [_shown(visit) for visit in found]
    return answer(page(shown, [visit.id for visit in found], query["limit"]))


@section.call(
    "GET",
    "/visits/<visit_ref>",
    Contract(scope="visits:read", answer=VisitWithLinesAnswer, unknown=("visit",)),
)
def get_visit(visit_ref: str) -> Response:
    """Get one visit with its lines."""
    merchant_id, visit_id = guard.duty().merchant_id, parse_ref("vis", visit_ref)
    session = reads.session()
    found = history.one(session, merchant_id=merchant_id, visit_id=visit_id) if visit_id else None
    if found is None:
        raise Unknown("visit")
    lines = history.lines(session, merchant_id=merchant_id, visit_id=found.id)
    return answer({**_shown(found), "lines": [_shown_line(line, found.currency) for line in lines]})


@section.call(
    "POST",
    "/visits/<visit_ref>/refunds",
    Contract(
        scope="visits:write",
        body=RefundBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("visit",),
        refusals=(AlreadyVoided, RefundTooLarge, InsufficientUnits, CurrencyMismatch),
    ),
)
def refund_visit(body: dict[str, Any], visit_ref: str) -> Response:
    """Refund part of a visit, by amount or by lines; what it earned goes back by the same rules."""
    lines = tuple((line["line"], line["quantity"]) for line in body.get("lines", ()))
    request, meant = RefundRequest(amount=body.get("amount"), lines=lines), intent()
    with write() as session:
        given = refunds.refund(
            session,
            duty=guard.duty(),
            visit_ref=visit_ref,
            request=request,
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


@section.call(
    "POST",
    "/visits/<visit_ref>/void",
    Contract(
        scope="visits:write",
        body=ReasonBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("visit",),
        refusals=(AlreadyVoided, InsufficientUnits),
    ),
)
def void_visit(body: dict[str, Any], visit_ref: str) -> Response:
    """Undo a visit as a whole: all that it earned is taken back."""
    meant = intent()
    with write() as session:
        given = refunds.void(
            session,
            duty=guard.duty(),
            visit_ref=visit_ref,
            reason=body["reason"],
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


def _shown(visit: VisitFacts) -> dict[str, Any]:
    receipt = visit.answer or {}
    return {
        "ref": ref("vis", visit.id),
        "card": ref("crd", visit.card_id),
        "program": ref("prg", visit.program_id),
        "version": visit.version,
        "amount": _money(visit.amount_minor, visit.currency),
        "location": ref("loc", visit.location_id) if visit.location_id else None,
        "occurred_at": clock.rfc3339(visit.occurred_at),
        "recorded_at": clock.rfc3339(visit.recorded_at),
        "external_ref": visit.external_ref,
        "voided_at": clock.rfc3339(visit.voided_at) if visit.voided_at else None,
        "proof": visit.proof,
        "actor": visit.actor,
        "earned": receipt.get("earned", {}),
        "reasons": receipt.get("reasons", []),
    }


def _shown_line(line: VisitLine, currency: str) -> dict[str, Any]:
    whole, part = divmod(line.quantity_milli, MILLI)
    return {
        "line": line.number,
        "sku": line.sku,
        "item": line.item,
        "category": line.category,
        "quantity": line.quantity_milli / MILLI if part else whole,
        "amount": _money(line.amount_minor, currency),
    }


def _money(minor: int | None, currency: str) -> dict[str, object] | None:
    return None if minor is None else Money(minor, currency).as_dict()
