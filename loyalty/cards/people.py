"""Finding somebody's card by who they are, where they have nothing to scan with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.customers import directory
from loyalty.customers.models import Customer
from loyalty.programs.models import Program


@dataclass(frozen=True, slots=True)
class Held:
    """A card in a list: its ref, its program, and whether it is blocked."""

    ref: str
    program: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who was found, with their cards, the oldest first."""

    name: str | None
    email: str | None
    phone: str | None
    cards: list[Held] = field(default_factory=list)


def search(session: Session, *, merchant_id: UUID, text: str, limit: int) -> list[Found]:
    """Customers whose name, e-mail or phone holds `text`, the newest first."""
    customers = directory.search(session, merchant_id=merchant_id, text=text, limit=limit)
    held = _held(session, merchant_id, customers) if customers else {}
    return [Found(one.name, one.email, one.phone, held.get(one.id, [])) for one in customers]


def _held(
    session: Session, merchant_id: UUID, customers: Sequence[Customer]
) -> dict[UUID, list[Held]]:
    """The cards of all of them in two or three statements."""
    ids = [customer.id for customer in customers]
    cards = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=ids)
    wanted = [card_id for mine in cards.values() for card_id in mine]
    rows = session.execute(
        sa.select(Card.id, Card.blocked_at, Program.name)
        .join(
            Program,
            sa.and_(Program.merchant_id == Card.merchant_id, Program.id == Card.program_id),
        )
        .where(Card.merchant_id == merchant_id, Card.id.in_(wanted))
    )
    told = {row.id: Held(ref("crd", row.id), row.name, row.blocked_at is not None) for row in rows}
    return {customer_id: [told[one] for one in mine] for customer_id, mine in cards.items()}
