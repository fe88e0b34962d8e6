"""Tables of the roll-ups: sums of visits that are not voided, which could be made again any time.

A member is a person: somebody who was merged into another counts with that one. A fully refunded
visit is still one, of nothing: they were here. Money is `net_minor`, what refunds left; no amount
is 0.
"""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id

# The key is the row: SQLite keeps one tree instead of two, and a sale touches several of them.
_LEAN = {"sqlite_with_rowid": False}


def _member() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", "customer_id"], ["member_stats.merchant_id", "member_stats.customer_id"]
    )


class MemberStats(Base):
    """A member who has visits; the row is also the lock of all that is kept of them.

    The gaps between neighbouring visit days add up to `last_on - first_on`, so no column says it.
    `last_on` is None only inside a write, for a member whose visits are about to be added up again.
    """

    __tablename__ = "member_stats"
    __table_args__ = (_LEAN,)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    first_on: Mapped[date | None] = mapped_column(sa.Date)
    last_on: Mapped[date | None] = mapped_column(sa.Date)
    visit_days: Mapped[int]
    visits: Mapped[int]
    spend_minor: Mapped[int] = mapped_column(sa.BigInteger)


class MemberMonth(Base):
    """A member's visits of a month of the shop's calendar; `month_on` is its first day."""

    __tablename__ = "member_month"
    __table_args__ = (_member(), _LEAN)

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    month_on: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    visits: Mapped[int]
    spend_minor: Mapped[int] = mapped_column(sa.BigInteger)


class MemberHour(Base):
    """A member's visits of a weekday (1 is Monday) and hour (0 to 23) by the shop's clocks."""

    __tablename__ = "member_hour"
    __table_args__ = (_member(), _LEAN)

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    weekday: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    visits: Mapped[int]


class MemberProduct(Base):
    """In how many visits a member bought a product (its sku, else its name), and how much of it.

    As it was sold: what was given back later was liked all the same.
    """

    __tablename__ = "member_product"
    __table_args__ = (_member(), _LEAN)

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    product: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    visits: Mapped[int]
    quantity_milli: Mapped[int] = mapped_column(sa.BigInteger)


class ShopDay(Base):
    """A location's visits of a day, in as many parts as tills may write at once: add them up.

    `location_id` is NOWHERE where a visit names none. A part alone says nothing: it may be below 0.
    """

    __tablename__ = "shop_day"
    __table_args__ = (_LEAN,)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    local_on: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    location_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    slot: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    visits: Mapped[int]
    spend_minor: Mapped[int] = mapped_column(sa.BigInteger)


NOWHERE = UUID(int=0)
