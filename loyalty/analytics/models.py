"""Tables of analytics: by what a shop measures its members, and the groups it has put together."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime


class Measure(Base):
    """By what a shop tells its members apart, where it has set that otherwise than the house does.

    The columns from `new_days` to `back_days` are `rhythm.Limits`. `margin_percent` is what is left
    to the shop of a sale, `lifespan_months` how long it reckons that a customer stays; None: not
    said.
    """

    __tablename__ = "measure"
    __table_args__ = (
        sa.CheckConstraint(
            "new_days BETWEEN 1 AND 3650 AND back_days BETWEEN 1 AND 365"
            " AND cooling_days BETWEEN 0 AND 3650 AND lapsed_days BETWEEN 1 AND 3650"
            " AND lost_days BETWEEN 1 AND 3650",
            name="days",
        ),
        sa.CheckConstraint(
            "(cooling_tenths = 0 AND lapsed_tenths = 0 AND lost_tenths = 0)"
            " OR (cooling_tenths BETWEEN 10 AND 200 AND lapsed_tenths BETWEEN 10 AND 200"
            " AND lost_tenths BETWEEN 10 AND 200)",
            name="tenths",
        ),
        sa.CheckConstraint(
            "cooling_days <= lapsed_days AND lapsed_days <= lost_days"
            " AND cooling_tenths <= lapsed_tenths AND lapsed_tenths <= lost_tenths",
            name="in_order",
        ),
        sa.CheckConstraint("margin_percent BETWEEN 1 AND 100", name="margin"),
        sa.CheckConstraint("lifespan_months BETWEEN 1 AND 240", name="lifespan"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    new_days: Mapped[int] = mapped_column(sa.SmallInteger)
    cooling_days: Mapped[int] = mapped_column(sa.SmallInteger)
    cooling_tenths: Mapped[int] = mapped_column(sa.SmallInteger)
    lapsed_days: Mapped[int] = mapped_column(sa.SmallInteger)
    lapsed_tenths: Mapped[int] = mapped_column(sa.SmallInteger)
    lost_days: Mapped[int] = mapped_column(sa.SmallInteger)
    lost_tenths: Mapped[int] = mapped_column(sa.SmallInteger)
    back_days: Mapped[int] = mapped_column(sa.SmallInteger)
    margin_percent: Mapped[int | None] = mapped_column(sa.SmallInteger)
    lifespan_months: Mapped[int | None] = mapped_column(sa.SmallInteger)
    actor: Mapped[str] = mapped_column(sa.String(40))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Segment(Base):
    """A group of members that the shop has put together: a name, and an audience in its words."""

    __tablename__ = "segment"
    __table_args__ = (sa.UniqueConstraint("merchant_id", "key"),)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(80))
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    actor: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
