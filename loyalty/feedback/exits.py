"""Why people leave: one question, answered or not, and kept without a name."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.ids import new_id
from loyalty.core.text import Text
from loyalty.feedback.models import ExitAnswer

LETTERS_MAX = 300
REASONS = {
    "away": Text("Non passo più da queste parti", "I am not around here any more"),
    "rewards": Text("I premi non fanno per me", "The rewards are not for me"),
    "messages": Text("Troppi messaggi", "Too many messages"),
    "privacy": Text(
        "Preferisco che non si sappia che cosa compro", "I would rather nobody knew what I buy"
    ),
    "wrong": Text("Qualcosa è andato storto", "Something went wrong"),
}


def answer(
    session: Session, *, merchant_id: UUID, reason: str | None, words: str | None, at: datetime
) -> None:
    """Keep why somebody leaves; who says nothing leaves nothing behind."""
    if reason is None and not words:
        return
    session.add(
        ExitAnswer(
            merchant_id=merchant_id, id=new_id(), reason=reason, words=words or None, left_at=at
        )
    )
    session.flush()


def page(
    session: Session, *, merchant_id: UUID, before: UUID | None = None, limit: int = 20
) -> list[ExitAnswer]:
    """Answers, the newest first, before a key."""
    query = sa.select(ExitAnswer).where(ExitAnswer.merchant_id == merchant_id)
    if before is not None:
        query = query.where(ExitAnswer.id < before)
    return list(session.execute(query.order_by(ExitAnswer.id.desc()).limit(limit)).scalars())
