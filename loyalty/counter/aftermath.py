"""What has happened to two joined cards since their merge, as the counter's rows tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.counter.models import Redemption, Visit, VisitMove, VisitRefund
from loyalty.customers.models import CustomerMerge
from loyalty.customers.refusals import MergedSince
from loyalty.ledger import stays
from loyalty.ledger.models import Entry, Lot, Operation
from loyalty.ledger.stays import Span


def demand_last(session: Session, *, merchant_id: UUID, absorbed_id: UUID, keeper_id: UUID) -> None:
    """Raise MergedSince, naming whom to part first, if the keeper has gone into another card."""
    home = session.execute(
        sa.select(Card.merged_into_id).where(
            Card.merchant_id == merchant_id, Card.id == absorbed_id
        )
    ).scalar_one()
    if home == keeper_id:
        return
    later = session.execute(
        sa.select(CustomerMerge)
        .where(CustomerMerge.merchant_id == merchant_id, CustomerMerge.undone_at.is_(None))
        .order_by(CustomerMerge.id)
    ).scalars()
    keeper = ref("crd", keeper_id)
    found = [
        ref("cus", merge.loser_id)
        for merge in later
        if any(each["absorbed"] == keeper for each in merge.facts.get("cards") or [])
    ]
    raise MergedSince(customers=found)


@dataclass(frozen=True, slots=True)
class Changed:
    """By how much what a card had brought has changed since: exact millionths, and whole units.

    Mostly below 0. The units are those of both sums together; by itself it may have been others.
    """

    millionths: int
    units: int


def changed_since(
    session: Session, *, span: Span, source_id: UUID, family: Sequence[UUID]
) -> Changed:
    """What became of the past of absorbed cards on the account of the one that stays.

    `span` is that account since the merge, `source_id` the account that went into it. Changes are
    refunds and voids of their visits, moves that took some away or brought them back, and donations
    that were cancelled; also while the one that stays was part of a further card itself.
    """
    operations = (
        _refunds(span.merchant_id, span.since_id, family),
        _undone(span.merchant_id, family),
        _moves(span.merchant_id, span.since_id, family),
    )
    origins = sa.select(Lot.id).where(
        Lot.merchant_id == span.merchant_id, Lot.account_id == source_id
    )
    lots = stays.lots_from(session, span, origins)
    return _changed_by(session, sa.union_all(*operations), span, lots)


def _changed_by(
    session: Session, operations: sa.CompoundSelect[UUID], span: Span, lots: Sequence[UUID]
) -> Changed:
    """What these operations changed there, and on the accounts that it was part of meanwhile."""
    millionths, units = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Entry.millionths), 0),
            sa.func.coalesce(sa.func.sum(Entry.units - Entry.covered), 0),
        ).where(
            Entry.merchant_id == span.merchant_id,
            Entry.account_id == span.account_id,
            Entry.kind.in_(("earn", "take")),
            Entry.operation_id.in_(operations),
            *span.covers(Entry.operation_id),
        )
    ).one()
    found = Changed(int(millionths), int(units))
    for stay in stays.read(session, span):
        away = stays.lots_from(session, stay, sa.select(Lot.id).where(Lot.id.in_(lots)))
        there = _changed_by(session, operations, stay, away)
        rounded = stays.rounded(session, span.account_id, stay, (lots, away))
        found = Changed(found.millionths + there.millionths, found.units + there.units + rounded)
    return found


def _moves(merchant_id: UUID, merge_id: UUID, family: Sequence[UUID]) -> sa.Select[UUID]:
    """Moves of visits off these cards since, and back to them."""
    return sa.select(VisitMove.id).where(
        VisitMove.merchant_id == merchant_id,
        VisitMove.id > merge_id,
        sa.or_(VisitMove.from_id.in_(family), VisitMove.to_id.in_(family)),
    )


def _refunds(merchant_id: UUID, merge_id: UUID, family: Sequence[UUID]) -> sa.Select[UUID]:
    """Refunds since of visits that were on one of these cards at that time."""
    last = (
        sa.select(VisitMove.to_id)
        .where(
            VisitMove.merchant_id == merchant_id,
            VisitMove.visit_id == VisitRefund.visit_id,
            VisitMove.id < VisitRefund.id,
        )
        .order_by(VisitMove.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    first = (
        sa.select(Operation.card_id)
        .where(Operation.merchant_id == merchant_id, Operation.id == VisitRefund.visit_id)
        .scalar_subquery()
    )
    return sa.select(VisitRefund.id).where(
        VisitRefund.merchant_id == merchant_id,
        VisitRefund.id > merge_id,
        sa.func.coalesce(last, first).in_(family),
    )


def _undone(merchant_id: UUID, family: Sequence[UUID]) -> sa.Select[UUID]:
    """What voids visits of these cards, or cancels their redemptions."""
    visits = sa.select(Visit.id).where(Visit.merchant_id == merchant_id, Visit.card_id.in_(family))
    prizes = sa.select(Redemption.id).where(
        Redemption.merchant_id == merchant_id, Redemption.card_id.in_(family)
    )
    return sa.select(Operation.id).where(
        Operation.merchant_id == merchant_id,
        sa.or_(Operation.reverses_id.in_(visits), Operation.reverses_id.in_(prizes)),
    )


def scanned_since(
    session: Session, *, merchant_id: UUID, merge_id: UUID, family: Sequence[UUID], keeper_id: UUID
) -> list[Visit]:
    """Living visits that a code of the absorbed cards has brought since, the oldest first."""
    return list(
        session.execute(
            sa.select(Visit)
            .where(
                Visit.merchant_id == merchant_id,
                Visit.card_id == keeper_id,
                Visit.scanned_card_id.in_(family),
                sa.func.coalesce(Visit.posting_id, Visit.id) > merge_id,
                Visit.voided_at.is_(None),
            )
            .order_by(Visit.occurred_at, Visit.id)
        ).scalars()
    )
