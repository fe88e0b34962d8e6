"""Tables of what a shop writes down about its customers: tags, and notes with their author."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class Tag(Base):
    """A word by which a shop groups its customers; `folded` is how it is told from others."""

    __tablename__ = "tag"
    __table_args__ = (sa.UniqueConstraint("merchant_id", "folded"),)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    folded: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CustomerTag(Base):
    """A tag on a customer; with `merge_id` it came from somebody who turned out to be them."""

    __tablename__ = "customer_tag"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(["merchant_id", "tag_id"], ["tag.merchant_id", "tag.id"]),
        sa.ForeignKeyConstraint(
            ["merchant_id", "merge_id"], ["customer_merge.merchant_id", "customer_merge.id"]
        ),
        sa.Index("ix_customer_tag_tag", "merchant_id", "tag_id", "customer_id"),
        {"sqlite_with_rowid": False},
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    merge_id: Mapped[UUID | None] = mapped_column(Id)


class CustomerNote(Base):
    """What somebody of the shop wrote about a customer, for colleagues.

    It is never erased in silence: `past` keeps earlier wordings as `[{"words", "at"}, …]`, and one
    that was struck stays with who did it. It stays with the customer as they were known then. Only
    when the customer is forgotten the words go.
    """

    __tablename__ = "customer_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.UniqueConstraint("merchant_id", "key_hash"),
        sa.CheckConstraint("(struck_at IS NULL) = (struck_by IS NULL)", name="struck"),
        sa.Index("ix_customer_note_customer", "merchant_id", "customer_id", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id)
    words: Mapped[str | None] = mapped_column(sa.String(1000))
    actor: Mapped[str] = mapped_column(sa.String(40))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edits: Mapped[int] = mapped_column(sa.SmallInteger)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    past: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    struck_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    struck_by: Mapped[str | None] = mapped_column(sa.String(40))
    key_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
