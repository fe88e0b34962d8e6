"""The table of tasks."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime

OPEN, DONE = "open", "done"


class Task(Base):
    """Something to do, by somebody or by anybody, for a customer or for the shop.

    One that the system noticed has its `cause` as long as that lasts, and there is one task of
    each; a cause that comes back later is another task. `kind` and `facts` (refs and numbers) say
    what it is about; `what` holds the words of one that a person wrote.
    """

    __tablename__ = "task"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(["merchant_id", "assignee_id"], ["staff.merchant_id", "staff.id"]),
        sa.UniqueConstraint("merchant_id", "cause"),
        sa.CheckConstraint("state IN ('open', 'done')", name="state"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        sa.Index("ix_task_open", "merchant_id", "state", "due_on", "id"),
        sa.Index("ix_task_customer", "merchant_id", "customer_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    cause: Mapped[str | None] = mapped_column(sa.String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    what: Mapped[str | None] = mapped_column(sa.String(300))
    customer_id: Mapped[UUID | None] = mapped_column(Id)
    assignee_id: Mapped[UUID | None] = mapped_column(Id)
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(sa.String(10))
    actor: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(sa.String(40))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
