"""Where members stand today, told by the database from what is kept of each of them.

Only who came back of late is found along the visits themselves: that asks how they stood on the day
before, which a sum does not know.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import back, past, rhythm
from loyalty.analytics.kept import Kept, place
from loyalty.analytics.rhythm import STATES, USUAL, Limits, Yardstick
from loyalty.core import calendar
from loyalty.core.db import table
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer
from loyalty.merchants.models import Merchant

_STATS, _CUSTOMER = table(MemberStats).c, table(Customer).c
_TENTHS = 10
_JULIAN = 1_721_424.5  # the Julian day of the day before the first of the calendar
LARGE_GAPS = 50_000  # between visit days of a shop: from so many on what took long is kept
BACK: Kept[frozenset[UUID]] = Kept(most=32)
# Everybody who is somebody's own record by now, beside what is kept of their visits.
MEMBERS = table(Customer).outerjoin(
    table(MemberStats),
    sa.and_(_STATS.merchant_id == _CUSTOMER.merchant_id, _STATS.customer_id == _CUSTOMER.id),
)
_LIVING = (_CUSTOMER.erased_at.is_(None), _CUSTOMER.merged_into_id.is_(None))


def living(merchant_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """Which rows of MEMBERS are people of this shop: not erased, not merged into another."""
    return (_CUSTOMER.merchant_id == merchant_id, *_LIVING)


@dataclass(frozen=True, slots=True)
class Shop:
    """What figures need to know of a shop: its money and its clocks."""

    currency: str
    timezone: str

    def today(self, at: datetime) -> date:
        """The shop's date at a moment."""
        return calendar.local_day(at, self.timezone)


def shop(session: Session, *, merchant_id: UUID) -> Shop:
    """The shop of that id."""
    query = sa.select(Merchant.currency, Merchant.timezone).where(Merchant.id == merchant_id)
    return Shop(*session.execute(query).one())


def today(session: Session, *, merchant_id: UUID, at: datetime) -> date:
    """The shop's date at a moment."""
    return shop(session, merchant_id=merchant_id).today(at)


def stats(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]
) -> dict[UUID, sa.Row[Any]]:
    """What is kept of these customers, of whom there are not many; only of those with visits."""
    mine = (_STATS.merchant_id == merchant_id, _STATS.customer_id.in_(list(customer_ids)))
    rows = session.execute(sa.select(table(MemberStats)).where(*mine, _STATS.visits > 0))
    return {row.customer_id: row for row in rows}


def yardstick(
    session: Session, *, merchant_id: UUID, on: date, limits: Limits = USUAL
) -> Yardstick:
    """What members are measured by today; `on` is the shop's date."""
    between = sa.func.sum(days_between(session, _STATS.last_on, _STATS.first_on))
    row = session.execute(
        sa.select(between, sa.func.sum(_STATS.visit_days - 1)).where(
            # Who came on one day only has no gap.
            _STATS.merchant_id == merchant_id,
            _STATS.visits > 0,
            _STATS.visit_days > 1,
        )
    ).one()
    return rhythm.yardstick(on.toordinal(), int(row[0] or 0), int(row[1] or 0), limits)


def counts(
    session: Session, *, merchant_id: UUID, on: date, limits: Limits = USUAL
) -> dict[str, int]:
    """How many members are in each state today, every state named."""
    measure = yardstick(session, merchant_id=merchant_id, on=on, limits=limits)
    again = returned(session, merchant_id=merchant_id, measure=measure)
    found = _counted(session, state_of(session, measure, again), living(merchant_id))
    return {name: found.get(name, 0) for name in STATES}


def _counted(
    session: Session, state: sa.ColumnElement[str], whose: tuple[sa.ColumnElement[bool], ...]
) -> dict[str, int]:
    each = sa.select(state.label("state")).select_from(MEMBERS).where(*whose).subquery()
    rows = session.execute(sa.select(each.c.state, sa.func.count()).group_by(each.c.state))
    return {row[0]: row[1] for row in rows}


def states(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID], measure: Yardstick
) -> dict[UUID, str]:
    """The state of these living customers today; of a few, what others did is seldom read."""
    query = sa.select(_CUSTOMER.id, state_of(session, measure)).select_from(MEMBERS)
    mine = _CUSTOMER.id.in_(list(customer_ids))
    rows = session.execute(query.where(_CUSTOMER.merchant_id == merchant_id, mine))
    found: dict[UUID, str] = {row[0]: row[1] for row in rows}
    days = past.days_of(session, merchant_id=merchant_id, customer_ids=list(found))
    maybe = [who for who in days if past.may_have_returned(days[who], measure)]
    if maybe:
        again = returned(session, merchant_id=merchant_id, measure=measure)
        found.update(dict.fromkeys(again.intersection(maybe), rhythm.REACTIVATED))
    return found


def returned(session: Session, *, merchant_id: UUID, measure: Yardstick) -> frozenset[UUID]:
    """Who came back within the last days after having been given up.

    In a large shop it is looked up every five minutes.
    """

    def find() -> frozenset[UUID]:
        return back.returned(session, merchant_id=merchant_id, today=measure)

    if measure.gaps < LARGE_GAPS:
        return find()
    key = (place(session), merchant_id, measure.on, measure.limits)
    return BACK.get(key, find)


Tests = list[tuple[str, sa.ColumnElement[bool]]]


def state_of(
    session: Session, measure: Yardstick, again: Collection[UUID] = ()
) -> sa.ColumnElement[str]:
    """The state of a row of MEMBERS; `again` is who came back of late."""
    whens: list[Any] = [(test, name) for name, test in _tests(session, measure)]
    whens.insert(0, (_STATS.last_on.is_(None), rhythm.NEW))
    if again:
        whens.insert(0, (among(session, _CUSTOMER.id, again), rhythm.REACTIVATED))
    return sa.case(*whens)


def is_in(
    session: Session, measure: Yardstick, again: Collection[UUID], name: str
) -> sa.ColumnElement[bool]:
    """Whether a row of `member_stats` with visits is in that state; no other is thought through."""
    is_back = among(session, _STATS.customer_id, again) if again else sa.false()
    if name == rhythm.REACTIVATED:
        return is_back
    earlier: list[sa.ColumnElement[bool]] = [sa.not_(is_back)] if again else []
    for other, test in _tests(session, measure):
        if other == name:
            return sa.and_(test, *earlier)
        earlier.append(sa.not_(test))
    raise AssertionError(f"{name} is no state")


def _tests(session: Session, measure: Yardstick) -> Tests:
    """The states as the last visit leaves them, of which the first that fits is it.

    Compared in whole numbers, as `rhythm.Yardstick` does; what is cheap to ask comes first in each.
    """
    limits, on = measure.limits, date.fromordinal(measure.on)
    between = days_between(session, _STATS.last_on, _STATS.first_on)
    usual = between * measure.gaps + 2 * measure.mean_days
    waited = _days_since(session, on) * (_STATS.visit_days + 1) * (measure.gaps * _TENTHS)

    def since(days: int, tenths: int) -> sa.ColumnElement[bool]:
        parts = [_STATS.last_on <= on - timedelta(days=days)]
        return sa.and_(*parts, *([waited >= usual * tenths] if tenths else []))

    few = _STATS.visit_days < rhythm.HABIT_DAYS
    is_recent = _STATS.last_on >= on - timedelta(days=limits.new_days)
    return [
        (rhythm.NEW, sa.and_(few, is_recent)),
        (rhythm.ONE_OFF, few),
        (rhythm.LOST, since(limits.lost_days, limits.lost_tenths)),
        (rhythm.LAPSED, since(limits.lapsed_days, limits.lapsed_tenths)),
        (rhythm.COOLING, since(limits.cooling_days, limits.cooling_tenths)),
        (rhythm.ACTIVE, sa.true()),
    ]


def _days_since(session: Session, on: date) -> sa.ColumnElement[int]:
    if session.get_bind().dialect.name == "postgresql":
        return days_between(session, sa.literal(on, sa.Date), _STATS.last_on)
    # SQLite would ask what a given day is for each row again.
    return sa.cast(on.toordinal() + _JULIAN - sa.func.julianday(_STATS.last_on), sa.BigInteger)


def among(
    session: Session, column: sa.ColumnElement[Any], ids: Collection[UUID]
) -> sa.ColumnElement[bool]:
    """Whether a column is one of these ids, however many: they travel as one value."""
    if session.get_bind().dialect.name == "postgresql":
        those = sa.literal(list(ids), sa.ARRAY(sa.Uuid()))
        return column.in_(sa.select(sa.func.unnest(those)))
    said = "[" + ",".join(f'"{one.hex.upper()}"' for one in ids) + "]"
    each = sa.func.json_each(said).table_valued("value")
    return sa.func.hex(column).in_(sa.select(each.c.value))


def days_between(
    session: Session, later: sa.ColumnElement[Any], earlier: sa.ColumnElement[Any]
) -> sa.ColumnElement[int]:
    """The days from one date to another."""
    if session.get_bind().dialect.name == "postgresql":
        return sa.cast(later - earlier, sa.BigInteger)
    day = sa.func.julianday
    return sa.cast(day(later) - day(earlier), sa.BigInteger)
