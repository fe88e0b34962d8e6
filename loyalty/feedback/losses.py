"""Why customers stay away: asked by letter or noted by the staff; the latest word counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.core.errors import Invalid
from loyalty.core.ids import new_id
from loyalty.core.text import Text
from loyalty.feedback.loss_models import LossNote

LETTERS_MAX = 500
REASONS = {
    "moved": Text("Non passo più da quelle parti", "I am not around there any more"),
    "habits": Text("Sono cambiate le mie abitudini", "My habits have changed"),
    "price": Text("È diventato troppo caro per me", "It has become too expensive for me"),
    "quality": Text("I prodotti non mi convincono più", "I no longer like the products as much"),
    "service": Text("Qualcosa è andato storto", "Something went wrong"),
    "elsewhere": Text("Vado da un'altra parte", "I go somewhere else now"),
    "back_soon": Text("Nessun motivo: torno presto", "No reason: I will be back soon"),
    "other": Text("Un altro motivo", "Another reason"),
}
# The same as the shop says it of somebody.
NAMES = {
    "moved": Text("Non è più in zona", "No longer in the area"),
    "habits": Text("Abitudini cambiate", "Habits changed"),
    "price": Text("Prezzo", "Price"),
    "quality": Text("Prodotti", "Products"),
    "service": Text("Qualcosa è andato storto", "Something went wrong"),
    "elsewhere": Text("Va altrove", "Goes elsewhere"),
    "back_soon": Text("Dice che torna", "Says they will be back"),
    "other": Text("Altro", "Something else"),
}
UNHAPPY = frozenset({"quality", "service"})  # first an answer, then advertising
_NOTE = table(LossNote)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of why: one of REASONS, and words where they like."""

    reason: str
    words: str | None


def note(  # whose, what, and who says it
    session: Session,
    *,
    merchant_id: UUID,
    customer_id: UUID,
    said: Said,
    actor: str,
    at: datetime,
    message_id: UUID | None = None,
) -> bool:
    """Keep it, unless it is what was said last in the same way; whether it is news.

    Raises Invalid for a reason that nobody knows.
    """
    if said.reason not in REASONS:
        raise Invalid({"reason": [_WHICH]})
    known = _last(session, merchant_id, customer_id, message_id)
    if known is not None and (known.reason, known.words) == (said.reason, said.words):
        return False
    row = LossNote(
        merchant_id=merchant_id,
        id=new_id(),
        customer_id=customer_id,
        message_id=message_id,
        reason=said.reason,
        words=said.words or None,
        actor=actor,
        noted_at=at,
    )
    session.add(row)
    session.flush()
    return True


def _last(
    session: Session, merchant_id: UUID, customer_id: UUID, message_id: UUID | None
) -> LossNote | None:
    query = sa.select(LossNote).where(
        LossNote.merchant_id == merchant_id, LossNote.customer_id == customer_id
    )
    if message_id is not None:
        query = query.where(LossNote.message_id == message_id)
    return session.execute(query.order_by(LossNote.id.desc()).limit(1)).scalar_one_or_none()


def of(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> list[LossNote]:
    """Everything that is known of these, the latest first."""
    query = sa.select(LossNote).where(
        LossNote.merchant_id == merchant_id, LossNote.customer_id.in_(list(customer_ids))
    )
    return list(session.execute(query.order_by(LossNote.id.desc()).limit(200)).scalars())


def answered(session: Session, *, merchant_id: UUID, message_id: UUID) -> LossNote | None:
    """What was answered to that letter, if anything was."""
    query = sa.select(LossNote).where(
        LossNote.merchant_id == merchant_id, LossNote.message_id == message_id
    )
    return session.execute(query.order_by(LossNote.id.desc()).limit(1)).scalar_one_or_none()


def forget(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> None:
    """Take the words away of who is forgotten; the reasons stay, for they are counted."""
    session.execute(
        sa.update(_NOTE)
        .where(_NOTE.c.merchant_id == merchant_id, _NOTE.c.customer_id.in_(list(customer_ids)))
        .values(words=None)
    )


_WHICH = Text("Scegli un motivo.", "Choose a reason.")
