"""Who is slipping away, and what is at stake: visits and money that may not come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

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
class AtStake:
    """How many are slipping away, what they would bring in 90 days, and the ones that matter most.

    `visits` and `spend_minor` are of all `members`, not only of those that are listed.
    """

    members: int
    visits: Fraction
    spend_minor: Fraction
    first: tuple[Slipping, ...]


def at_stake(
    session: Session,
    *,
    merchant_id: UUID,
    on: date,
    states: Collection[str] = (LAPSED,),
    limit: int = 50,
) -> AtStake:
    """Who stands in these states today, those with most at stake first; `on` is the shop's date."""
    ground = Ground(session, merchant_id, on)
    rows = session.execute(
        sa.select(
            _CUSTOMER.id,
            _CUSTOMER.name,
            ground.state.label("state"),
            _STATS.first_on,
            _STATS.last_on,
            _STATS.visit_days,
            _STATS.spend_minor,
        )
        .select_from(standing.MEMBERS)
        .where(*standing.living(merchant_id), ground.state.in_(list(states)))
        .where(_STATS.visit_days >= rhythm.HABIT_DAYS)
    ).all()
    found = [_weighed(row, ground) for row in rows]
    found.sort(key=lambda one: (-one[2], one[0].id))
    return AtStake(
        len(found),
        sum((visits for _, _, visits, _ in found), Fraction(0)),
        sum((minor for _, _, _, minor in found), Fraction(0)),
        tuple(_told(*one, on) for one in found[:limit]),
    )


def _weighed(row: sa.Row[Any], ground: Ground) -> tuple[sa.Row[Any], Fraction, Fraction, Fraction]:
    """A member's usual gap, and what is at stake with them."""
    first, last = row.first_on.toordinal(), row.last_on.toordinal()
    usual = rhythm.usual_gap(first, last, row.visit_days, ground.yardstick.mean)
    visits = HORIZON_DAYS / usual
    return row, usual, visits, visits * row.spend_minor / row.visit_days


def _told(
    row: sa.Row[Any], usual: Fraction, visits: Fraction, minor: Fraction, on: date
) -> Slipping:
    silence = (on - row.last_on).days
    said = spoken.sentence(row.name, usual=usual, silence=silence)
    return Slipping(row.id, row.name, row.state, silence, usual, visits, minor, said)
