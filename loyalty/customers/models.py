"""Tables of customers: who they are, what they agreed to, and which of them were merged."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from loyalty.core.db import Base, Id, Json, UtcDateTime

_LIVING = sa.text("erased_at IS NULL AND merged_into_id IS NULL")
_GONE = sa.text("erased_at IS NOT NULL OR merged_into_id IS NOT NULL")


def _of_some(name: str, *columns: Any, where: sa.TextClause) -> sa.Index:
    """An index of a shop's customers that holds only some of them."""
    return sa.Index(name, "merchant_id", *columns, sqlite_where=where, postgresql_where=where)


class Customer(Base):
    """Somebody who holds a card; every personal field may be absent, and is after erasure.

    `merged_into_id`: they turned out to be that other one. The row stays as it was, for the undo.
    `email_confirmed_at`: when they proved that the address is theirs; another address is unproven.
    `source`: by which way they came (poster, till, link, referral); None by an import or the API.
    """

    __tablename__ = "customer"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "merged_into_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.UniqueConstraint("merchant_id", "external_ref"),
        sa.Index("ix_customer_email", "merchant_id", "email"),
        sa.Index("ix_customer_phone", "merchant_id", "phone"),
        # A wallet is opened by an address, before anybody knows in which shops.
        sa.Index(
            "ix_customer_address",
            "email",
            sqlite_where=sa.text("email IS NOT NULL"),
            postgresql_where=sa.text("email IS NOT NULL"),
        ),
        sa.Index(
            "ix_customer_merged_into",
            "merchant_id",
            "merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        ),
        # The list of members: by name, by when they joined, and who is none any more.
        _of_some("ix_customer_name", sa.text("lower(name)"), "id", where=_LIVING),
        _of_some("ix_customer_joined", "created_at", "id", where=_LIVING),
        _of_some("ix_customer_gone", "id", where=_GONE),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str | None] = mapped_column(sa.String(120))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(32))
    birthday: Mapped[str | None] = mapped_column(
        sa.String(5)
    )  # MM-DD: the year is nobody's business
    language: Mapped[str | None] = mapped_column(sa.String(2))
    external_ref: Mapped[str | None] = mapped_column(sa.String(120))
    note: Mapped[str | None] = mapped_column(sa.String(200))  # for whoever stands at the till
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[UUID | None] = mapped_column(Id)
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str | None] = mapped_column(sa.String(10))

    @validates("email")
    def _unprove(self, _name: str, email: str | None) -> str | None:
        if email != self.email:
            self.email_confirmed_at = None
        return email


class CustomerMerge(Base):
    """One merge of two customers; it is open until `undone_at`.

    `facts`, without personal data: `{"copied": [names of the profile fields that the survivor took
    over]}`, and under `"cards"` whatever those who move cards need for the way back.
    """

    __tablename__ = "customer_merge"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "loser_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "survivor_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.CheckConstraint("loser_id <> survivor_id", name="two_people"),
        sa.Index("ix_customer_merge_loser", "merchant_id", "loser_id"),
        sa.Index("ix_customer_merge_survivor", "merchant_id", "survivor_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    loser_id: Mapped[UUID] = mapped_column(Id)
    survivor_id: Mapped[UUID] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(sa.String(40))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)


class ConsentEvent(Base):
    """A consent given or withdrawn for one purpose: what was said, under which text, to whom.

    Rows are only ever added. `at` is when it was said, `recorded_at` when we learnt of it. With
    `merge_id` nobody said it: a merge (source "merge") or its undo ("unmerge") brought it about.
    """

    __tablename__ = "consent_event"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "merge_id"], ["customer_merge.merchant_id", "customer_merge.id"]
        ),
        sa.CheckConstraint(
            "purpose IN ('program', 'profiling', 'marketing', 'tracking')", name="purpose"
        ),
        sa.Index("ix_consent_event_customer", "merchant_id", "customer_id", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    given: Mapped[bool]
    text_id: Mapped[str] = mapped_column(sa.String(120))
    source: Mapped[str] = mapped_column(sa.String(40))
    actor: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merge_id: Mapped[UUID | None] = mapped_column(Id)


class ConsentText(Base):
    """The exact words of a purpose as the shop said them, in both languages; never changed.

    `id` is what a consent event's `text_id` names before its `/it` or `/en`; `hash` is the SHA-256
    of both texts together (see `texts.fingerprint`).
    """

    __tablename__ = "consent_text"
    __table_args__ = (
        sa.UniqueConstraint("merchant_id", "purpose", "version"),
        sa.CheckConstraint(
            "purpose IN ('program', 'profiling', 'marketing', 'tracking')", name="purpose"
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[int]
    it: Mapped[str] = mapped_column(sa.Text)
    en: Mapped[str] = mapped_column(sa.Text)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmailConfirmation(Base):
    """A link to an address that its owner confirms; who has pressed the button is proven.

    Only a keyed digest of the address is kept, so the proof outlives an erasure. `mail_id` is the
    mail that brought the link.
    """

    __tablename__ = "email_confirmation"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.Index("ix_email_confirmation_customer", "merchant_id", "customer_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id)
    address_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    mail_id: Mapped[UUID] = mapped_column(Id)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Erasure(Base):
    """Somebody who was forgotten, so that a backup from before can forget them again.

    `address_hash` is a keyed hash of the e-mail: with the consents of that customer it proves what
    was agreed to if that person asks. It is emptied when the proof has been kept long enough.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.Index("ix_erasure_address", "merchant_id", "address_hash"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    address_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
