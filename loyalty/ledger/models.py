"""Tables of the ledger; docs/ledger.md says what holds between them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class Account(Base):
    """Where units are: kind `card` keeps a balance with floors, the merchant's side keeps none.

    So no row is hit by everybody. What the open lots hold is balance + debt; pending ones count.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "card_id", "unit"),
        sa.CheckConstraint("debt >= 0", name="debt_floor"),
        sa.CheckConstraint("balance + debt >= 0", name="available_floor"),
        sa.CheckConstraint("earned_millionths >= 0", name="earned_floor"),
        sa.CheckConstraint("(kind = 'card') = (card_id IS NOT NULL)", name="card_kind"),
        sa.CheckConstraint("kind = 'card' OR (balance = 0 AND debt = 0)", name="merchant_side"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id)
    card_id: Mapped[UUID | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(sa.String(10))
    unit: Mapped[str] = mapped_column(sa.String(32))
    balance: Mapped[int] = mapped_column(sa.BigInteger)
    debt: Mapped[int] = mapped_column(sa.BigInteger)
    earned_millionths: Mapped[int] = mapped_column(sa.BigInteger)
    moves: Mapped[int] = mapped_column(sa.BigInteger)  # counts the writes to this row
    has_waiting: Mapped[bool]  # whether a lot of it ever had to wait; never taken back
    last_active_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # slides idle lots


class Operation(Base):
    """One intent, done once: its key and answer, and who did it where, when, under which rules."""

    __tablename__ = "ledger_operation"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.ForeignKeyConstraint(
            ["merchant_id", "reverses_id"], ["ledger_operation.merchant_id", "ledger_operation.id"]
        ),
        sa.UniqueConstraint("merchant_id", "key_hash"),
        sa.UniqueConstraint("merchant_id", "reverses_id"),
        # With all that a line of time asks: what a card has lived through is read from here alone.
        sa.Index("ix_ledger_operation_card", "merchant_id", "card_id", "id", "kind", "occurred_at"),
        sa.Index("ix_ledger_operation_time", "merchant_id", "occurred_at"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    key_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    body_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    card_id: Mapped[UUID] = mapped_column(Id)
    version: Mapped[int | None]
    actor: Mapped[str] = mapped_column(sa.String(40))
    via: Mapped[str] = mapped_column(sa.String(10))
    location_id: Mapped[UUID | None] = mapped_column(Id)
    device: Mapped[str | None] = mapped_column(sa.String(40))
    proof: Mapped[str | None] = mapped_column(sa.String(10))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    reverses_id: Mapped[UUID | None] = mapped_column(Id)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Entry(Base):
    """What an operation did to one account, and why, in words a customer can read."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "operation_id"], ["ledger_operation.merchant_id", "ledger_operation.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "account_id"], ["ledger_account.merchant_id", "ledger_account.id"]
        ),
        sa.Index("ix_ledger_entry_account", "merchant_id", "account_id", "id"),
        sa.Index("ix_ledger_entry_operation", "merchant_id", "operation_id"),
        sa.CheckConstraint("covered >= 0", name="covered_floor"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    operation_id: Mapped[UUID] = mapped_column(Id)
    account_id: Mapped[UUID] = mapped_column(Id)
    # earn, take, spend, give, expire, adjust, forgive, activate, extend, merge, return
    kind: Mapped[str] = mapped_column(sa.String(10))
    units: Mapped[int] = mapped_column(sa.BigInteger)
    millionths: Mapped[int] = mapped_column(sa.BigInteger)
    covered: Mapped[int] = mapped_column(sa.BigInteger)  # refunded units that had expired already
    balance_after: Mapped[int] = mapped_column(sa.BigInteger)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class Lot(Base):
    """Units that came together and expire together.

    `remaining` changes; `is_pending` ends once; `expires_at` may move later, never earlier, with an
    extension that says why. A lot with `idle_months` also lives so long after the card's last visit
    since `slides_from_at`. One that came from another card names the lot it was there.
    """

    __tablename__ = "ledger_lot"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "account_id"], ["ledger_account.merchant_id", "ledger_account.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"], ["ledger_entry.merchant_id", "ledger_entry.id"]
        ),
        sa.CheckConstraint("units > 0", name="size"),
        sa.CheckConstraint("remaining >= 0 AND remaining <= units", name="remaining_within"),
        # With all that the next ends ask, in their order: however many lots an account has, a scan
        # reads only those.
        sa.Index(
            "ix_ledger_lot_open",
            "merchant_id",
            "account_id",
            "is_pending",
            "expires_at",
            "remaining",
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        ),
        sa.Index("ix_ledger_lot_entry", "merchant_id", "entry_id"),
        sa.Index(
            "ix_ledger_lot_pending",
            "merchant_id",
            "account_id",
            sqlite_where=sa.text("is_pending"),
            postgresql_where=sa.text("is_pending"),
        ),
        sa.Index(
            "ix_ledger_lot_ready",
            "merchant_id",
            "active_at",
            "id",
            sqlite_where=sa.text("is_pending"),
            postgresql_where=sa.text("is_pending"),
        ),
        sa.Index(
            "ix_ledger_lot_ending",
            "merchant_id",
            "expires_at",
            "id",
            sqlite_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
            postgresql_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_ledger_lot_origin",
            "merchant_id",
            "origin_id",
            sqlite_where=sa.text("origin_id IS NOT NULL"),
            postgresql_where=sa.text("origin_id IS NOT NULL"),
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Id)
    entry_id: Mapped[UUID] = mapped_column(Id)
    version: Mapped[int | None]
    units: Mapped[int] = mapped_column(sa.BigInteger)
    remaining: Mapped[int] = mapped_column(sa.BigInteger)
    is_grace: Mapped[bool]  # given back after its time: it never gets another
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_pending: Mapped[bool]
    active_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    idle_months: Mapped[int | None]
    slides_from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin_id: Mapped[UUID | None] = mapped_column(Id)


class Extension(Base):
    """A lot that was given a later end, or none: from when to when, by which entry."""

    __tablename__ = "ledger_extension"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"], ["ledger_entry.merchant_id", "ledger_entry.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "lot_id"], ["ledger_lot.merchant_id", "ledger_lot.id"]
        ),
        sa.Index("ix_ledger_extension_lot", "merchant_id", "lot_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Id)
    lot_id: Mapped[UUID] = mapped_column(Id)
    before_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Posting(Base):
    """Units moving from one account to another; without a lot they make or repay debt.

    What leaves the one arrives at the other, so every entry adds up to zero by its shape.
    """

    __tablename__ = "ledger_posting"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"], ["ledger_entry.merchant_id", "ledger_entry.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "from_id"], ["ledger_account.merchant_id", "ledger_account.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "to_id"], ["ledger_account.merchant_id", "ledger_account.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "lot_id"], ["ledger_lot.merchant_id", "ledger_lot.id"]
        ),
        sa.CheckConstraint("units > 0", name="units_positive"),
        sa.CheckConstraint("from_id <> to_id", name="two_accounts"),
        sa.Index("ix_ledger_posting_entry", "merchant_id", "entry_id"),
        sa.Index("ix_ledger_posting_lot", "merchant_id", "lot_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Id)
    from_id: Mapped[UUID] = mapped_column(Id)
    to_id: Mapped[UUID] = mapped_column(Id)
    lot_id: Mapped[UUID | None] = mapped_column(Id)
    units: Mapped[int] = mapped_column(sa.BigInteger)
