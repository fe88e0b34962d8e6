"""Tables of the counter; the id of each row is the id of the operation that made it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime

_OPERATION = ["ledger_operation.merchant_id", "ledger_operation.id"]


class Visit(Base):
    """One sale to a card holder as it was recorded; what was refunded stands beside it."""

    __tablename__ = "visit"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "program_id", "external_ref"),
        sa.Index("ix_visit_card_day", "merchant_id", "card_id", "local_on"),
        sa.Index("ix_visit_day", "merchant_id", "local_on", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    program_id: Mapped[UUID] = mapped_column(Id)
    version: Mapped[int]
    location_id: Mapped[UUID | None] = mapped_column(Id)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    tax_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    discount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_on: Mapped[date] = mapped_column(sa.Date)
    external_ref: Mapped[str | None] = mapped_column(sa.String(120))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VisitLine(Base):
    """One line of a visit, as given; a visit without lines has none here and counts as one."""

    __tablename__ = "visit_line"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "visit_id"], ["visit.merchant_id", "visit.id"]),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str | None] = mapped_column(sa.String(120))
    item: Mapped[str | None] = mapped_column(sa.String(200))
    category: Mapped[str | None] = mapped_column(sa.String(120))
    quantity_milli: Mapped[int] = mapped_column(sa.BigInteger)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)


class VisitRefund(Base):
    """A refund of a visit: by amount, or by quantities of its lines."""

    __tablename__ = "visit_refund"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "visit_id"], ["visit.merchant_id", "visit.id"]),
        sa.Index("ix_visit_refund_visit", "merchant_id", "visit_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(Id)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    lines: Mapped[list[Any]] = mapped_column(Json)  # [[number, quantity_milli], …]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Redemption(Base):
    """Units exchanged for a reward: reserved (a voucher is out), fulfilled or cancelled."""

    __tablename__ = "redemption"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "code"),
        sa.CheckConstraint("state IN ('reserved', 'fulfilled', 'cancelled')", name="state"),
        sa.Index("ix_redemption_card", "merchant_id", "card_id", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    program_id: Mapped[UUID] = mapped_column(Id)
    version: Mapped[int]
    reward: Mapped[str] = mapped_column(sa.String(64))
    cost: Mapped[dict[str, int]] = mapped_column(Json)
    code: Mapped[str] = mapped_column(sa.String(10))
    filled: Mapped[bool]  # issued by a full stamp card, not asked for
    state: Mapped[str] = mapped_column(sa.String(10))
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScanRefusal(Base):
    """A scan that was refused: who, when, why; the scanned text is not kept."""

    __tablename__ = "scan_refusal"

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40))
    act: Mapped[str] = mapped_column(sa.String(20))
    card_id: Mapped[UUID | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(sa.String(40))
    device: Mapped[str | None] = mapped_column(sa.String(40))
    location_id: Mapped[UUID | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
