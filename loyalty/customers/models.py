"""Tables of customers."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class Customer(Base):
    """Somebody who holds a card; every personal field may be absent, and is after erasure."""

    __tablename__ = "customer"
    __table_args__ = (
        sa.UniqueConstraint("merchant_id", "external_ref"),
        sa.Index("ix_customer_email", "merchant_id", "email"),
        sa.Index("ix_customer_phone", "merchant_id", "phone"),
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
