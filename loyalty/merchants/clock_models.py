"""Tables of retention clocks: how long a shop keeps what, and what was cleared when."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class RetentionClock(Base):
    """A clock that a shop has set otherwise than the house does, and why."""

    __tablename__ = "retention_clock"
    __table_args__ = (
        sa.CheckConstraint("months BETWEEN 1 AND 120", name="months"),
        sa.CheckConstraint(
            "kind IN ('detail', 'detail_agreed', 'staff_log', 'proof')", name="kind"
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    months: Mapped[int] = mapped_column(sa.SmallInteger)
    is_on: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(300))
    actor: Mapped[str] = mapped_column(sa.String(40))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RetentionRun(Base):
    """A night on which the clocks of a shop were looked at; `cleared` counts by clock."""

    __tablename__ = "retention_run"

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared: Mapped[dict[str, int]] = mapped_column(Json)
