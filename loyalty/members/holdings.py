"""What members hold: their cards, and what is on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.ledger.models import Account


@dataclass(frozen=True, slots=True)
class Holding:
    """One card with its balances by unit; what waits to be used counts, what is owed is below 0."""

    card_id: UUID
    program_id: UUID
    blocked_at: datetime | None
    balances: dict[str, int] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The card's public ref."""
        return ref("crd", self.card_id)


def of_many(
    session: Session, *, merchant_id: UUID, customer_ids: Sequence[UUID]
) -> dict[UUID, list[Holding]]:
    """The cards of living customers, the oldest first; who has none is not there."""
    cards = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=customer_ids)
    ids = [card_id for mine in cards.values() for card_id in mine]
    rows = session.execute(
        sa.select(Card.id, Card.program_id, Card.blocked_at).where(
            Card.merchant_id == merchant_id, Card.id.in_(ids)
        )
    )
    found = {row.id: Holding(row.id, row.program_id, row.blocked_at) for row in rows}
    balances = session.execute(
        sa.select(Account.card_id, Account.unit, Account.balance).where(
            Account.merchant_id == merchant_id, Account.card_id.in_(ids)
        )
    )
    for card_id, unit, balance in balances:
        assert card_id is not None, "asked by their cards"
        found[card_id].balances[unit] = balance
    return {customer_id: [found[each] for each in mine] for customer_id, mine in cards.items()}
