"""Tables of campaigns: the letter, one row for each person, who must never be written to again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class Campaign(Base):
    """A letter to some of the customers, sent to each at most once.

    `audience`, `letter` and `offer` are as they were typed; `printed` is the letter as it was
    compiled at the launch, by language. `salt` decides who is held back; without `holdout_percent`
    the launch chooses how many. `mark` is the last customer who has a message; `gathered_at` says
    that all have. `instance` is the installation that launched it, and `claims` counts how often
    somebody took messages to send: the installation's own notes of both tell a restored backup.
    It begins until `start_by_at` or not at all, and nothing leaves after `not_after_at`. `halted`:
    it waits for somebody's word, for it is late, the database is an older one, or the mail server
    refuses us.

    With `automation` it is the letter of one `step` of a journey: people come to it one by one, and
    it is gathered once another letter has taken its place.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'paused', 'halted', 'finished', 'stopped')",
            name="state",
        ),
        sa.CheckConstraint(
            "halted_for IS NULL OR halted_for IN ('late', 'restored', 'refused')", name="halted_for"
        ),
        sa.CheckConstraint("holdout_percent BETWEEN 0 AND 90", name="holdout_percent"),
        sa.Index("ix_campaign_state", "state"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    letter: Mapped[dict[str, Any]] = mapped_column(Json)
    offer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    printed: Mapped[dict[str, Any] | None] = mapped_column(Json)
    holdout_percent: Mapped[int | None] = mapped_column(sa.SmallInteger)
    state: Mapped[str] = mapped_column(sa.String(10))
    halted_for: Mapped[str | None] = mapped_column(sa.String(10))
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    mark: Mapped[UUID | None] = mapped_column(Id)
    claims: Mapped[int] = mapped_column(sa.BigInteger)
    instance: Mapped[str | None] = mapped_column(sa.String(32))
    actor: Mapped[str] = mapped_column(sa.String(40))
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_after_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    launched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    automation: Mapped[str | None] = mapped_column(sa.String(20))
    step: Mapped[str | None] = mapped_column(sa.String(20))
    gathered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """What one person gets of one campaign: the row is there before anything is sent.

    `held`: in the group that is not written to, for comparison. `unknown`: the line broke after the
    last dot, so nobody knows whether it arrived; it is never sent again by itself. `is_drawn`: they
    were drawn, to get it or to be held back, and are compared whatever came of it. `worker` and
    `lease_ends_at` say who works on it. Its Message-ID follows from `id`. The address is read when
    it is sent; `address_hash` is kept to know whose bounce comes back. `cycle` is 0 but for letters
    of a journey, which somebody may make again.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"], ["campaign.merchant_id", "campaign.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "redemption_id"], ["redemption.merchant_id", "redemption.id"]
        ),
        sa.UniqueConstraint("merchant_id", "campaign_id", "customer_id", "cycle"),
        sa.CheckConstraint(
            "state IN ('ready', 'claimed', 'sending', 'sent', 'failed', 'unknown', 'skipped',"
            " 'held')",
            name="state",
        ),
        sa.CheckConstraint(
            "came_back IS NULL OR came_back IN ('bounce', 'complaint')", name="came_back"
        ),
        sa.Index("ix_message_due", "merchant_id", "campaign_id", "state", "due_at", "id"),
        sa.Index("ix_message_customer", "merchant_id", "customer_id", "sent_at"),
        # A bounce and a link name it, before anybody knows whose it is.
        sa.Index("ix_message_id", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(Id)
    customer_id: Mapped[UUID] = mapped_column(Id)
    redemption_id: Mapped[UUID | None] = mapped_column(Id)
    cycle: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    state: Mapped[str] = mapped_column(sa.String(8))
    reason: Mapped[str | None] = mapped_column(sa.String(20))
    is_drawn: Mapped[bool]
    attempts: Mapped[int] = mapped_column(sa.SmallInteger)
    smtp_code: Mapped[int | None] = mapped_column(sa.SmallInteger)
    came_back: Mapped[str | None] = mapped_column(sa.String(10))
    address_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    worker: Mapped[str | None] = mapped_column(sa.String(40))
    lease_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Suppression(Base):
    """An address that this shop must not write to; only a keyed hash, so it outlives erasure."""

    __tablename__ = "suppression"
    __table_args__ = (
        sa.CheckConstraint("reason IN ('unsubscribed', 'bounce', 'complaint')", name="reason"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailRest(Base):
    """Somebody whom no letter is sent until they come back, or until `until_at` where it is given.

    `sunset`: a journey has ended without an answer; `compared`: they are held back from one.
    `last_on` is the last visit day that was known: a later one ends it.
    """

    __tablename__ = "mail_rest"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.CheckConstraint("reason IN ('sunset', 'compared')", name="reason"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(8))
    last_on: Mapped[date | None] = mapped_column(sa.Date)
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailRules(Base):
    """How a shop writes: how often to one person, at which hours, how fast; and who it is.

    `cap` mails in `cap_days` to one person. Nothing leaves before `from_hour` or from `until_hour`
    on, shop time, nor on Sundays unless `on_sundays`. `an_hour`: at most so many; None: no limit.
    `identity` is the name and address that the law wants in each letter; `sender_name` stands in
    From and `reply_to` is where answers go, both empty where the shop's own will do.
    """

    __tablename__ = "mail_rules"
    __table_args__ = (
        sa.CheckConstraint("cap >= 1 AND cap_days >= 1", name="cap"),
        sa.CheckConstraint(
            "from_hour BETWEEN 0 AND 23 AND until_hour BETWEEN 1 AND 24 AND from_hour < until_hour",
            name="hours",
        ),
        sa.CheckConstraint("an_hour IS NULL OR an_hour >= 1", name="an_hour"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    cap: Mapped[int] = mapped_column(sa.SmallInteger)
    cap_days: Mapped[int] = mapped_column(sa.SmallInteger)
    from_hour: Mapped[int] = mapped_column(sa.SmallInteger)
    until_hour: Mapped[int] = mapped_column(sa.SmallInteger)
    on_sundays: Mapped[bool]
    an_hour: Mapped[int | None]
    identity: Mapped[str] = mapped_column(sa.String(200))
    sender_name: Mapped[str] = mapped_column(sa.String(60), server_default="")
    reply_to: Mapped[str] = mapped_column(sa.String(254), server_default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailTrial(Base):
    """A letter that somebody sends themselves to see it, or a look at the records of our domain.

    `actor` asked for it and gets the letter, at the address they sign in with: none is kept here.
    `said` is what came of it, once a worker has done it.
    """

    __tablename__ = "mail_trial"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"], ["campaign.merchant_id", "campaign.id"]
        ),
        sa.CheckConstraint("kind IN ('letter', 'hello', 'records')", name="kind"),
        sa.CheckConstraint("language IN ('it', 'en')", name="language"),
        sa.CheckConstraint("(kind = 'letter') = (campaign_id IS NOT NULL)", name="campaign"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    campaign_id: Mapped[UUID | None] = mapped_column(Id)
    language: Mapped[str] = mapped_column(sa.String(2))
    actor: Mapped[str] = mapped_column(sa.String(40))
    said: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
