"""Tables of causes: whom they are for, and what was paid to them."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class CauseAccount(Base):
    """A merchant's cause by its key; payouts of one cause wait for each other on this row."""

    __tablename__ = "cause"

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    beneficiary: Mapped[str] = mapped_column(sa.String(120))
    tax_code: Mapped[str | None] = mapped_column(sa.String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Payout(Base):
    """Money sent to a beneficiary, with its receipt; a wrong one is taken back by another row."""

    __tablename__ = "cause_payout"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "cause"], ["cause.merchant_id", "cause.key"]),
        sa.ForeignKeyConstraint(
            ["merchant_id", "reverses_id"], ["cause_payout.merchant_id", "cause_payout.id"]
        ),
        sa.UniqueConstraint("merchant_id", "key_hash"),
        sa.UniqueConstraint("merchant_id", "reverses_id"),
        sa.Index("ix_cause_payout_cause", "merchant_id", "cause", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    cause: Mapped[str] = mapped_column(sa.String(32))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)  # below 0 where it takes one back
    currency: Mapped[str] = mapped_column(sa.String(3))
    paid_on: Mapped[date] = mapped_column(sa.Date)
    receipt: Mapped[str] = mapped_column(sa.String(200))
    beneficiary: Mapped[str] = mapped_column(sa.String(120))
    tax_code: Mapped[str | None] = mapped_column(sa.String(32))
    reverses_id: Mapped[UUID | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(sa.String(40))
    key_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    body_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PayoutPaper(Base):
    """The receipt of a payout as a file: a PDF as it came, or a picture made anew."""

    __tablename__ = "cause_payout_paper"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "payout_id"], ["cause_payout.merchant_id", "cause_payout.id"]
        ),
        sa.CheckConstraint("kind IN ('pdf', 'webp')", name="kind"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(4))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    actor: Mapped[str] = mapped_column(sa.String(40))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
