"""Why customers are lost: those who stay away by what they said, with what is at stake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import rhythm, standing
from loyalty.analytics.ground import Ground
from loyalty.core.db import table
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer
from loyalty.feedback.loss_models import LossNote

UNKNOWN = "unknown"  # nobody has said why
HORIZON_DAYS = 90
STATES = (rhythm.LAPSED, rhythm.LOST)
_CUSTOMER, _STATS, _NOTE = table(Customer).c, table(MemberStats).c, table(LossNote)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which of those who stay away: of one state, for one reason, last seen since a day."""

    state: str | None = None
    reason: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who stays away. `lapsed_on` is when their silence became one."""

    customer_id: UUID
    name: str | None
    state: str
    reason: str
    first_on: date
    last_on: date
    lapsed_on: date
    visit_days: int
    spend_minor: int
    usual: Fraction
    usual_days: int
    stake_minor: int


@dataclass(frozen=True, slots=True)
class Reasoned:
    """How many gave a reason, and what they would bring in 90 days at their own pace."""

    reason: str
    people: int
    stake_minor: int


def report(session: Session, *, merchant_id: UUID, on: date, sought: Sought) -> list[Reasoned]:
    """Everybody who stays away by reason, the most money first."""
    ground = Ground(session, merchant_id, on)
    each = _query(ground, sought).subquery()
    rows = session.execute(
        sa.select(each.c.reason, sa.func.count().label("people"), sa.func.sum(each.c.stake))
        .group_by(each.c.reason)
        .order_by(sa.func.sum(each.c.stake).desc(), each.c.reason)
    )
    return [Reasoned(row[0], row[1], round(row[2] or 0)) for row in rows]


def page(
    session: Session,
    *,
    merchant_id: UUID,
    on: date,
    sought: Sought,
    after: tuple[date, UUID] | None = None,
    limit: int = 50,
) -> list[Gone]:
    """Those who stay away, who was seen last first, after a last visit day and a key."""
    ground = Ground(session, merchant_id, on)
    query = _query(ground, sought)
    if after is not None:
        day, key = after
        later = sa.and_(_STATS.last_on == day, _CUSTOMER.id > key)
        query = query.where(sa.or_(_STATS.last_on < day, later))
    rows = session.execute(query.order_by(_STATS.last_on.desc(), _CUSTOMER.id).limit(limit))
    return [_gone(row, ground) for row in rows]


def of(session: Session, *, merchant_id: UUID, on: date, customer_id: UUID) -> Gone | None:
    """Somebody of whom there is a habit to speak, whether they stay away or not."""
    ground = Ground(session, merchant_id, on)
    query = _all(ground).where(_CUSTOMER.id == customer_id)
    row = session.execute(query).one_or_none()
    return _gone(row, ground) if row is not None else None


def _query(ground: Ground, sought: Sought) -> sa.Select[Any]:
    states: Sequence[str] = (sought.state,) if sought.state in STATES else STATES
    query = _all(ground).where(ground.state.in_(list(states)))
    if sought.since is not None:
        query = query.where(_STATS.last_on >= sought.since)
    if sought.reason is not None:
        query = query.where(_reason(ground.merchant_id) == sought.reason)
    return query


def _all(ground: Ground) -> sa.Select[Any]:
    return (
        sa.select(
            _CUSTOMER.id,
            _CUSTOMER.name,
            ground.state.label("state"),
            _reason(ground.merchant_id).label("reason"),
            _STATS.first_on,
            _STATS.last_on,
            _STATS.visit_days,
            _STATS.spend_minor,
            _stake(ground).label("stake"),
        )
        .select_from(standing.MEMBERS)
        .where(*standing.living(ground.merchant_id), _STATS.visit_days >= rhythm.HABIT_DAYS)
    )


def _reason(merchant_id: UUID) -> sa.ColumnElement[str]:
    """What was said last."""
    latest = (
        sa.select(_NOTE.c.reason)
        .where(_NOTE.c.merchant_id == merchant_id, _NOTE.c.customer_id == _CUSTOMER.id)
        .order_by(_NOTE.c.id.desc())
        .limit(1)
        .correlate(table(Customer))
        .scalar_subquery()
    )
    return sa.func.coalesce(latest, UNKNOWN)


def _stake(ground: Ground) -> sa.ColumnElement[float]:
    """Spend per visit day times the visits of 90 days at the usual gap."""
    mean = float(ground.yardstick.mean)
    between = standing.days_between(ground.session, _STATS.last_on, _STATS.first_on)
    usual = (between + 2 * mean) / (_STATS.visit_days + 1.0)
    expected = HORIZON_DAYS / usual * _STATS.spend_minor / _STATS.visit_days
    return sa.type_coerce(expected, sa.Float)


def _gone(row: Any, ground: Ground) -> Gone:
    measure = ground.yardstick
    first, last = row.first_on.toordinal(), row.last_on.toordinal()
    usual = rhythm.usual_gap(first, last, row.visit_days, measure.mean)
    limits = measure.limits
    silence = max(limits.lapsed_days, -(-usual * limits.lapsed_tenths // 10))
    return Gone(
        customer_id=row.id,
        name=row.name,
        state=row.state,
        reason=row.reason,
        first_on=row.first_on,
        last_on=row.last_on,
        lapsed_on=row.last_on + timedelta(days=int(silence)),
        visit_days=row.visit_days,
        spend_minor=row.spend_minor,
        usual=usual,
        usual_days=max(1, round(usual)),
        stake_minor=round(row.stake),
    )
