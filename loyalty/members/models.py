"""Tables of the member list: saved views, and deeds on many members at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class MemberView(Base):
    """Filters of the member list under a name, for everybody in the shop.

    `criteria` as in the address of the list; what somebody searched for is never among them.
    """

    __tablename__ = "member_view"
    __table_args__ = (sa.UniqueConstraint("merchant_id", "folded"),)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    folded: Mapped[str] = mapped_column(sa.String(80))
    criteria: Mapped[dict[str, str]] = mapped_column(Json)
    actor: Mapped[str] = mapped_column(sa.String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BulkRun(Base):
    """One deed on many members: who asked for it, whom it was for, and how far it has come.

    `chosen` is `{"criteria": {…}}`, or `{"members": [refs]}`, or `{"undo": ref of a run}`. `total`
    is how many there were when it was asked for; `seen` how many were looked at, `changed` how many
    were changed. It goes on after `after_id`.
    """

    __tablename__ = "bulk_run"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "tag_id"], ["tag.merchant_id", "tag.id"]),
        sa.UniqueConstraint("merchant_id", "key_hash"),
        sa.CheckConstraint("kind IN ('tag', 'untag')", name="kind"),
        sa.CheckConstraint("state IN ('waiting', 'done')", name="state"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    tag_id: Mapped[UUID] = mapped_column(Id)
    chosen: Mapped[dict[str, Any]] = mapped_column(Json)
    actor: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(10))
    total: Mapped[int]
    seen: Mapped[int]
    changed: Mapped[int]
    after_id: Mapped[UUID | None] = mapped_column(Id)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[UUID | None] = mapped_column(Id)
    key_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(16))


class BulkChange(Base):
    """A member whom a run has changed: its undo changes these back, and nobody else."""

    __tablename__ = "bulk_change"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "run_id"], ["bulk_run.merchant_id", "bulk_run.id"]),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.Index("ix_bulk_change_customer", "merchant_id", "customer_id"),
        {"sqlite_with_rowid": False},
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
