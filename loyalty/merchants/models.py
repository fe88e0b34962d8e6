"""Tables of the shop and its people."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class Merchant(Base):
    """A shop or a small chain: the tenant that owns everything else."""

    __tablename__ = "merchant"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    currency: Mapped[str] = mapped_column(sa.String(3))
    timezone: Mapped[str] = mapped_column(sa.String(60))
    language: Mapped[str] = mapped_column(sa.String(2))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # How many rewards a till may hand over before the network is back.
    offline_rewards: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    # Whether everybody but cashiers signs in with a second factor.
    needs_factor: Mapped[bool] = mapped_column(server_default=sa.false())


class Location(Base):
    """One of the merchant's counters, by name.

    `hours` are the spans of each weekday from Monday on: `[[["08:00", "13:00"], …], …]`. Its rules
    hold beside those of the program: whether visits earn here at all, and up to what amount.
    """

    __tablename__ = "location"
    __table_args__ = (
        sa.UniqueConstraint("merchant_id", "name"),
        sa.CheckConstraint("largest_minor > 0", name="largest_minor"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(sa.String(200))
    hours: Mapped[list[list[list[str]]] | None] = mapped_column(Json)
    language: Mapped[str | None] = mapped_column(sa.String(2))  # None: the shop's
    is_earning: Mapped[bool] = mapped_column(server_default=sa.true())
    largest_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Staff(Base):
    """A person who works for the merchant; without a password until the one-time link is used."""

    __tablename__ = "staff"
    __table_args__ = (sa.UniqueConstraint("merchant_id", "email"),)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(20))
    language: Mapped[str] = mapped_column(sa.String(2))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    stamp: Mapped[str] = mapped_column(sa.String(26))  # a new one ends every session
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffLink(Base):
    """A one-time link with which a person chooses a password, or proves a new address as theirs.

    `kind` is start, reset or address; only the last one holds an `address`.
    """

    __tablename__ = "staff_link"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "staff_id"], ["staff.merchant_id", "staff.id"]),
        sa.CheckConstraint("kind IN ('start', 'reset', 'address')", name="kind"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(sa.String(10), server_default="start")
    address: Mapped[str | None] = mapped_column(sa.String(254))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Device(Base):
    """A phone that is a till of the shop, or will be once its one-time link is used on it.

    Only digests of the link and of the phone's own secret are kept, in the directory.
    `last_staff_id` is who used it at `last_seen_at`.
    """

    __tablename__ = "device"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "location_id"], ["location.merchant_id", "location.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "last_staff_id"], ["staff.merchant_id", "staff.id"]
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    location_id: Mapped[UUID | None] = mapped_column(Id)
    added_by: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    link_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_staff_id: Mapped[UUID | None] = mapped_column(Id)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DevicePin(Base):
    """The PIN of one person on one device; `tries` counts those since the last right one.

    It holds only while the person's `stamp` is the one it was chosen under, so a new password and a
    dismissal end it.
    """

    __tablename__ = "device_pin"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "device_id"], ["device.merchant_id", "device.id"]),
        sa.ForeignKeyConstraint(["merchant_id", "staff_id"], ["staff.merchant_id", "staff.id"]),
        sa.CheckConstraint("tries >= 0", name="tries_floor"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    device_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    pin_hash: Mapped[str] = mapped_column(sa.String(200))
    stamp: Mapped[str] = mapped_column(sa.String(26))
    tries: Mapped[int] = mapped_column(sa.SmallInteger)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """A key of another program; only a digest of its secret is kept."""

    __tablename__ = "api_key"

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(sa.String(40))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Directory(Base):
    """Which merchant a secret or a sign-in name belongs to, before a merchant is known."""

    __tablename__ = "directory"

    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"))
    target_id: Mapped[UUID] = mapped_column(Id)


class SignInAttempt(Base):
    """A failed sign-in, counted on its own row so that every process sees the same number."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (sa.Index("ix_sign_in_attempt_digest_at", "digest", "at"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffAct(Base):
    """What somebody did apart from the ledger: who, what, to what, when; no personal text."""

    __tablename__ = "staff_act"
    __table_args__ = (
        sa.Index("ix_staff_act_target", "merchant_id", "target"),
        sa.Index("ix_staff_act_actor", "merchant_id", "actor", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    device: Mapped[str | None] = mapped_column(sa.String(40))
    act: Mapped[str] = mapped_column(sa.String(40))
    target: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
