"""What happened, told to the rest of the house in the same transaction that made it true."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime, table
from loyalty.core.ids import new_id


class OutboxEvent(Base):
    """One thing that happened; a worker acts on it after the commit."""

    __tablename__ = "outbox_event"

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


_INSERT = sa.insert(table(OutboxEvent))


def add(
    session: Session, *, merchant_id: UUID, kind: str, facts: dict[str, Any], at: datetime
) -> None:
    """Note an event; it exists if and only if the surrounding write commits."""
    session.execute(
        _INSERT,
        {
            "merchant_id": merchant_id,
            "id": new_id(),
            "kind": kind,
            "facts": facts,
            "created_at": at,
        },
    )
