"""Tables of cards and what names them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class Card(Base):
    """One customer's card in one program.

    A card that was merged into another lends it its codes; `merged_into_id` names that one.
    """

    __tablename__ = "card"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.UniqueConstraint("merchant_id", "customer_id", "program_id"),
        sa.Index("ix_card_program", "merchant_id", "program_id", "id"),
        sa.Index(
            "ix_card_merged",
            "merchant_id",
            "merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id)
    program_id: Mapped[UUID] = mapped_column(Id)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[UUID | None] = mapped_column(Id)


class CardToken(Base):
    """The codes of a card: `token` in its QR, `code` to type. Replacing a card ends them."""

    __tablename__ = "card_token"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "token"),
        sa.UniqueConstraint("merchant_id", "code"),
        sa.Index("ix_card_token_card", "merchant_id", "card_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    token: Mapped[str] = mapped_column(sa.String(26))
    code: Mapped[str] = mapped_column(sa.String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CardClaim(Base):
    """A link, good once, that brings a card to a phone."""

    __tablename__ = "card_claim"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CardDevice(Base):
    """A phone on which the card is open; only a digest of its secret is kept."""

    __tablename__ = "card_device"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
        sa.Index("ix_card_device_card", "merchant_id", "card_id"),
        sa.Index("ix_card_device_secret", "secret_hash"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id)
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LiveUse(Base):
    """A live code that has served: each is good for one accrual and one redemption."""

    __tablename__ = "live_use"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "device_id"], ["card_device.merchant_id", "card_device.id"]
        ),
        sa.CheckConstraint("act IN ('accrue', 'redeem')", name="act"),
        sa.Index("ix_live_use_used_at", "merchant_id", "used_at"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    device_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    step: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardPin(Base):
    """The PIN that a card's holder has chosen for rewards without their phone's live code."""

    __tablename__ = "card_pin"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["card.merchant_id", "card.id"]),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    card_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    pin_hash: Mapped[str] = mapped_column(sa.String(200))
    tries: Mapped[int]
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
