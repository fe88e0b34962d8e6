"""What the roll-ups say of one member, and of all members of a shop at once."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.counter.rollups.models import MemberHour, MemberProduct, MemberStats

_STATS, _HOUR, _PRODUCT = table(MemberStats).c, table(MemberHour).c, table(MemberProduct).c
FIFTHS = 5
FEW_DAYS = 3  # visit days from which on somebody has a habit


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


@dataclass(frozen=True, slots=True)
class Limits:
    """When a member is what: days, and multiples of their usual gap; the owner may change them."""

    new_days: int = 60
    cooling: Fraction = Fraction(3, 2)
    lapsed_days: int = 21
    lapsed: Fraction = Fraction(5, 2)
    lost_days: int = 180
    lost: Fraction = Fraction(5)


DEFAULT_LIMITS = Limits()
# A Julian day begins at noon, so in halves: the day before the first of the calendar.
_JULIAN_HALVES = 3_442_849
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


def states(
    session: Session, *, merchant_id: UUID, on: date, limits: Limits = DEFAULT_LIMITS
) -> dict[str, int]:
    """How many members with visits are in each state today; `on` is the shop's date.

    new, one_off, active, cooling, lapsed and lost, as their last visit leaves them. Who came back
    is not told apart: that asks how they stood on the day before, which a sum does not know.
    """
    mean = mean_gap(session, merchant_id=merchant_id)
    named = state(session, on=on, mean=mean, limits=limits).label("state")
    members = sa.select(named).where(_STATS.merchant_id == merchant_id, _STATS.visits > 0)
    each = members.subquery()
    rows = session.execute(sa.select(each.c.state, sa.func.count()).group_by(each.c.state))
    return {row[0]: row[1] for row in rows}


def state(
    session: Session, *, on: date, mean: Fraction, limits: Limits = DEFAULT_LIMITS
) -> sa.ColumnElement[str]:
    """The state of a row of `member_stats` with visits, where `mean` is the shop's mean gap."""
    return sa.case(*((test, name) for name, test in _tests(session, on, mean, limits)))


def is_in(
    session: Session, name: str, *, on: date, mean: Fraction, limits: Limits = DEFAULT_LIMITS
) -> sa.ColumnElement[bool]:
    """Whether a row of `member_stats` with visits is in that state; no other is thought through."""
    earlier: list[sa.ColumnElement[bool]] = []
    for other, test in _tests(session, on, mean, limits):
        if other == name:
            return sa.and_(test, *earlier)
        earlier.append(sa.not_(test))
    raise AssertionError(f"{name} is no state")


def _tests(
    session: Session, on: date, mean: Fraction, limits: Limits
) -> list[tuple[str, sa.ColumnElement[bool]]]:
    """The states, of which the first that fits is it; what is cheap to ask comes first in each.

    Compared in whole numbers: a usual gap is (days between + 2 mean) / (repeat days + 2).
    """
    silence = _days_since(session, on, _STATS.last_on)
    between = _days_between(session, _STATS.last_on, _STATS.first_on)
    usual = between * mean.denominator + 2 * mean.numerator
    waited = silence * (_STATS.visit_days + 1) * mean.denominator

    def gaps(most: Fraction) -> sa.ColumnElement[bool]:
        return waited * most.denominator >= usual * most.numerator

    def silent(days: int) -> sa.ColumnElement[bool]:
        return _STATS.last_on <= on - timedelta(days=days)

    is_recent = _STATS.last_on >= on - timedelta(days=limits.new_days)
    return [
        ("new", sa.and_(_STATS.visit_days < FEW_DAYS, is_recent)),
        ("one_off", _STATS.visit_days < FEW_DAYS),
        ("lost", sa.and_(silent(limits.lost_days), gaps(limits.lost))),
        ("lapsed", sa.and_(silent(limits.lapsed_days), gaps(limits.lapsed))),
        ("cooling", gaps(limits.cooling)),
        ("active", sa.true()),
    ]


def _days_since(
    session: Session, on: date, earlier: sa.ColumnElement[Any]
) -> sa.ColumnElement[int]:
    if session.get_bind().dialect.name == "postgresql":
        return _days_between(session, sa.literal(on, sa.Date), earlier)
    # SQLite would ask what a given day is for each row again.
    halves = 2 * on.toordinal() + _JULIAN_HALVES - 2 * sa.func.julianday(earlier)
    return sa.cast(halves, sa.BigInteger) // 2


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
