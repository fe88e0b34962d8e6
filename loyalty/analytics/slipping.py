"""Who is slipping away, and what is at stake: visits and money that may not come."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics import rhythm, spoken, standing
from loyalty.analytics.ground import Ground
from loyalty.analytics.rhythm import COOLING, LAPSED, LOST
from loyalty.core.db import table
from loyalty.core.text import Text
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer

_STATS, _CUSTOMER = table(MemberStats).c, table(Customer).c
HORIZON_DAYS = 90
SLIPPING = (COOLING, LAPSED, LOST)
_SHOWN = (
    _CUSTOMER.id,
    _CUSTOMER.name,
    _STATS.first_on,
    _STATS.last_on,
    _STATS.visit_days,
    _STATS.spend_minor,
)


@dataclass(frozen=True, slots=True)
class Slipping:
    """A member who is slipping away.

    `visits` they would make in the next 90 days at their own pace, exactly, and `spend_minor` for
    what they have spent at each until now.
    """

    customer_id: UUID
    name: str | None
    state: str
    silence_days: int
    usual_gap_days: Fraction
    visits: Fraction
    spend_minor: Fraction
    sentence: Text


@dataclass(frozen=True, slots=True)
class Stake:
    """How many members are in a state, and what they would bring in 90 days at their own pace."""

    members: int = 0
    visits: float = 0.0
    spend_minor: int = 0

    def __add__(self, other: "Stake") -> "Stake":
        """Both together."""
        return Stake(
            self.members + other.members,
            self.visits + other.visits,
            self.spend_minor + other.spend_minor,
        )


def at_stake(ground: Ground) -> dict[str, Stake]:
    """What is at stake today in each of the states of SLIPPING, each named."""
    state = ground.state.label("state")
    each = _whose(ground, sa.select(state, _visits(ground), _money(ground)), SLIPPING).subquery()
    rows = ground.session.execute(
        sa.select(
            each.c.state,
            sa.func.count(),
            sa.func.sum(each.c.visits),
            sa.func.sum(each.c.money),
        ).group_by(each.c.state)
    )
    found = {row[0]: Stake(row[1], float(row[2]), round(row[3])) for row in rows}
    return {state: found.get(state, Stake()) for state in SLIPPING}


def page(
    ground: Ground,
    *,
    states: Collection[str] = (LAPSED,),
    after: UUID | None = None,
    limit: int = 50,
) -> list[Slipping]:
    """Who stands in these states today, those with most money at stake first, after a member."""
    state, money = ground.state.label("state"), _money(ground)
    query = _whose(ground, sa.select(*_SHOWN, state, money), states)
    if after is not None and (at := _stake_of(ground, after)) is not None:
        money_of = money.element
        query = query.where(sa.or_(money_of < at, sa.and_(money_of == at, _CUSTOMER.id > after)))
    rows = ground.session.execute(query.order_by(money.desc(), _CUSTOMER.id).limit(limit))
    return [_told(row, ground) for row in rows]


def _whose(ground: Ground, query: Any, states: Collection[str]) -> Any:
    return query.select_from(standing.MEMBERS).where(
        *standing.living(ground.merchant_id),
        _STATS.visit_days >= rhythm.HABIT_DAYS,
        ground.state.in_(list(states)),
    )


def _visits(ground: Ground) -> sa.Label[float]:
    """What `_told` says exactly, near enough to add up and to put in order."""
    measure = ground.yardstick
    between = standing.days_between(ground.session, _STATS.last_on, _STATS.first_on)
    usual = between * measure.gaps + 2 * measure.mean_days
    paced = sa.cast((_STATS.visit_days + 1) * (measure.gaps * HORIZON_DAYS), sa.Float(53))
    return sa.type_coerce(paced / usual, sa.Float).label("visits")


def _money(ground: Ground) -> sa.Label[float]:
    paid = _visits(ground).element * _STATS.spend_minor / _STATS.visit_days
    return sa.type_coerce(paid, sa.Float).label("money")


def _stake_of(ground: Ground, customer_id: UUID) -> float | None:
    """Where somebody stands in the order now; None for nobody of this shop."""
    mine = (_CUSTOMER.merchant_id == ground.merchant_id, _CUSTOMER.id == customer_id)
    query = sa.select(_money(ground)).select_from(standing.MEMBERS).where(*mine)
    return ground.session.execute(query).scalar_one_or_none()


def _told(row: sa.Row[Any], ground: Ground) -> Slipping:
    first, last = row.first_on.toordinal(), row.last_on.toordinal()
    usual = rhythm.usual_gap(first, last, row.visit_days, ground.yardstick.mean)
    silence, visits = (ground.on - row.last_on).days, HORIZON_DAYS / usual
    return Slipping(
        row.id,
        row.name,
        row.state,
        silence,
        usual,
        visits,
        visits * row.spend_minor / row.visit_days,
        spoken.sentence(_first(row.name), usual=usual, silence=silence),
    )


def _first(name: str | None) -> str | None:
    return next(iter(name.split()), None) if name else None
