"""Whose the cards of a program are, and how many: whom a change of its rules reaches."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Holder:
    """The customer's ref, and the name if they gave one."""

    ref: str
    name: str | None


def count(session: Session, *, merchant_id: UUID, program_id: UUID) -> int:
    """The cards of a program, blocked ones too; of merged ones only the one that lives on."""
    query = sa.select(sa.func.count()).where(
        Card.merchant_id == merchant_id,
        Card.program_id == program_id,
        Card.merged_into_id.is_(None),
    )
    return int(session.execute(query).scalar_one())


def named(session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]) -> dict[UUID, Holder]:
    """Who holds these cards, by card."""
    if not card_ids:
        return {}
    rows = session.execute(
        sa.select(Card.id, Customer.id, Customer.name)
        .join(
            Customer,
            sa.and_(Customer.merchant_id == Card.merchant_id, Customer.id == Card.customer_id),
        )
        .where(Card.merchant_id == merchant_id, Card.id.in_(card_ids))
    )
    return {card_id: Holder(ref("cus", customer), name) for card_id, customer, name in rows}
