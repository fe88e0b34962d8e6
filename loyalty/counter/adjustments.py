"""Adjust: units added or taken by hand, always with a reason that the customer can read."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core import outbox
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import reasons, receipts
from loyalty.counter.desk import Desk, Place
from loyalty.counter.requests import AdjustmentRequest, Answer
from loyalty.counter.requests import intent as make_intent
from loyalty.ledger import store, writing
from loyalty.ledger.models import Operation
from loyalty.ledger.state import Intent, Origin, Reason
from loyalty.merchants.acts import note_approval
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.earning import is_cause

UNITS_MAX = 10_000_000
UNDONE = ""  # the reason of what puts a correction right; nobody else leaves theirs empty
_SAY_WHY = Text("di' perché: lo legge il cliente", "say why: the customer reads it")
_UNITS_RANGE = Text(
    f"da -{UNITS_MAX} a {UNITS_MAX}, ma non 0", f"from -{UNITS_MAX} to {UNITS_MAX}, and not 0"
)


def adjust(
    session: Session,
    *,
    duty: Duty,
    card_ref: str,
    request: AdjustmentRequest,
    intent: Intent,
    at: datetime,
) -> Answer:
    """Add units (positive) or take them (negative). The same key gives the same receipt.

    Raises Unknown, CardBlocked, OwnCard, Invalid, InsufficientUnits, KeyReused.
    """
    duty.demand(Permission.ADJUST)
    _check(request)
    return _adjust(session, duty, (card_ref, request), intent, at)


def take_back(session: Session, *, duty: Duty, adjustment_ref: str, at: datetime) -> Answer:
    """Put a correction right: the same units the other way, once, whoever asks how often.

    Raises Unknown("adjustment"), CardBlocked, OwnCard, and InsufficientUnits where what was given
    has been spent meanwhile.
    """
    duty.demand(Permission.ADJUST)
    before = find(session, merchant_id=duty.merchant_id, adjustment_ref=adjustment_ref)
    (moved,) = before["reasons"]
    request = AdjustmentRequest(moved["unit"], -moved["units"], UNDONE)
    once = make_intent(f"adjustment:undo:{adjustment_ref}", adjustment_ref)
    return _adjust(session, duty, (before["card"], request), once, at)


def _adjust(
    session: Session,
    duty: Duty,
    what: tuple[str, AdjustmentRequest],
    intent: Intent,
    at: datetime,
) -> Answer:
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    card_ref, request = what
    facts = lookup.find(session, merchant_id=duty.merchant_id, card_ref=card_ref)
    facts.demand_open()
    desks.refuse_own_card(facts, duty)
    version = catalogue.version(
        session,
        merchant_id=facts.merchant_id,
        program_id=facts.program_id,
        number=facts.current_version or 1,
    )
    desk = desks.lock_desk(session, place=Place.of(facts), version=version, at=at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    if request.unit not in desk.accounts or is_cause(request.unit):
        raise Unknown("unit")
    desks.catch_up(desk)
    origin = desks.origin(desk.place, duty, version=version.number, occurred_at=at, recorded_at=at)
    why = _why(desk, request)
    reason = None if request.reason == UNDONE else request.reason.strip()
    done = post(session, desk, origin, why=why, intent=intent, reason=reason)
    note_approval(session, duty=duty, act="adjustment.approve", target=done.body["ref"], at=at)
    return done


def _why(desk: Desk, request: AdjustmentRequest) -> Reason:
    unit = desk.unit(request.unit)
    if request.reason == UNDONE:
        return reasons.adjustment_undone(unit, request.units)
    return reasons.adjusted(unit, request.units, request.reason.strip())


def find(session: Session, *, merchant_id: UUID, adjustment_ref: str) -> dict[str, Any]:
    """The receipt of an adjustment. Raises Unknown("adjustment")."""
    found = session.execute(
        sa.select(Operation.answer).where(
            Operation.merchant_id == merchant_id,
            Operation.id == parse_ref("adj", adjustment_ref),
            Operation.kind == "adjustment",
        )
    ).scalar_one_or_none()
    if found is None:
        raise Unknown("adjustment")
    return dict(found)


def _check(request: AdjustmentRequest) -> None:
    if not request.units or abs(request.units) > UNITS_MAX:
        raise Invalid({"units": [_UNITS_RANGE]})
    if not request.reason.strip():
        raise Invalid({"reason": [_SAY_WHY]})


def post(
    session: Session,
    desk: Desk,
    origin: Origin,
    *,
    why: Reason,
    intent: Intent,
    reason: str | None = None,
) -> Answer:
    """Write the units of a reason to the card of a desk that is up to date, and tell the house.

    `why` is what the customer reads, `reason` what somebody wrote, if anybody did.
    """
    unit, units = why["unit"], why["units"]
    operation = desk.book.begin("adjustment", origin, intent=intent, reason=reason)
    desk.book.adjust(
        operation,
        desk.book.account(desk.place.card_id, unit),
        units,
        terms=replace(desks.lot_terms(desk, unit, desk.at), active_at=None),
        at=desk.at,
        reasons=[why],
    )
    body = receipts.receipt(desk, operation, reasons=[why])
    operation["answer"] = body
    writing.write_book(session, desk.book)
    outbox.add(
        session,
        merchant_id=desk.place.merchant_id,
        kind="card.adjusted",
        facts={"adjustment": body["ref"]},
        at=desk.at,
    )
    return Answer(body)
