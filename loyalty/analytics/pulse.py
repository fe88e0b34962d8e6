"""How the shop is doing, over whole days up to yesterday: now, before, and week by week."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.analytics import members, pulses, trade
from loyalty.analytics.periods import Period
from loyalty.analytics.pulses import Came
from loyalty.analytics.spans import DAYS, Span, fours, weeks
from loyalty.analytics.trade import Rewards, Trade

SMALL = 5_000  # visits in eight weeks: so many a page may count by itself
ASKED_MAX = 20_000  # visits of days that somebody asks for, with those beside them
_FOUR = 4


@dataclass(frozen=True, slots=True)
class Pulse:
    """`span` are the days looked at, `beside` those to compare with.

    `now` and `before` are who came in them; None where so many visits are not counted on a page.
    `sold` and `given` are those of both, `before` None where nothing stands beside. `came`, `trade`
    and `rewards` go from the oldest week to the latest, and are empty for any other days.
    """

    span: Span
    beside: Span | None
    now: Came | None
    before: Came | None
    sold: tuple[Trade, Trade | None]
    given: tuple[Rewards, Rewards | None]
    came: list[Came] = field(default_factory=list)
    trade: list[Trade] = field(default_factory=list)
    rewards: list[Rewards] = field(default_factory=list)


def take(session: Session, *, merchant_id: UUID, on: date, timezone: str) -> Pulse:
    """The usual look: the four weeks before `on`, the shop's date, beside the four before those."""
    last = on - timedelta(days=1)
    by_week = weeks(last)
    traded = trade.traded(session, merchant_id=merchant_id, spans=by_week)
    came = {one.last_on: one for one in pulses.kept(session, merchant_id=merchant_id, last_on=last)}
    if sum(each.visits for each in traded[-2 * _FOUR :]) <= SMALL:
        for end in {last, last - timedelta(days=DAYS)} - came.keys():
            came[end] = pulses.count(session, merchant_id=merchant_id, last_on=end)
    rewards = trade.rewarded(session, merchant_id=merchant_id, spans=by_week, timezone=timezone)
    span = fours(last, 1)[0]
    return Pulse(
        span=span,
        beside=span.before,
        now=came.get(last),
        before=came.get(last - timedelta(days=DAYS)),
        sold=(trade.sold(traded[-_FOUR:]), trade.sold(traded[-2 * _FOUR : -_FOUR])),
        given=(trade.given(rewards[-_FOUR:]), trade.given(rewards[-2 * _FOUR : -_FOUR])),
        came=[came[end] for end in sorted(came)],
        trade=traded,
        rewards=rewards,
    )


def over(session: Session, *, merchant_id: UUID, period: Period, timezone: str) -> Pulse:
    """The same figures of any period, beside the one that it is compared with."""
    span, beside = period.span, period.beside
    sold = [_sold(session, merchant_id, each) for each in (span, beside)]
    is_small = sum(each.visits for each in sold if each) <= ASKED_MAX
    came = [_came(session, merchant_id, each) if is_small else None for each in (span, beside)]
    given = [_given(session, merchant_id, each, timezone) for each in (span, beside)]
    assert sold[0] is not None, "there is a span"
    assert given[0] is not None, "there is a span"
    return Pulse(span, beside, came[0], came[1], (sold[0], sold[1]), (given[0], given[1]))


def _sold(session: Session, merchant_id: UUID, span: Span | None) -> Trade | None:
    return trade.traded(session, merchant_id=merchant_id, spans=[span])[0] if span else None


def _given(session: Session, merchant_id: UUID, span: Span | None, zone: str) -> Rewards | None:
    if span is None:
        return None
    return trade.rewarded(session, merchant_id=merchant_id, spans=[span], timezone=zone)[0]


def _came(session: Session, merchant_id: UUID, span: Span | None) -> Came | None:
    if span is None:
        return None
    ((came, again),) = members.came(session, merchant_id=merchant_id, spans=[span])
    return Came(span.last, came, again)
