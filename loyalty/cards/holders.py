"""How many cards a program has: those whom a change of its rules reaches."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card


def count(session: Session, *, merchant_id: UUID, program_id: UUID) -> int:
    """The cards of a program, blocked ones too; of merged ones only the one that lives on."""
    query = sa.select(sa.func.count()).where(
        Card.merchant_id == merchant_id,
        Card.program_id == program_id,
        Card.merged_into_id.is_(None),
    )
    return int(session.execute(query).scalar_one())
