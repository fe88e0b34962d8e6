"""The table of why customers stay away: what they said, or what the staff know."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class LossNote(Base):
    """Why somebody stays away, as it was known then; the latest is what counts.

    `message_id` is the letter by which they were asked; without it somebody of the staff noted it.
    A note is not changed: whoever knows better writes another. Erasing the customer takes the
    words away.
    """

    __tablename__ = "loss_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "message_id"], ["message.merchant_id", "message.id"]
        ),
        sa.CheckConstraint(
            "reason IN ('moved', 'habits', 'price', 'quality', 'service', 'elsewhere', 'back_soon',"
            " 'other')",
            name="reason",
        ),
        sa.Index("ix_loss_note_customer", "merchant_id", "customer_id", "id"),
        sa.Index("ix_loss_note_message", "merchant_id", "message_id", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id)
    message_id: Mapped[UUID | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(sa.String(10))
    words: Mapped[str | None] = mapped_column(sa.String(500))
    actor: Mapped[str] = mapped_column(sa.String(40))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
