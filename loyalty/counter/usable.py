"""The vouchers of a card that can still be used; every look at a card asks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter.dossier import Dossier
from loyalty.counter.models import Redemption

_USABLE = (
    sa.select(Redemption)
    .where(
        Redemption.merchant_id == sa.bindparam("merchant_id"),
        Redemption.card_id.in_(sa.bindparam("card_ids", expanding=True)),
        Redemption.state == "reserved",
        sa.or_(Redemption.until_at.is_(None), Redemption.until_at > sa.bindparam("at")),
    )
    .order_by(Redemption.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def usable(
    session: Session, *, merchant_id: UUID, card_id: UUID, at: datetime, limit: int
) -> Sequence[Redemption]:
    """The youngest first; those of cards that were merged into it are its own."""
    cards = Dossier(session, merchant_id=merchant_id, card_id=card_id).card_ids()
    wanted = {"merchant_id": merchant_id, "card_ids": cards, "at": at, "limit": limit}
    return session.execute(_USABLE, wanted).scalars().all()
