"""Reading visits: one, a page, a day; and the figures of the owner's home."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from loyalty.cards.models import Card
from loyalty.counter.models import Redemption, Visit, VisitLine
from loyalty.customers.models import Customer
from loyalty.ledger.models import Operation

# A visit that was moved stands on its card by the operation that put it there.
_POSTED = aliased(Operation)
_COLUMNS: tuple[Any, ...] = (
    Visit.id,
    Visit.card_id,
    Visit.program_id,
    Visit.version,
    Visit.location_id,
    Visit.amount_minor,
    Visit.currency,
    Visit.occurred_at,
    Visit.recorded_at,
    Visit.external_ref,
    Visit.voided_at,
    sa.func.coalesce(_POSTED.answer, Operation.answer).label("answer"),
    Operation.actor,
    Operation.proof,
    Customer.name.label("customer_name"),
)


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit with its receipt; `answer` is None for an imported one."""

    id: UUID
    card_id: UUID
    program_id: UUID
    version: int
    location_id: UUID | None
    amount_minor: int | None
    currency: str
    occurred_at: datetime
    recorded_at: datetime
    external_ref: str | None
    voided_at: datetime | None
    answer: dict[str, Any] | None
    actor: str
    proof: str | None
    customer_name: str | None


def _query(merchant_id: UUID) -> sa.Select[Any]:
    return (
        sa.select(*_COLUMNS)
        .join(
            Operation,
            sa.and_(Operation.merchant_id == Visit.merchant_id, Operation.id == Visit.id),
        )
        .outerjoin(
            _POSTED,
            sa.and_(_POSTED.merchant_id == Visit.merchant_id, _POSTED.id == Visit.posting_id),
        )
        .join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
        .join(
            Customer,
            sa.and_(Customer.merchant_id == Card.merchant_id, Customer.id == Card.customer_id),
        )
        .where(Visit.merchant_id == merchant_id)
    )


def of_day(session: Session, *, merchant_id: UUID, on: date, limit: int = 200) -> list[VisitFacts]:
    """The visits of a day in the shop, the latest first."""
    rows = session.execute(
        _query(merchant_id).where(Visit.local_on == on).order_by(Visit.id.desc()).limit(limit)
    )
    return [VisitFacts(*row) for row in rows]


def page(
    session: Session, *, merchant_id: UUID, before: UUID | None = None, limit: int = 50
) -> list[VisitFacts]:
    """Visits as they were recorded, the latest first, before a key."""
    query = _query(merchant_id)
    if before is not None:
        query = query.where(Visit.id < before)
    return [
        VisitFacts(*row) for row in session.execute(query.order_by(Visit.id.desc()).limit(limit))
    ]


def one(session: Session, *, merchant_id: UUID, visit_id: UUID) -> VisitFacts | None:
    """One visit of the merchant, or None."""
    row = session.execute(_query(merchant_id).where(Visit.id == visit_id)).first()
    return VisitFacts(*row) if row else None


def lines(session: Session, *, merchant_id: UUID, visit_id: UUID) -> Sequence[VisitLine]:
    """The lines of a visit as given."""
    return (
        session.execute(
            sa.select(VisitLine)
            .where(VisitLine.merchant_id == merchant_id, VisitLine.visit_id == visit_id)
            .order_by(VisitLine.number)
        )
        .scalars()
        .all()
    )


@dataclass(frozen=True, slots=True)
class Brief:
    """When a visit was, and what was paid."""

    occurred_at: datetime
    amount_minor: int | None
    currency: str


def briefs(
    session: Session, *, merchant_id: UUID, visit_ids: Collection[UUID]
) -> dict[UUID, Brief]:
    """These visits in brief, by their ids."""
    rows = session.execute(
        sa.select(Visit.id, Visit.occurred_at, Visit.amount_minor, Visit.currency).where(
            Visit.merchant_id == merchant_id, Visit.id.in_(visit_ids)
        )
    )
    return {row[0]: Brief(*row[1:]) for row in rows}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many visits, different cards, what was paid, and vouchers handed over, in some days."""

    visits: int
    cards: int
    spend_minor: int
    handed_over: int


def figures(
    session: Session, *, merchant_id: UUID, first: date, last: date, since: datetime
) -> Figures:
    """Living visits of the days first..last, and what was handed over since a moment."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.distinct(Visit.card_id)),
            sa.func.coalesce(sa.func.sum(Visit.amount_minor), 0),
        ).where(
            Visit.merchant_id == merchant_id,
            Visit.local_on.between(first, last),
            Visit.voided_at.is_(None),
        )
    ).one()
    handed = session.execute(
        sa.select(sa.func.count()).where(
            Redemption.merchant_id == merchant_id,
            Redemption.state == "fulfilled",
            Redemption.used_at >= since,
        )
    ).scalar_one()
    return Figures(row[0] or 0, row[1] or 0, int(row[2] or 0), handed)
