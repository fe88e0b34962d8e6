"""Writing remarks down, finding them again, and saying what came of them.

Upstairs, in the same write, it is asked whether somebody may, and noted that they did.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed
from loyalty.core.errors import Invalid, KeyReused, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref
from loyalty.core.signing import digest
from loyalty.core.text import Text
from loyalty.feedback.models import Remark

OPEN, DONE = "open", "done"
LETTERS_MAX = 300
KINDS = {
    "product": Text("Prodotto", "Product"),
    "wait": Text("Attesa", "Waiting"),
    "service": Text("Servizio", "Service"),
    "place": Text("Locale", "Place"),
    "other": Text("Altro", "Something else"),
}
_SAY_WHAT = Text(
    "Scrivi in poche parole che cosa ha detto, o scegli di che cosa si tratta.",
    "Write in a few words what they said, or choose what it is about.",
)


class DoneAlready(StateConflict):
    """Somebody else has said what came of it."""

    words = Text(
        "Qualcuno l'ha già chiusa: leggi che cosa ha scritto, o riaprila.",
        "Somebody has closed it already: read what they wrote, or open it again.",
    )


@dataclass(frozen=True, slots=True)
class Said:
    """A remark to write down; `kind` "other" needs words."""

    customer_id: UUID
    card_id: UUID
    visit_id: UUID | None
    kind: str
    words: str | None


def write(
    session: Session, *, merchant_id: UUID, actor: str, said: Said, key: str, at: datetime
) -> Remark:
    """Write a remark down; the same key again gives the same one. Raises Invalid, KeyReused."""
    if said.kind == "other" and not said.words:
        raise Invalid({"words": [_SAY_WHAT]})
    known = session.execute(
        sa.select(Remark).where(Remark.merchant_id == merchant_id, Remark.key_hash == digest(key))
    ).scalar_one_or_none()
    if known is not None:
        if (known.card_id, known.kind) != (said.card_id, said.kind):
            raise KeyReused
        return known
    remark = Remark(
        merchant_id=merchant_id,
        id=new_id(),
        customer_id=said.customer_id,
        card_id=said.card_id,
        visit_id=said.visit_id,
        kind=said.kind,
        words=said.words,
        state=OPEN,
        actor=actor,
        written_at=at,
        key_hash=digest(key),
    )
    session.add(remark)
    session.flush()
    return remark


def find(session: Session, *, merchant_id: UUID, remark_ref: str) -> Remark:
    """The merchant's remark of that ref. Raises Unknown("remark")."""
    remark_id = parse_ref("rem", remark_ref)
    found = session.get(Remark, (merchant_id, remark_id)) if remark_id else None
    if found is None:
        raise Unknown("remark")
    return found


def close(
    session: Session,
    *,
    merchant_id: UUID,
    remark_ref: str,
    actor: str,
    outcome: str | None,
    at: datetime,
) -> bool:
    """Say that it is done, and what was done; whether that was news.

    Raises Unknown("remark"), and DoneAlready where somebody has said something else.
    """
    remark = find(session, merchant_id=merchant_id, remark_ref=remark_ref)
    changed = session.execute(
        sa.update(Remark)
        .where(Remark.merchant_id == merchant_id, Remark.id == remark.id, Remark.state == OPEN)
        .values(state=DONE, done_by=actor, done_at=at, outcome=outcome)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed):
        return True
    session.refresh(remark)
    if (remark.done_by, remark.outcome) != (actor, outcome):
        raise DoneAlready
    return False


def made_up(session: Session, *, merchant_id: UUID, remark_ref: str, operation_id: UUID) -> None:
    """Name the entry in the ledger that made up for it."""
    remark = find(session, merchant_id=merchant_id, remark_ref=remark_ref)
    session.refresh(remark)
    remark.recovery_id = operation_id
    session.flush()


def reopen(session: Session, *, merchant_id: UUID, remark_ref: str) -> bool:
    """It is not done after all; whether that was news. Raises Unknown("remark")."""
    remark = find(session, merchant_id=merchant_id, remark_ref=remark_ref)
    changed = session.execute(
        sa.update(Remark)
        .where(Remark.merchant_id == merchant_id, Remark.id == remark.id, Remark.state == DONE)
        .values(state=OPEN, done_by=None, done_at=None, outcome=None)
        .execution_options(synchronize_session=False)
    )
    return bool(rows_changed(changed))


def page(
    session: Session, *, merchant_id: UUID, state: str, before: UUID | None = None, limit: int = 20
) -> list[Remark]:
    """Remarks of that state, the newest first, before a key."""
    query = sa.select(Remark).where(Remark.merchant_id == merchant_id, Remark.state == state)
    if before is not None:
        query = query.where(Remark.id < before)
    return list(session.execute(query.order_by(Remark.id.desc()).limit(limit)).scalars())


def count_open(session: Session, *, merchant_id: UUID) -> int:
    """How many wait for somebody."""
    return session.execute(
        sa.select(sa.func.count())
        .select_from(Remark)
        .where(Remark.merchant_id == merchant_id, Remark.state == OPEN)
    ).scalar_one()


def latest_open(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]
) -> Remark | None:
    """The newest remark of one person, under whichever ids they were known, that is still open."""
    rows = session.execute(
        sa.select(Remark).where(
            Remark.merchant_id == merchant_id,
            Remark.customer_id.in_(customer_ids),
            Remark.state == OPEN,
        )
    ).scalars()
    # Chosen here: for an order by the key SQLite would walk through all open ones of the shop.
    return max(rows, key=lambda remark: remark.id, default=None)


def of_customers(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID], limit: int
) -> list[Remark]:
    """What one person said, under whichever ids they were known, the newest first."""
    rows = session.execute(
        sa.select(Remark).where(
            Remark.merchant_id == merchant_id, Remark.customer_id.in_(list(customer_ids))
        )
    ).scalars()
    # Sorted here, for the same reason.
    return sorted(rows, key=lambda remark: remark.id, reverse=True)[:limit]


def forget(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> None:
    """Take away the words about people who are to be forgotten; what it was about stays."""
    session.execute(
        sa.update(Remark)
        .where(Remark.merchant_id == merchant_id, Remark.customer_id.in_(customer_ids))
        .values(words=None, outcome=None)
        .execution_options(synchronize_session=False)
    )
