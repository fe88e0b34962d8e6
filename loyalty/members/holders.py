"""Who holds which card, also after merges, and where a card stands: as parts of queries."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.cards.models import Card
from loyalty.counter.models import TierChange
from loyalty.customers.models import Customer


def standing_at(merchant_id: UUID, level: str) -> Any:
    """Cards whose latest change left them at that level."""
    later = sa.orm.aliased(TierChange)
    is_passed = (
        sa.select(later.id)
        .where(
            later.merchant_id == TierChange.merchant_id,
            later.card_id == TierChange.card_id,
            later.id > TierChange.id,
        )
        .exists()
    )
    return sa.select(TierChange.card_id).where(
        TierChange.merchant_id == merchant_id, TierChange.level == level, ~is_passed
    )


def held_cards(merchant_id: UUID) -> Any:
    """Every living card with its program and who holds it: whoever had to be merged for that."""
    cards = sa.select(Card.id.label("card_id"), Card.program_id, Card.customer_id).where(
        Card.merchant_id == merchant_id, Card.merged_into_id.is_(None)
    )
    return sa.union_all(cards, inherited_cards(merchant_id)).subquery("held")


def inherited_cards(merchant_id: UUID) -> Any:
    """Living cards of somebody who turned out to be another, with that one."""
    merged = _merged(merchant_id)
    return (
        sa.select(Card.id.label("card_id"), Card.program_id, merged.c.living.label("customer_id"))
        .join(merged, sa.and_(Card.merchant_id == merchant_id, Card.customer_id == merged.c.id))
        .where(Card.merged_into_id.is_(None))
    )


@lru_cache(maxsize=256)  # a statement that asks for it twice has to name one and the same
def _merged(merchant_id: UUID) -> sa.CTE:
    """Everybody who was merged, with who they are now and everybody between."""
    merged = (
        sa.select(Customer.id, Customer.merged_into_id.label("living"))
        .where(Customer.merchant_id == merchant_id, Customer.merged_into_id.is_not(None))
        .cte("merged", recursive=True)
    )
    further = sa.orm.aliased(Customer)
    return merged.union(
        sa.select(merged.c.id, further.merged_into_id)
        .join(
            further,
            sa.and_(further.merchant_id == merchant_id, further.id == merged.c.living),
        )
        .where(further.merged_into_id.is_not(None))
    )
