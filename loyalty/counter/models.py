"""Tables of the counter; the id of each row is the id of the operation that made it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime

_OPERATION = ["ledger_operation.merchant_id", "ledger_operation.id"]


class Visit(Base):
    """One sale to a card holder as it was recorded; what was refunded stands beside it.

    Seven columns live: `card_id` (a visit may be moved to the right card), `posting_id` (the move
    that earned it there; None: its own operation), `occasion` (how the rules saw it there),
    `scanned_card_id` (the card whose code was read, where that had been merged into this one),
    `amount_minor` (lines may be added), `net_minor` (what is left of it) and `external_ref` (free
    again once the import that brought it is undone).
    """

    __tablename__ = "visit"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "program_id", "external_ref"),
        sa.Index("ix_visit_card_day", "merchant_id", "card_id", "local_on"),
        # All that figures ask of visits is read along this one, card by card. The day comes after
        # the location: else SQLite takes it for the other, and then walks through lines.
        sa.Index(
            "ix_visit_figures",
            "merchant_id",
            "card_id",
            "location_id",
            "local_on",
            "voided_at",
            "net_minor",
        ),
        sa.Index("ix_visit_day", "merchant_id", "local_on", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    program_id: Mapped[UUID] = mapped_column(Id)
    version: Mapped[int]
    location_id: Mapped[UUID | None] = mapped_column(Id)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    net_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    tax_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    discount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_on: Mapped[date] = mapped_column(sa.Date)
    local_hour: Mapped[int] = mapped_column(sa.SmallInteger)
    external_ref: Mapped[str | None] = mapped_column(sa.String(120))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posting_id: Mapped[UUID | None] = mapped_column(Id)
    scanned_card_id: Mapped[UUID | None] = mapped_column(Id)
    occasion: Mapped[dict[str, Any] | None] = mapped_column(Json)


class VisitLine(Base):
    """One line of a visit, as given; a visit without lines has none here and counts as one.

    After a while what was sold is cleared; `rules` then names the rules that had meant it, so that
    a refund rates the line as it was.
    """

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
    rules: Mapped[list[str] | None] = mapped_column(Json)


class VisitRefund(Base):
    """A change of a visit after it was recorded: a refund, one taken back, or lines added.

    A refund is by amount, by quantities of lines, or by quantities and money of lines; one that is
    taken back stands again with every number below 0. Lines that were added are those from number
    `added_from` on, up to those of the next addition; `added_minor` is what they cost.
    """

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
    lines: Mapped[list[Any]] = mapped_column(Json)  # [[number, quantity_milli(, amount_minor)], …]
    added_from: Mapped[int | None]
    added_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VisitMove(Base):
    """A visit that was put on another card; moving it back restores how it was seen there."""

    __tablename__ = "visit_move"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "visit_id"], ["visit.merchant_id", "visit.id"]),
        sa.ForeignKeyConstraint(["merchant_id", "from_id"], ["card.merchant_id", "card.id"]),
        sa.ForeignKeyConstraint(["merchant_id", "to_id"], ["card.merchant_id", "card.id"]),
        sa.Index("ix_visit_move_visit", "merchant_id", "visit_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(Id)
    from_id: Mapped[UUID] = mapped_column(Id)
    to_id: Mapped[UUID] = mapped_column(Id)
    occasion_before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TierChange(Base):
    """A card's standing in its tiers from a day on; the latest one is where it stands."""

    __tablename__ = "tier_change"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "operation_id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.Index("ix_tier_change_card", "merchant_id", "card_id", "id"),
        sa.Index("ix_tier_change_review", "merchant_id", "review_on"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    operation_id: Mapped[UUID] = mapped_column(Id)
    # up, kept, grace, down, revoked, moved, rules, merged, unmerged, notice
    kind: Mapped[str] = mapped_column(sa.String(10))
    version: Mapped[int]
    happened_on: Mapped[date] = mapped_column(sa.Date)
    measured: Mapped[int] = mapped_column(sa.BigInteger)
    level_before: Mapped[str | None] = mapped_column(sa.String(32))
    level: Mapped[str | None] = mapped_column(sa.String(32))
    since_on: Mapped[date | None] = mapped_column(sa.Date)
    review_on: Mapped[date | None] = mapped_column(sa.Date)
    grace_ends_on: Mapped[date | None] = mapped_column(sa.Date)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class RewardStock(Base):
    """How many of a reward with a stock have been given; the row is the queue for the last one."""

    __tablename__ = "reward_stock"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.CheckConstraint("given >= 0", name="given_floor"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    reward: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    given: Mapped[int] = mapped_column(sa.BigInteger)


class Redemption(Base):
    """Units exchanged for a reward: reserved (a voucher is out), fulfilled or cancelled."""

    __tablename__ = "redemption"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "id"], _OPERATION),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "code"),
        sa.CheckConstraint("state IN ('reserved', 'fulfilled', 'cancelled')", name="state"),
        sa.Index("ix_redemption_card", "merchant_id", "card_id", "id"),
        sa.Index(
            "ix_redemption_open",
            "merchant_id",
            "card_id",
            sqlite_where=sa.text("state = 'reserved'"),
            postgresql_where=sa.text("state = 'reserved'"),
        ),
        sa.Index(
            "ix_redemption_used",
            "merchant_id",
            "used_at",
            sqlite_where=sa.text("used_at IS NOT NULL"),
            postgresql_where=sa.text("used_at IS NOT NULL"),
        ),
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
    __table_args__ = (sa.Index("ix_scan_refusal_at", "merchant_id", "at"),)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40))
    act: Mapped[str] = mapped_column(sa.String(20))
    card_id: Mapped[UUID | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(sa.String(40))
    device: Mapped[str | None] = mapped_column(sa.String(40))
    location_id: Mapped[UUID | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
