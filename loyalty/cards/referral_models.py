"""Tables of bringing a friend: what a program gives for it, and who brought whom."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class ProgramReferral(Base):
    """What a program gives to both sides; it is no part of a version, for it can end any day."""

    __tablename__ = "program_referral"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.CheckConstraint("friend_units >= 0 AND bringer_units >= 0", name="floor"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    is_on: Mapped[bool]
    unit: Mapped[str] = mapped_column(sa.String(32))
    friend_units: Mapped[int]
    bringer_units: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Referral(Base):
    """A friend who joined by somebody's link, and what both were promised that day.

    `waiting` for the friend's first purchase, then `rewarded`, or `refused` with `why`. Where the
    friend was rewarded and the bringer not, `why` says so too.
    """

    __tablename__ = "referral"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "bringer_card_id"], ["card.merchant_id", "card.id"]
        ),
        sa.ForeignKeyConstraint(["merchant_id", "friend_card_id"], ["card.merchant_id", "card.id"]),
        sa.UniqueConstraint("merchant_id", "friend_card_id"),
        sa.CheckConstraint("state IN ('waiting', 'rewarded', 'refused')", name="state"),
        sa.CheckConstraint("bringer_card_id <> friend_card_id", name="two_cards"),
        sa.Index("ix_referral_bringer", "merchant_id", "bringer_card_id", "id"),
        sa.Index(
            "ix_referral_waiting",
            "merchant_id",
            "id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id)
    bringer_card_id: Mapped[UUID] = mapped_column(Id)
    friend_card_id: Mapped[UUID] = mapped_column(Id)
    unit: Mapped[str] = mapped_column(sa.String(32))
    friend_units: Mapped[int]
    bringer_units: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10))
    why: Mapped[str | None] = mapped_column(sa.String(20))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
