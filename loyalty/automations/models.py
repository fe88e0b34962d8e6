"""Tables of automations: what a shop has switched on, who is on a journey, and their steps."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class Automation(Base):
    """One journey as a shop runs it: on, off, or ending (nobody new begins).

    `letters` are those that the shop has rewritten, by step and language; `offer` its gift. `salt`
    decides who is held back, for good. `version` counts changes, so that of two people who edit at
    once the second hears of it. `looked_on` is the shop's day for which everybody who begins has
    begun. Whoever fitted on `fresh_from_on` already is left out: after an older database was
    restored, nobody knows what they have been sent.
    """

    __tablename__ = "automation"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('win_back', 'welcome')", name="kind"),
        sa.CheckConstraint("state IN ('off', 'on', 'ending')", name="state"),
        sa.CheckConstraint("holdout_percent BETWEEN 0 AND 90", name="holdout_percent"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(8))
    letters: Mapped[dict[str, Any]] = mapped_column(Json)
    offer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    holdout_percent: Mapped[int] = mapped_column(sa.SmallInteger)
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    version: Mapped[int]
    actor: Mapped[str] = mapped_column(sa.String(40))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_on: Mapped[date | None] = mapped_column(sa.Date)
    fresh_from_on: Mapped[date | None] = mapped_column(sa.Date)


class AutomationRun(Base):
    """One person's way through a journey, once for each time that it fits them (`cycle`).

    `is_held`: they get no letter, for comparison. `last_on` is their last visit day when it began,
    and `gap_days` what was usual for them. `step` is the next one, at `due_at`; `delays` counts how
    often it was put off. `ended_as` says why it is over.
    """

    __tablename__ = "automation_run"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "kind"], ["automation.merchant_id", "automation.kind"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.UniqueConstraint("merchant_id", "kind", "customer_id", "cycle"),
        sa.CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_automation_run_due", "merchant_id", "kind", "ended_at", "due_at"),
        sa.Index("ix_automation_run_customer", "merchant_id", "customer_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    customer_id: Mapped[UUID] = mapped_column(Id)
    cycle: Mapped[int] = mapped_column(sa.SmallInteger)
    is_held: Mapped[bool]
    last_on: Mapped[date | None] = mapped_column(sa.Date)
    gap_days: Mapped[int]
    step: Mapped[int] = mapped_column(sa.SmallInteger)
    delays: Mapped[int] = mapped_column(sa.SmallInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_as: Mapped[str | None] = mapped_column(sa.String(20))


class AutomationStep(Base):
    """One step that a run has taken, at most once; without a message it was passed over."""

    __tablename__ = "automation_step"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "run_id"], ["automation_run.merchant_id", "automation_run.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "message_id"], ["message.merchant_id", "message.id"]
        ),
        sa.UniqueConstraint("merchant_id", "message_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    step: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    message_id: Mapped[UUID | None] = mapped_column(Id)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
