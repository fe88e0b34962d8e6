"""What the roll-ups say of one member, and of all members of a shop at once."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.counter.rollups.models import MemberHour, MemberProduct, MemberStats

_STATS, _HOUR, _PRODUCT = table(MemberStats).c, table(MemberHour).c, table(MemberProduct).c
FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Member:
    """A member who has visits: days of the shop, minor units, weekday 1 is Monday, hour 0 to 23.

    `favourite` is the product bought in most visits, then most of it, then by its name.
    """

    customer_id: UUID
    first_on: date
    last_on: date
    visit_days: int
    visits: int
    spend_minor: int
    weekday: int
    hour: int
    favourite: str | None

    @property
    def gap_days_sum(self) -> int:
        """The days between neighbouring visit days, added up."""
        return (self.last_on - self.first_on).days

    @property
    def repeat_days(self) -> int:
        """Visit days after the first: so many gaps there are."""
        return self.visit_days - 1


def member(session: Session, *, merchant_id: UUID, customer_id: UUID) -> Member | None:
    """What is kept of a living customer; None for one without visits.

    Of weekdays, and of hours, with equally many visits the earliest is the usual one.
    """
    mine = (merchant_id, customer_id)
    row = session.execute(
        sa.select(table(MemberStats)).where(*_whose(_STATS, mine), _STATS.visits > 0)
    ).one_or_none()
    if row is None:
        return None
    return Member(
        customer_id,
        row.first_on,
        row.last_on,
        row.visit_days,
        row.visits,
        row.spend_minor,
        _usual(session, _HOUR.weekday, mine),
        _usual(session, _HOUR.hour, mine),
        _favourite(session, mine),
    )


def _whose(columns: Any, mine: tuple[UUID, UUID]) -> tuple[sa.ColumnElement[bool], ...]:
    return columns.merchant_id == mine[0], columns.customer_id == mine[1]


def _usual(session: Session, what: sa.Column[int], mine: tuple[UUID, UUID]) -> int:
    query = sa.select(what).where(*_whose(_HOUR, mine)).group_by(what)
    query = query.order_by(sa.func.sum(_HOUR.visits).desc(), what).limit(1)
    return session.execute(query).scalar_one()


def _favourite(session: Session, mine: tuple[UUID, UUID]) -> str | None:
    most = _PRODUCT.visits.desc(), _PRODUCT.quantity_milli.desc()
    query = sa.select(_PRODUCT.product, _PRODUCT.visits, _PRODUCT.quantity_milli)
    rows = session.execute(query.where(*_whose(_PRODUCT, mine)).order_by(*most)).all()
    # Names are compared here: each database has its own order of letters.
    best = [row.product for row in rows if row[1:] == rows[0][1:]]
    return min(best, default=None)


def favourites(session: Session, *, merchant_id: UUID, customer_id: UUID, limit: int) -> list[str]:
    """The products of a living customer, the one bought in most visits first."""
    rows = session.execute(
        sa.select(_PRODUCT.product, _PRODUCT.visits, _PRODUCT.quantity_milli)
        .where(*_whose(_PRODUCT, (merchant_id, customer_id)))
        .order_by(_PRODUCT.visits.desc(), _PRODUCT.quantity_milli.desc())
        .limit(limit)
    ).all()
    # Of equal ones by name, compared here: each database has its own order of letters.
    return [row.product for row in sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))]


MEAN_GAP_DAYS = Fraction(30)  # of a shop where nobody has come twice yet


def mean_gap(session: Session, *, merchant_id: UUID) -> Fraction:
    """The mean of all gaps between neighbouring visit days of the shop's members, in days."""
    gaps = _days_between(session, _STATS.last_on, _STATS.first_on)
    row = session.execute(
        sa.select(sa.func.sum(gaps), sa.func.sum(_STATS.visit_days - 1)).where(
            # Who came on one day only has no gap.
            _STATS.merchant_id == merchant_id,
            _STATS.visits > 0,
            _STATS.visit_days > 1,
        )
    ).one()
    return Fraction(int(row[0]), int(row[1])) if row[1] else MEAN_GAP_DAYS


def _days_between(
    session: Session, later: sa.ColumnElement[Any], earlier: sa.ColumnElement[Any]
) -> sa.ColumnElement[int]:
    if session.get_bind().dialect.name == "postgresql":
        return sa.cast(later - earlier, sa.BigInteger)
    day = sa.func.julianday
    return sa.cast(day(later) - day(earlier), sa.BigInteger)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many members are in the same fifths, 5 the best: last visit, visits, spend."""

    recency: int
    frequency: int
    spend: int
    members: int


def fifths(session: Session, *, merchant_id: UUID) -> list[Cell]:
    """All members with visits by recency, frequency and spend; of equal ones the older id first."""

    def fifth(what: sa.Column[Any]) -> sa.ColumnElement[int]:
        return sa.func.ntile(FIFTHS).over(order_by=(what, _STATS.customer_id))

    each = (
        sa.select(
            fifth(_STATS.last_on).label("r"),
            fifth(_STATS.visits).label("f"),
            fifth(_STATS.spend_minor).label("m"),
        )
        .where(_STATS.merchant_id == merchant_id, _STATS.visits > 0)
        .subquery()
    )
    cell = (each.c.r, each.c.f, each.c.m)
    rows = session.execute(sa.select(*cell, sa.func.count()).group_by(*cell).order_by(*cell))
    return [Cell(*row) for row in rows]
