"""Refund and void: a visit is rated again under its own rules; the difference is posted."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core import outbox
from loyalty.core.db import table
from loyalty.core.errors import AlreadyVoided, Busy, Invalid, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import net, receipts, taking
from loyalty.counter.desk import Desk, Place
from loyalty.counter.dossier import Counted
from loyalty.counter.models import Visit, VisitLine, VisitMove, VisitRefund
from loyalty.counter.net import Given, SoldLine
from loyalty.counter.requests import Answer, RefundRequest, amount_in
from loyalty.counter.taking import TakenBack, Undoing
from loyalty.ledger import store, writing
from loyalty.ledger.state import Intent
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.earning import Line

Row = dict[str, Any]
_REFUND = table(VisitRefund)
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
    visit = find_visit(session, merchant_id=duty.merchant_id, visit_ref=visit_ref)
    desk = _lock(session, visit, at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    demand_there(session, visit, desk)
    if visit.voided_at is not None:
        raise AlreadyVoided(since=visit.voided_at.isoformat())
    undoing = _measure(session, visit, desk.version, how)
    desks.catch_up(desk)
    operation = _begin(desk, duty, undoing, intent, how)
    done = taking.take_back(session, desk, undoing, operation)
    uncount(desk, undoing, operation, done)
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


def uncount(desk: Desk, undoing: Undoing, operation: Row, done: TakenBack) -> None:
    """What was taken back no longer counts towards the card's level."""
    visit = undoing.visit
    desk.ranks.dossier.add(
        Counted(
            visit.local_on,
            (undoing.net_minor or 0) - (visit.net_minor or 0),
            done.millionths,
            visits=_visits(undoing),
        )
    )
    today = desk.place.day(desk.at)
    desk.ranks.refunded(desk.version, operation, sold_on=visit.local_on, on=today)


def _visits(undoing: Undoing) -> int:
    """-1 where the visit no longer counts as one: nothing of it is left."""
    counts = undoing.by == "refund" and undoing.net_minor != 0
    return int(counts) - int(undoing.visit.net_minor != 0)


def _given_back(undoing: Undoing) -> int | None:
    before, after = undoing.visit.net_minor, undoing.net_minor
    return None if before is None or after is None else before - after


def find_visit(session: Session, *, merchant_id: UUID, visit_ref: str) -> Visit:
    """The merchant's visit of that ref. Raises Unknown("visit")."""
    visit_id = parse_ref("vis", visit_ref)
    visit = session.get(Visit, (merchant_id, visit_id)) if visit_id else None
    if visit is None:
        raise Unknown("visit")
    return visit


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
        return everything(session, visit, version, "void")
    sold, earlier = sold_lines(session, visit), earlier_refunds(session, visit)
    past, base = [_given(row) for row in earlier], _base(visit, version)
    given = _asked(visit, how)
    return Undoing(
        visit,
        "refund",
        earlier,
        net.left(sold, past, base),
        net.left(sold, [*past, given], base),
        net.paid_left(visit.amount_minor, sold, [*past, given]),
        given,
        move_ids(session, visit),
    )


def everything(session: Session, visit: Visit, version: PublishedVersion, by: str) -> Undoing:
    """All that is left of a visit, to be taken back by a void or a move."""
    earlier = earlier_refunds(session, visit)
    before = left_of(session, visit, version)
    gone = tuple(Line(line.number, line.sku, line.category, 0, None) for line in before)
    net_minor = None if visit.amount_minor is None else 0
    moves = move_ids(session, visit)
    return Undoing(visit, by, earlier, before, gone, net_minor, move_ids=moves)


def move_ids(session: Session, visit: Visit) -> list[UUID]:
    """The moves of a visit from card to card, in the order in which they were made."""
    if visit.posting_id is None:
        return []
    rows = session.execute(
        sa.select(VisitMove.id)
        .where(VisitMove.merchant_id == visit.merchant_id, VisitMove.visit_id == visit.id)
        .order_by(VisitMove.id)
    )
    return list(rows.scalars())


def left_of(session: Session, visit: Visit, version: PublishedVersion) -> tuple[Line, ...]:
    """What is left of a visit after its refunds, as it counts."""
    past = [_given(row) for row in earlier_refunds(session, visit)]
    return net.left(sold_lines(session, visit), past, _base(visit, version))


def _base(visit: Visit, version: PublishedVersion) -> Fraction | None:
    paid = net.Paid(visit.amount_minor, visit.tax_minor, visit.discount_minor)
    return net.base_of(version.document, paid)


def _asked(visit: Visit, request: RefundRequest) -> Given:
    amount = amount_in(request.amount, visit.currency, "amount")
    if (amount is None) == (not request.lines):
        raise Invalid({"amount": [_ONE_OF_TWO]})
    if amount == 0:
        raise Invalid({"amount": [_MORE_THAN_NOTHING]})
    if amount is not None and visit.amount_minor is None:
        raise Invalid({"amount": [_NO_AMOUNT]})
    return Given(amount, request.lines)


def sold_lines(session: Session, visit: Visit) -> list[SoldLine]:
    """The lines as sold; a visit without lines is one of one piece."""
    rows = session.execute(
        sa.select(VisitLine)
        .where(VisitLine.merchant_id == visit.merchant_id, VisitLine.visit_id == visit.id)
        .order_by(VisitLine.number)
    ).scalars()
    return net.sold(visit.amount_minor, rows.all())


def earlier_refunds(session: Session, visit: Visit) -> Sequence[VisitRefund]:
    """The refunds of a visit, in the order in which they were made."""
    return (
        session.execute(
            sa.select(VisitRefund)
            .where(VisitRefund.merchant_id == visit.merchant_id, VisitRefund.visit_id == visit.id)
            .order_by(VisitRefund.id)
        )
        .scalars()
        .all()
    )


def _given(row: VisitRefund) -> Given:
    return Given(row.amount_minor, tuple((number, milli) for number, milli in row.lines))


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
    if undoing.given is not None:
        desk.book.also(
            _REFUND,
            {
                "merchant_id": visit.merchant_id,
                "id": operation["id"],
                "visit_id": visit.id,
                "amount_minor": undoing.given.amount_minor,
                "lines": [list(line) for line in undoing.given.lines],
                "recorded_at": desk.at,
            },
        )
    else:
        visit.voided_at = desk.at
    visit.net_minor = undoing.net_minor
    session.flush()
    writing.write_book(session, desk.book)
    outbox.add(
        session,
        merchant_id=visit.merchant_id,
        kind=f"visit.{operation['kind']}ed",
        facts={"visit": ref("vis", visit.id), "by": body["ref"]},
        at=desk.at,
    )
