"""Tables of how staff get in: sessions, second factors, and where each may stand."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


def _of_staff() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["merchant_id", "staff_id"], ["staff.merchant_id", "staff.id"])


class StaffSession(Base):
    """Somebody who is signed in on one browser; only a digest of what its cookie holds is kept.

    It holds while the person's `stamp` is the one it began under. `proved_at` is when they last
    gave a password or a code. `device` is the till it began at, `browser` a kind in plain words.
    """

    __tablename__ = "staff_session"
    __table_args__ = (
        _of_staff(),
        sa.UniqueConstraint("merchant_id", "secret_hash"),
        sa.Index("ix_staff_session_staff", "merchant_id", "staff_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id)
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    stamp: Mapped[str] = mapped_column(sa.String(26))
    by_pin: Mapped[bool]
    device: Mapped[str | None] = mapped_column(sa.String(40))
    browser: Mapped[str | None] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffFactor(Base):
    """Somebody's app with changing codes: its key follows from `nonce` and the house's secret.

    It counts from `confirmed_at` on. `last_step` is the step of the last code that was used.
    """

    __tablename__ = "staff_factor"
    __table_args__ = (_of_staff(),)

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    nonce: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    last_step: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code on paper for who has lost the phone; it works once, and only a keyed hash is kept."""

    __tablename__ = "staff_recovery_code"
    __table_args__ = (_of_staff(),)

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffPlace(Base):
    """A location at whose tills somebody may stand; who has none may stand at all of them."""

    __tablename__ = "staff_place"
    __table_args__ = (
        _of_staff(),
        sa.ForeignKeyConstraint(
            ["merchant_id", "location_id"], ["location.merchant_id", "location.id"]
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    location_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
