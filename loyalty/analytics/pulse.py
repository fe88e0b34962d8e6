"""How the shop is doing, over whole days up to yesterday: now, before, and week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.analytics import pulses, trade
from loyalty.analytics.pulses import Came
from loyalty.analytics.spans import DAYS, Span, fours, weeks
from loyalty.analytics.trade import Rewards, Trade

SMALL = 5_000  # visits in eight weeks: so many a page may count by itself
_FOUR = 4


@dataclass(frozen=True, slots=True)
class Pulse:
    """`span` are the four weeks; lists go from the oldest week to the latest.

    `now` and `before` are who came in these four weeks and in those before; None where that is
    counted in the coming night. `came` is the same for the ends of past weeks.
    """

    span: Span
    now: Came | None
    before: Came | None
    came: list[Came]
    trade: list[Trade]
    rewards: list[Rewards]


def take(session: Session, *, merchant_id: UUID, on: date, timezone: str) -> Pulse:
    """The figures of the days before `on`, the shop's date."""
    last = on - timedelta(days=1)
    by_week = weeks(last)
    traded = trade.traded(session, merchant_id=merchant_id, spans=by_week)
    came = {one.last_on: one for one in pulses.kept(session, merchant_id=merchant_id, last_on=last)}
    if sum(each.visits for each in traded[-2 * _FOUR :]) <= SMALL:
        for end in {last, last - timedelta(days=DAYS)} - came.keys():
            came[end] = pulses.count(session, merchant_id=merchant_id, last_on=end)
    return Pulse(
        span=fours(last, 1)[0],
        now=came.get(last),
        before=came.get(last - timedelta(days=DAYS)),
        came=[came[end] for end in sorted(came)],
        trade=traded,
        rewards=trade.rewarded(session, merchant_id=merchant_id, spans=by_week, timezone=timezone),
    )


def latest(values: Sequence[int]) -> int:
    """The last four of twelve weeks together."""
    return sum(values[-_FOUR:])


def earlier(values: Sequence[int]) -> int:
    """The four weeks before those."""
    return sum(values[-2 * _FOUR : -_FOUR])
