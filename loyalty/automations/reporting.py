"""What an automation did: who is on the way, which letters left, how it ended, what it brought."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import effect
from loyalty.analytics.effect import Difference
from loyalty.automations.models import AutomationRun, AutomationStep
from loyalty.campaigns import states
from loyalty.campaigns.models import Message
from loyalty.cards.models import Card
from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.counter.models import Redemption, Visit

_RUN, _STEP, _MESSAGE, _CARD, _VISIT, _REDEMPTION = (
    table(AutomationRun), table(AutomationStep), table(Message), table(Card), table(Visit),
    table(Redemption),
)  # fmt: skip
_OUT = (states.SENT, states.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Done:
    """Numbers since the beginning: people, not letters, but for `sent` by step."""

    began: int
    open: int
    held: int
    sent: dict[str, int]
    waiting: dict[int, int]  # of those who get letters, by the place of their next step
    ended: dict[str, int]  # of those who got letters, by how it ended
    redeemed: int


@dataclass(frozen=True, slots=True)
class Month:
    """Everybody who began in one month and whose 28 days are over."""

    first_on: date
    treated: int
    treated_returned: int
    held: int
    held_returned: int

    @property
    def stratum(self) -> effect.Stratum:
        """As it is pooled."""
        return self.treated_returned, self.treated, self.held_returned, self.held


@dataclass(frozen=True, slots=True)
class Effect:
    """All months together, each compared within itself; `young` are not judged yet."""

    months: list[Month]
    pooled: Difference
    verdict: str
    young: int

    @property
    def extra(self) -> float:
        """How many more came back than would have without it, as far as one can tell."""
        return self.pooled.difference * sum(one.treated for one in self.months)


def done(session: Session, *, merchant_id: UUID, kind: str) -> Done:
    """What a journey has done so far."""
    its = (_RUN.c.merchant_id == merchant_id, _RUN.c.kind == kind)
    rows = session.execute(
        sa.select(_RUN.c.is_held, _RUN.c.ended_as, sa.func.count().label("number"))
        .where(*its)
        .group_by(_RUN.c.is_held, _RUN.c.ended_as)
    ).all()
    ended: dict[str, int] = {}
    for row in rows:
        if row.ended_as is not None and not row.is_held:
            ended[row.ended_as] = row.number
    return Done(
        began=sum(row.number for row in rows),
        open=sum(row.number for row in rows if row.ended_as is None),
        held=sum(row.number for row in rows if row.is_held),
        sent=_sent(session, its),
        waiting=_waiting(session, its),
        ended=ended,
        redeemed=_redeemed(session, its),
    )


def _waiting(session: Session, its: tuple[sa.ColumnElement[bool], ...]) -> dict[int, int]:
    query = sa.select(_RUN.c.step, sa.func.count().label("number")).where(
        *its, _RUN.c.ended_at.is_(None), ~_RUN.c.is_held
    )
    return {row.step: row.number for row in session.execute(query.group_by(_RUN.c.step))}


def _letters(its: tuple[sa.ColumnElement[bool], ...], *columns: Any) -> sa.Select[Any]:
    whose = sa.and_(_RUN.c.merchant_id == _STEP.c.merchant_id, _RUN.c.id == _STEP.c.run_id)
    letter = sa.and_(
        _MESSAGE.c.merchant_id == _STEP.c.merchant_id, _MESSAGE.c.id == _STEP.c.message_id
    )
    return (
        sa.select(*columns)
        .select_from(_STEP.join(_RUN, whose).join(_MESSAGE, letter))
        .where(*its, _MESSAGE.c.state.in_(_OUT))
    )


def _sent(session: Session, its: tuple[sa.ColumnElement[bool], ...]) -> dict[str, int]:
    query = _letters(its, _STEP.c.step, sa.func.count().label("number")).group_by(_STEP.c.step)
    return {row.step: row.number for row in session.execute(query)}


def _redeemed(session: Session, its: tuple[sa.ColumnElement[bool], ...]) -> int:
    used = sa.select(_REDEMPTION.c.id).where(
        _REDEMPTION.c.merchant_id == _MESSAGE.c.merchant_id,
        _REDEMPTION.c.id == _MESSAGE.c.redemption_id,
        _REDEMPTION.c.state == "fulfilled",
    )
    query = _letters(its, sa.func.count(sa.distinct(_MESSAGE.c.redemption_id)))
    return int(session.execute(query.where(used.exists())).scalar_one())


def judged(
    session: Session, *, merchant_id: UUID, kind: str, timezone: str, at: datetime
) -> Effect:
    """Who came back within 28 days, beside those who were held back, over all months."""
    today = local_day(at, timezone)
    months: dict[date, list[int]] = {}
    young = 0
    for row in session.execute(_came(merchant_id, kind)):
        began = local_day(row.started_at, timezone)
        until = began + timedelta(days=effect.WINDOW_DAYS)
        if until >= today:
            young += 1
            continue
        sums = months.setdefault(began.replace(day=1), [0, 0, 0, 0])
        place = 2 if row.is_held else 0
        sums[place] += 1
        sums[place + 1] += int(row.back_on is not None and row.back_on <= until)
    found = [Month(first, *sums) for first, sums in sorted(months.items())]
    pooled = effect.pooled(one.stratum for one in found)
    verdict = effect.verdict(pooled, day=effect.WINDOW_DAYS if found else 0)
    return Effect(found, pooled, verdict, young)


def _came(merchant_id: UUID, kind: str) -> sa.Select[Any]:
    """Each run with the first visit day after it began; cards of who was merged count too."""
    back = (
        sa.select(sa.func.min(_VISIT.c.local_on))
        .select_from(
            _VISIT.join(
                _CARD,
                sa.and_(
                    _CARD.c.merchant_id == _VISIT.c.merchant_id, _CARD.c.id == _VISIT.c.card_id
                ),
            )
        )
        .where(
            _CARD.c.merchant_id == _RUN.c.merchant_id,
            _CARD.c.customer_id == _RUN.c.customer_id,
            _VISIT.c.voided_at.is_(None),
            _VISIT.c.occurred_at > _RUN.c.started_at,
        )
        .correlate(_RUN)
        .scalar_subquery()
    )
    return sa.select(_RUN.c.is_held, _RUN.c.started_at, back.label("back_on")).where(
        _RUN.c.merchant_id == merchant_id, _RUN.c.kind == kind
    )
