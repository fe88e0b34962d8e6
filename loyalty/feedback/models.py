"""Tables of what customers say: remarks at the counter, and why somebody left."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class Remark(Base):
    """What a customer said at the counter, who wrote it down, and what came of it.

    It stays with the customer as they were known then; who that is by now is asked when it is
    shown. Erasing the customer takes the words away and leaves what it was about. `recovery_id`:
    the units by which somebody made up for it.
    """

    __tablename__ = "remark"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.ForeignKeyConstraint(["merchant_id", "visit_id"], ["visit.merchant_id", "visit.id"]),
        sa.ForeignKeyConstraint(
            ["merchant_id", "recovery_id"], ["ledger_operation.merchant_id", "ledger_operation.id"]
        ),
        sa.UniqueConstraint("merchant_id", "key_hash"),
        sa.CheckConstraint("kind IN ('product', 'wait', 'service', 'place', 'other')", name="kind"),
        sa.CheckConstraint("state IN ('open', 'done')", name="state"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        sa.Index("ix_remark_state", "merchant_id", "state", "id"),
        sa.Index("ix_remark_customer", "merchant_id", "customer_id", "state"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id)
    card_id: Mapped[UUID] = mapped_column(Id)
    visit_id: Mapped[UUID | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(sa.String(10))
    words: Mapped[str | None] = mapped_column(sa.String(300))
    state: Mapped[str] = mapped_column(sa.String(4))
    actor: Mapped[str] = mapped_column(sa.String(40))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(sa.String(40))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(sa.String(300))
    recovery_id: Mapped[UUID | None] = mapped_column(Id)
    key_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(16))


class ExitAnswer(Base):
    """Why somebody left, as they said when they did; it names nobody, for they have been forgotten.

    `reason` is None where they only wrote words.
    """

    __tablename__ = "exit_answer"
    __table_args__ = (
        sa.CheckConstraint(
            "reason IN ('away', 'rewards', 'messages', 'privacy', 'wrong')", name="reason"
        ),
        sa.CheckConstraint("reason IS NOT NULL OR words IS NOT NULL", name="said"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    reason: Mapped[str | None] = mapped_column(sa.String(10))
    words: Mapped[str | None] = mapped_column(sa.String(300))
    left_at: Mapped[datetime] = mapped_column(UtcDateTime)
