"""Refund and void: a visit is rated again under its own rules; the difference is posted."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core import outbox
from loyalty.core.errors import AlreadyVoided, Busy, Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import receipts, rerating
from loyalty.counter import undoing as undoings
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Visit
from loyalty.counter.net import Given
from loyalty.counter.requests import Answer, RefundRequest, amount_in
from loyalty.counter.undoing import Undoing
from loyalty.ledger import store
from loyalty.ledger.state import Intent
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion

Row = dict[str, Any]
_NO_AMOUNT = Text(
    "questa visita non ha un importo: rimborsa le righe",
    "this visit has no amount: refund its lines",
)
_MORE_THAN_NOTHING = Text("più di 0", "more than 0")
_ONE_OF_TWO = Text(
    "dai un importo oppure le righe, non entrambi", "give an amount, or the lines, and not both"
)


def refund(
    session: Session,
    *,
    duty: Duty,
    visit_ref: str,
    request: RefundRequest,
    intent: Intent,
    at: datetime,
) -> Answer:
    """Refund part or all of a visit, by amount or by lines; any way of splitting it ends the same.

    Raises Unknown, AlreadyVoided, RefundTooLarge, CurrencyMismatch, Invalid, KeyReused, and
    InsufficientUnits where the program lets no debt come about.
    """
    duty.demand(Permission.REFUND)
    return _undo(session, duty, visit_ref, intent, at, request)


def void(
    session: Session, *, duty: Duty, visit_ref: str, reason: str, intent: Intent, at: datetime
) -> Answer:
    """Undo a visit that should not have been: what is left of it is taken back.

    Raises Unknown, AlreadyVoided, KeyReused, and InsufficientUnits as refund does.
    """
    duty.demand(Permission.VOID)
    return _undo(session, duty, visit_ref, intent, at, reason)


def _undo(
    session: Session,
    duty: Duty,
    visit_ref: str,
    intent: Intent,
    at: datetime,
    how: RefundRequest | str,
) -> Answer:
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    visit = undoings.find_visit(session, merchant_id=duty.merchant_id, visit_ref=visit_ref)
    desk = _lock(session, visit, at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    demand_there(session, visit, desk)
    if visit.voided_at is not None:
        raise AlreadyVoided(since=visit.voided_at.isoformat())
    undoing = _measure(session, visit, desk.version, how)
    desks.catch_up(desk)
    operation = _begin(desk, duty, undoing, intent, how)
    done = rerating.post(session, desk, undoing, operation)
    # A cancelled voucher may have given units back to a grace that is over.
    desks.catch_up(desk)
    body = receipts.receipt(
        desk,
        operation,
        reasons=done.reasons,
        earned=done.earned,
        pledged=done.pledged,
        amount_minor=_given_back(undoing),
        vouchers=[receipts.voucher_row(row, "cancelled") for row in done.cancelled],
        visit=ref("vis", visit.id),
    )
    _write(session, desk, undoing, operation, body)
    return Answer(body)


def demand_there(session: Session, visit: Visit, desk: Desk) -> None:
    """Read the visit again under the lock; raise Busy if it has gone to another card meanwhile."""
    session.refresh(visit)
    facts = lookup.by_id(session, merchant_id=visit.merchant_id, card_id=visit.card_id)
    if facts.card_id != desk.place.card_id:
        raise Busy


def _given_back(undoing: Undoing) -> int | None:
    before, after = undoing.visit.net_minor, undoing.net_minor
    return None if before is None or after is None else before - after


def _lock(session: Session, visit: Visit, at: datetime) -> Desk:
    facts = lookup.by_id(session, merchant_id=visit.merchant_id, card_id=visit.card_id)
    version = catalogue.version(
        session,
        merchant_id=visit.merchant_id,
        program_id=visit.program_id,
        number=visit.version,
    )
    return desks.lock_desk(session, place=Place.of(facts), version=version, at=at)


def _measure(
    session: Session, visit: Visit, version: PublishedVersion, how: RefundRequest | str
) -> Undoing:
    if isinstance(how, str):
        return undoings.everything(session, visit, version, "void")
    past = undoings.past_of(session, visit)
    return undoings.lowered(session, past, version, _asked(visit, how))


def _asked(visit: Visit, request: RefundRequest) -> Given:
    amount = amount_in(request.amount, visit.currency, "amount")
    if (amount is None) == (not request.lines):
        raise Invalid({"amount": [_ONE_OF_TWO]})
    if amount == 0:
        raise Invalid({"amount": [_MORE_THAN_NOTHING]})
    if amount is not None and visit.amount_minor is None:
        raise Invalid({"amount": [_NO_AMOUNT]})
    return Given(amount, request.lines)


def _begin(
    desk: Desk, duty: Duty, undoing: Undoing, intent: Intent, how: RefundRequest | str
) -> Row:
    origin = desks.origin(
        desk.place, duty, version=desk.version.number, occurred_at=desk.at, recorded_at=desk.at
    )
    if isinstance(how, str):
        return desk.book.begin(
            "void", origin, intent=intent, reverses_id=undoing.visit.id, reason=how
        )
    return desk.book.begin("refund", origin, intent=intent)


def _write(
    session: Session, desk: Desk, undoing: Undoing, operation: Row, body: dict[str, Any]
) -> None:
    visit = undoing.visit
    operation["answer"] = body
    rerating.write(session, desk, undoing, operation)
    outbox.add(
        session,
        merchant_id=visit.merchant_id,
        kind=f"visit.{operation['kind']}ed",
        facts={"visit": ref("vis", visit.id), "by": body["ref"]},
        at=desk.at,
    )
