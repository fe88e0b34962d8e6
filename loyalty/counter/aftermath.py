"""What has happened to two joined cards since their merge, as the counter's rows tell it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.counter.models import Redemption, Visit, VisitMove, VisitRefund
from loyalty.customers.models import CustomerMerge
from loyalty.customers.refusals import MergedSince
from loyalty.ledger.models import Entry, Operation


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


def taken_since(
    session: Session,
    *,
    merchant_id: UUID,
    merge_id: UUID,
    family: Sequence[UUID],
    account_id: UUID,
) -> int:
    """Millionths (below 0) that were taken since of what the absorbed cards had brought.

    By refunds and voids of their visits, by moves that took those away, and by donations that were
    cancelled, as far as they went off the account of the card that stays.
    """
    left = _left(merchant_id, merge_id, family)
    visits = sa.select(Visit.id).where(
        Visit.merchant_id == merchant_id,
        sa.or_(Visit.card_id.in_(family), Visit.id.in_(sa.select(left.c.visit_id))),
    )
    # What was refunded after a visit had left was no longer theirs.
    refunds = (
        sa.select(VisitRefund.id)
        .outerjoin(left, left.c.visit_id == VisitRefund.visit_id)
        .where(
            VisitRefund.merchant_id == merchant_id,
            VisitRefund.visit_id.in_(visits),
            sa.or_(left.c.move_id.is_(None), VisitRefund.id < left.c.move_id),
        )
    )
    theirs = sa.select(Visit.id).where(Visit.merchant_id == merchant_id, Visit.card_id.in_(family))
    prizes = sa.select(Redemption.id).where(
        Redemption.merchant_id == merchant_id, Redemption.card_id.in_(family)
    )
    undone = sa.select(Operation.id).where(
        Operation.merchant_id == merchant_id,
        sa.or_(Operation.reverses_id.in_(theirs), Operation.reverses_id.in_(prizes)),
    )
    taken = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Entry.millionths), 0)).where(
            Entry.merchant_id == merchant_id,
            Entry.account_id == account_id,
            Entry.operation_id > merge_id,
            Entry.millionths < 0,
            sa.or_(
                Entry.operation_id.in_(refunds),
                Entry.operation_id.in_(undone),
                Entry.operation_id.in_(sa.select(left.c.move_id)),
            ),
        )
    ).scalar_one()
    return int(taken)


def _left(merchant_id: UUID, merge_id: UUID, family: Sequence[UUID]) -> sa.Subquery:
    """Visits that were moved off these cards since, each with the move that did it."""
    return (
        sa.select(VisitMove.visit_id, VisitMove.id.label("move_id"))
        .where(
            VisitMove.merchant_id == merchant_id,
            VisitMove.id > merge_id,
            VisitMove.from_id.in_(family),
        )
        .subquery()
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
