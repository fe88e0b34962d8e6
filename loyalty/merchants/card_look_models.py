"""The table of how a shop's cards look, and of how far a new shop has come."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime

STAMPS = (
    "check", "coffee", "croissant", "pizza", "ice-cream-cone", "wine", "scissors", "paw-print",
    "heart", "star", "flower", "book-open", "shirt", "dumbbell", "leaf",
)  # fmt: skip


class CardLook(Base):
    """One way the cards of a shop have looked; the one with the highest number is in force.

    Saving and undoing both add a row, so the number says what somebody had before them.
    """

    __tablename__ = "card_look"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "logo"], ["picture.merchant_id", "picture.digest"]),
        sa.CheckConstraint("number > 0", name="number_floor"),
        sa.CheckConstraint(
            "stamp IN (" + ", ".join(f"'{name}'" for name in STAMPS) + ")", name="stamp"
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    background: Mapped[str] = mapped_column(sa.String(7))
    ink: Mapped[str] = mapped_column(sa.String(7))
    accent: Mapped[str] = mapped_column(sa.String(7))
    stamp: Mapped[str | None] = mapped_column(sa.String(20))
    logo: Mapped[str | None] = mapped_column(sa.String(32))
    made_by: Mapped[str] = mapped_column(sa.String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FirstSteps(Base):
    """What a new shop was opened for, and when its owner put the list of first steps away."""

    __tablename__ = "first_steps"
    __table_args__ = (
        sa.CheckConstraint("goal IN ('visits', 'baskets', 'best', 'good')", name="goal"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    goal: Mapped[str | None] = mapped_column(sa.String(10))
    poster_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    test_customer_id: Mapped[UUID | None] = mapped_column(Id)
    put_away_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
