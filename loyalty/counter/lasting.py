"""When a card was last visited: what units hang on that live as long as their holder comes."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter.desk import Desk
from loyalty.counter.models import Visit
from loyalty.ledger.lots import LONG_AGO


def last_visit(
    session: Session, *, merchant_id: UUID, card_ids: Collection[UUID], but: Collection[UUID] = ()
) -> datetime | None:
    """The moment of the latest living visit of these cards, some visits apart."""
    found: datetime | None = session.execute(
        sa.select(sa.func.max(Visit.occurred_at)).where(
            Visit.merchant_id == merchant_id,
            Visit.card_id.in_(card_ids),
            Visit.voided_at.is_(None),
            Visit.id.not_in(but),
        )
    ).scalar_one()
    return found


def unvisit(session: Session, desk: Desk, *, visited_at: datetime, gone: Collection[UUID]) -> None:
    """Visits of this card turn out to be another's: what they let live on lives as without them.

    `gone` are those visits, the latest of which was at `visited_at`.
    """
    slid = [one for one in desk.accounts.values() if one.last_active_at == visited_at]
    if not slid:
        return
    last = last_visit(
        session,
        merchant_id=desk.place.merchant_id,
        card_ids=[desk.place.card_id],
        but=gone,
    )
    for account in slid:
        account.last_active_at = last or LONG_AGO
        for lot in account.lots:
            lot.slide(account.last_active_at, desk.place.timezone)
