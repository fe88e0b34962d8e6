"""What a campaign brought beyond who came back: visits and sales of both groups, and what it cost.

Each person counts from the send on, for as many days as the effect is looked at. Extra is the
difference of the means, times those who were written to, with Welch's interval.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import effect
from loyalty.campaigns import offers, outcome, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.counter.models import Visit

_MESSAGE, _CARD, _VISIT = table(Message), table(Card), table(Visit)


@dataclass(frozen=True, slots=True)
class Sums:
    """Something counted for each of `n` people: its sum, and the sum of its squares."""

    n: int
    total: int
    squares: float

    @property
    def mean(self) -> float:
        """For one person."""
        return self.total / self.n if self.n else 0.0

    @property
    def spread(self) -> float:
        """The variance of the mean."""
        if self.n < 2:  # noqa: PLR2004  # one person has no spread
            return 0.0
        return max(0.0, self.squares - self.total**2 / self.n) / (self.n - 1) / self.n


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Brought:
    """Visits and net sales of who was written to and of who was held back.

    `unit_cost_minor` is what one voucher costs that was handed over; None: nobody has said.
    """

    visits: tuple[Sums, Sums]
    net_minor: tuple[Sums, Sums]
    redeemed: int
    unit_cost_minor: int | None

    @property
    def offer_cost_minor(self) -> int | None:
        """What the vouchers that were used have cost; 0 without any, None if unknown."""
        if not self.redeemed:
            return 0
        return None if self.unit_cost_minor is None else self.redeemed * self.unit_cost_minor

    @property
    def extra_visits(self) -> Estimate:
        """Visits that there would not have been without it."""
        return extra(*self.visits)

    @property
    def net_gain_minor(self) -> Estimate:
        """Extra net sales, less what the offer has cost where that is known."""
        found, cost = extra(*self.net_minor), self.offer_cost_minor or 0
        return Estimate(found.value - cost, found.low - cost, found.high - cost)


def extra(treated: Sums, held: Sums) -> Estimate:
    """The difference of the means, for all who were treated."""
    value = (treated.mean - held.mean) * treated.n
    half = effect.Z * sqrt(treated.spread + held.spread) * treated.n
    return Estimate(value, value - half, value + half)


def of(session: Session, *, campaign: Campaign, timezone: str, redeemed: int) -> Brought:
    """What came of a campaign that has been sent."""
    is_held = _MESSAGE.c.state == states.HELD
    treated, held = (_sums(session, campaign, timezone, which) for which in (~is_held, is_held))
    offer = offers.of(session, campaign=campaign)
    cost = offers.unit_cost(session, merchant_id=campaign.merchant_id, offer=offer)
    return Brought((treated[0], held[0]), (treated[1], held[1]), redeemed, cost)


def _sums(
    session: Session, campaign: Campaign, timezone: str, which: sa.ColumnElement[bool]
) -> tuple[Sums, Sums]:
    card = sa.and_(
        _CARD.c.merchant_id == _MESSAGE.c.merchant_id,
        _CARD.c.customer_id == _MESSAGE.c.customer_id,
    )
    visit = sa.and_(
        _VISIT.c.merchant_id == _CARD.c.merchant_id,
        _VISIT.c.card_id == _CARD.c.id,
        *outcome.in_window(campaign, timezone),
    )
    each = (
        sa.select(
            sa.func.count(_VISIT.c.id).label("visits"),
            sa.func.coalesce(sa.func.sum(_VISIT.c.net_minor), 0).label("net"),
        )
        .select_from(_MESSAGE.outerjoin(_CARD, card).outerjoin(_VISIT, visit))
        .where(
            _MESSAGE.c.merchant_id == campaign.merchant_id,
            _MESSAGE.c.campaign_id == campaign.id,
            _MESSAGE.c.is_drawn,
            which,
        )
        .group_by(_MESSAGE.c.id)
        .subquery()
    )
    columns: list[sa.ColumnElement[Any]] = [sa.func.count()]
    for one in (each.c.visits, each.c.net):
        wide = sa.cast(one, sa.Float)  # squares of cents outgrow whole numbers
        columns += [
            sa.func.coalesce(sa.func.sum(one), 0), sa.func.coalesce(sa.func.sum(wide * wide), 0.0)
        ]  # fmt: skip
    n, visits, visits_sq, net, net_sq = tuple(session.execute(sa.select(*columns)).one())
    return Sums(n, int(visits), float(visits_sq)), Sums(n, int(net), float(net_sq))
