"""What a campaign brought: who came back and redeemed, beside those who were held back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import effect
from loyalty.campaigns import states
from loyalty.campaigns.models import Campaign, Message
from loyalty.cards.models import Card
from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.counter.models import Redemption, Visit

_MESSAGE, _CARD, _VISIT, _REDEMPTION = (
    table(Message), table(Card), table(Visit), table(Redemption),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arm:
    """One group of an experiment."""

    n: int
    returned: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both groups within the window, and what the offer was used for."""

    treated: Arm
    holdout: Arm
    redeemed: int
    day: int

    def lift(self) -> dict[str, Any]:
        """As the contract writes it."""
        found = effect.newcombe(
            self.treated.returned, self.treated.n, self.holdout.returned, self.holdout.n
        )
        return {
            "treated": {"n": self.treated.n, "returned": self.treated.returned},
            "holdout": {"n": self.holdout.n, "returned": self.holdout.returned},
            "difference": found.difference,
            "low": found.low,
            "high": found.high,
            "verdict": effect.verdict(found, day=self.day),
            "window_days": effect.WINDOW_DAYS,
        }


def of(session: Session, *, campaign: Campaign, timezone: str, at: datetime) -> Outcome | None:
    """What it has brought by now; None before anybody could have got it."""
    if campaign.gathered_at is None or campaign.send_at is None:
        return None
    # Whoever was drawn to get it counts as treated, also where it did not arrive: to leave them out
    # would compare people whom a letter reaches with everybody.
    is_held = _MESSAGE.c.state == states.HELD
    treated = _arm(session, campaign, ~is_held, timezone)
    holdout = _arm(session, campaign, is_held, timezone)
    day = (local_day(at, timezone) - local_day(campaign.send_at, timezone)).days
    return Outcome(treated, holdout, _redeemed(session, campaign), day)


def _arm(session: Session, campaign: Campaign, which: sa.ColumnElement[bool], timezone: str) -> Arm:
    came = (
        sa.select(_VISIT.c.id)
        .join(
            _CARD,
            sa.and_(_CARD.c.merchant_id == _VISIT.c.merchant_id, _CARD.c.id == _VISIT.c.card_id),
        )
        .where(
            _CARD.c.merchant_id == _MESSAGE.c.merchant_id,
            _CARD.c.customer_id == _MESSAGE.c.customer_id,
            *in_window(campaign, timezone),
        )
        .correlate(_MESSAGE)
        .exists()
    )
    row = session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(came)).where(
            _MESSAGE.c.merchant_id == campaign.merchant_id,
            _MESSAGE.c.campaign_id == campaign.id,
            _MESSAGE.c.is_drawn,
            which,
        )
    ).one()
    return Arm(row[0], row[1])


def in_window(campaign: Campaign, timezone: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Which visits are looked at: those that stand, from the send on, within the window."""
    assert campaign.send_at is not None, "it was launched"
    last = local_day(campaign.send_at, timezone) + timedelta(days=effect.WINDOW_DAYS)
    return (
        _VISIT.c.voided_at.is_(None),
        _VISIT.c.occurred_at > campaign.send_at,
        _VISIT.c.local_on <= last,
    )


def _redeemed(session: Session, campaign: Campaign) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(_MESSAGE)
        .join(
            _REDEMPTION,
            sa.and_(
                _REDEMPTION.c.merchant_id == _MESSAGE.c.merchant_id,
                _REDEMPTION.c.id == _MESSAGE.c.redemption_id,
            ),
        )
        .where(
            _MESSAGE.c.merchant_id == campaign.merchant_id,
            _MESSAGE.c.campaign_id == campaign.id,
            _REDEMPTION.c.state == "fulfilled",
        )
    )
    return session.execute(query).scalar_one()
