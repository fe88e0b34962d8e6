"""The table of rules that were tried in the background."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class ProgramTrial(Base):
    """Rules (`document`, named by `seal`) tried in the background, and what came of it.

    Kind "past": on the sales of the days from `first_on`; `found` holds the figures of these rules
    ("tried") and of those in force ("current"). Kind "cards": on the cards as they stand; `found`
    is that of `foreseen`. `done` of `total` sales or cards have been seen to.
    """

    __tablename__ = "program_trial"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.CheckConstraint("state IN ('waiting', 'done')", name="state"),
        sa.CheckConstraint("kind IN ('past', 'cards')", name="kind"),
        sa.Index("ix_program_trial_program", "merchant_id", "program_id", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(sa.String(10), server_default="past")
    seal: Mapped[str] = mapped_column(sa.String(50))
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    against: Mapped[int | None]  # the version in force when it was asked for
    first_on: Mapped[date | None] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.String(10))
    done: Mapped[int]
    total: Mapped[int]
    found: Mapped[dict[str, Any] | None] = mapped_column(Json)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
