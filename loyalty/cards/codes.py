"""The codes of a card: those of cards merged into it lead to it, and lead away again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card, CardToken
from loyalty.cards.register import new_token


def family(session: Session, *, merchant_id: UUID, card_id: UUID) -> list[UUID]:
    """A card, and those that were merged into it."""
    guests = session.execute(
        sa.select(Card.id).where(Card.merchant_id == merchant_id, Card.merged_into_id == card_id)
    ).scalars()
    return [card_id, *sorted(guests)]


def lend(session: Session, *, merchant_id: UUID, card_id: UUID, keeper_id: UUID) -> list[UUID]:
    """Let the codes of a card, and of those merged into it before, lead to another; which ones."""
    cards = family(session, merchant_id=merchant_id, card_id=card_id)
    _lead(session, merchant_id, cards, keeper_id)
    return cards


def take_back(session: Session, *, merchant_id: UUID, cards: Sequence[UUID], at: datetime) -> None:
    """Let the first of these stand alone again, and the others lead to it.

    Where all its codes were shut meanwhile, with a card that was lost, it gets new ones.
    """
    alone, *guests = cards
    _lead(session, merchant_id, [alone], None)
    _lead(session, merchant_id, guests, alone)
    living = sa.select(CardToken.id).where(
        CardToken.merchant_id == merchant_id,
        CardToken.card_id == alone,
        CardToken.revoked_at.is_(None),
    )
    if session.execute(living.limit(1)).first() is None:
        new_token(session, session.get_one(Card, (merchant_id, alone)), at)


def _lead(session: Session, merchant_id: UUID, card_ids: Sequence[UUID], home: UUID | None) -> None:
    session.execute(
        sa.update(Card)
        .where(Card.merchant_id == merchant_id, Card.id.in_(card_ids))
        .values(merged_into_id=home)
        .execution_options(synchronize_session=False)
    )
