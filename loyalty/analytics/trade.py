"""Visits and sales by spans of days, from the roll-ups; rewards handed over, and their cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics.spans import Span
from loyalty.core.calendar import end_of
from loyalty.counter.models import Redemption
from loyalty.counter.rollups.models import ShopDay
from loyalty.programs import catalogue


@dataclass(frozen=True, slots=True)
class Trade:
    """Visits of members in a span, and what they paid, net of refunds."""

    visits: int
    spend_minor: int


@dataclass(frozen=True, slots=True)
class Rewards:
    """Rewards handed over in a span: `cost_minor` of those with a cost, `uncosted` without one."""

    handed_over: int
    cost_minor: int
    uncosted: int


def sold(parts: Sequence[Trade]) -> Trade:
    """All of them together."""
    return Trade(sum(each.visits for each in parts), sum(each.spend_minor for each in parts))


def given(parts: Sequence[Rewards]) -> Rewards:
    """All of them together."""
    return Rewards(
        sum(each.handed_over for each in parts),
        sum(each.cost_minor for each in parts),
        sum(each.uncosted for each in parts),
    )


def traded(session: Session, *, merchant_id: UUID, spans: Sequence[Span]) -> list[Trade]:
    """For each span, from the sums of days that every visit keeps."""
    rows = session.execute(
        sa.select(ShopDay.local_on, sa.func.sum(ShopDay.visits), sa.func.sum(ShopDay.spend_minor))
        .where(
            ShopDay.merchant_id == merchant_id,
            ShopDay.local_on.between(spans[0].first, spans[-1].last),
        )
        .group_by(ShopDay.local_on)
    ).all()
    return [
        Trade(
            sum(int(row[1]) for row in rows if span.first <= row[0] <= span.last),
            sum(int(row[2]) for row in rows if span.first <= row[0] <= span.last),
        )
        for span in spans
    ]


def rewarded(
    session: Session, *, merchant_id: UUID, spans: Sequence[Span], timezone: str
) -> list[Rewards]:
    """For each span, neighbours and the oldest first: what was handed over, and what it cost.

    The cost is what the owner says a reward costs the shop, in the version that was in force.
    """
    starts = [end_of(span.first - timedelta(days=1), timezone) for span in spans]
    which = sa.case(
        *((Redemption.used_at >= start, place) for place, start in reversed([*enumerate(starts)]))
    ).label("span")
    what = (Redemption.program_id, Redemption.version, Redemption.reward)
    rows = session.execute(
        sa.select(which, *what, sa.func.count())
        .where(
            Redemption.merchant_id == merchant_id,
            Redemption.state == "fulfilled",
            Redemption.used_at >= starts[0],
            Redemption.used_at < end_of(spans[-1].last, timezone),
        )
        .group_by(which, *what)
    ).all()
    sums = [[0, 0, 0] for _ in spans]
    for span, program_id, version, key, count in rows:
        cost = _cost(session, merchant_id, program_id, version, key)
        sums[span][0] += count
        sums[span][1 if cost is not None else 2] += count * (1 if cost is None else cost)
    return [Rewards(*each) for each in sums]


def _cost(
    session: Session, merchant_id: UUID, program_id: UUID, version: int, key: str
) -> int | None:
    rules = catalogue.version(
        session, merchant_id=merchant_id, program_id=program_id, number=version
    )
    reward = rules.document.reward(key)
    return reward.cost_minor if reward else None
