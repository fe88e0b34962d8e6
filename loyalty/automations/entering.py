"""Who begins a journey: whom it fits today, where the gate would let a letter through."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import audience, rhythm, standing
from loyalty.analytics.ground import Ground
from loyalty.automations import switching
from loyalty.automations.journeys import COMPARED_DAYS, COOL_DAYS, WELCOME, Journey
from loyalty.automations.models import Automation, AutomationRun
from loyalty.campaigns import gate, gathering, resting, states
from loyalty.campaigns.gate import Through
from loyalty.campaigns.resting import Rest
from loyalty.campaigns.rules import House
from loyalty.core import bulk
from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer

PORTION = 500
NEWCOMER_DAYS = 7  # so long after joining they may still be welcomed, once they confirm
_CUSTOMER, _STATS, _RUN = table(Customer).c, table(MemberStats).c, table(AutomationRun)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a journey fits; without a habit the gap is the shop's own."""

    customer_id: UUID
    last_on: date | None
    gap_days: int


@dataclass(frozen=True, slots=True)
class Found:
    """Some of those whom a journey fits, from a mark on; with no `next` these are the last.

    `verdicts` say who gets letters, and why the others do not.
    """

    people: Sequence[Candidate]
    verdicts: gate.Verdicts
    next: UUID | None

    @property
    def ready(self) -> list[Candidate]:
        """Those who may begin."""
        return [one for one in self.people if isinstance(self.verdicts[one.customer_id], Through)]


def look(
    session: Session, *, row: Automation, house: House, at: datetime, after: UUID | None = None
) -> Found:
    """Who would begin now, read without a lock."""
    journey = switching.journey_of(row.kind)
    ground = Ground(session, house.merchant_id, local_day(at, house.timezone))
    rows = session.execute(
        _query(ground, journey, row, at, after).order_by(_CUSTOMER.id).limit(PORTION)
    ).all()
    people = [_candidate(one, ground) for one in rows if not _was_fit(one, row, ground)]
    verdicts = gate.ask(
        session,
        house=house,
        customer_ids=[one.customer_id for one in people],
        profiled=is_profiled(journey),
        at=at,
    )
    return Found(people, verdicts, rows[-1].id if len(rows) == PORTION else None)


def is_profiled(journey: Journey) -> bool:
    """Whether it picks people by what they did, which needs a consent of its own."""
    return audience.uses_behaviour(audience.parse(dict(journey.audience)))


def _query(
    ground: Ground, journey: Journey, row: Automation, at: datetime, after: UUID | None
) -> sa.Select[Any]:
    query = sa.select(_CUSTOMER.id, _STATS.first_on, _STATS.last_on, _STATS.visit_days).select_from(
        standing.MEMBERS
    )
    query = query.where(*standing.living(ground.merchant_id), *_fit(ground, journey, row, at))
    query = query.where(~_has_run(ground.merchant_id, journey, at))
    return query if after is None else query.where(_CUSTOMER.id > after)


def _fit(
    ground: Ground, journey: Journey, row: Automation, at: datetime
) -> list[sa.ColumnElement[bool]]:
    """Whom it is for. Who was brought in by a file or a program is not welcomed: they know us."""
    if journey.kind == WELCOME:
        since = at - timedelta(days=NEWCOMER_DAYS)
        return [
            _CUSTOMER.created_at >= max(since, row.started_at or at),
            _CUSTOMER.created_at <= at - timedelta(hours=journey.first_wait_hours),
            _CUSTOMER.source.is_not(None),
        ]
    return [ground.state == rhythm.LAPSED]


def _has_run(merchant_id: UUID, journey: Journey, at: datetime) -> sa.ColumnElement[bool]:
    """Once for each silence, and not again for a while: the same person is not worn down."""
    its = (
        _RUN.c.merchant_id == merchant_id,
        _RUN.c.kind == journey.kind,
        _RUN.c.customer_id == _CUSTOMER.id,
    )
    again = sa.or_(
        sa.literal(not journey.ends_on_visit),
        _RUN.c.ended_at.is_(None),
        _RUN.c.last_on >= _STATS.last_on,
        _RUN.c.started_at > at - timedelta(days=COOL_DAYS),
    )
    return sa.select(_RUN.c.id).where(*its, again).exists()


def _was_fit(one: Any, row: Automation, ground: Ground) -> bool:
    """Whether somebody fitted already on the day before which nobody knows what was sent."""
    if row.fresh_from_on is None or one.last_on is None:
        return False
    on = standing.yardstick(
        ground.session,
        merchant_id=ground.merchant_id,
        on=row.fresh_from_on,
        limits=ground.measures.limits,
    )
    first, last = one.first_on.toordinal(), one.last_on.toordinal()
    return on.left(first, last, one.visit_days) in rhythm.GONE


def _candidate(one: Any, ground: Ground) -> Candidate:
    measure = ground.yardstick
    if one.last_on is None:
        return Candidate(one.id, None, round(measure.mean))
    first, last = one.first_on.toordinal(), one.last_on.toordinal()
    usual = rhythm.usual_gap(first, last, one.visit_days, measure.mean)
    return Candidate(one.id, one.last_on, max(1, round(usual)))


def write(session: Session, *, row: Automation, people: Sequence[Candidate], at: datetime) -> int:
    """Let these begin, as far as they have not meanwhile; how many do. 0 if it is off by now."""
    mine = session.get_one(Automation, (row.merchant_id, row.kind), with_for_update=True)
    session.refresh(mine)
    if mine.state != switching.ON or not people:
        return 0
    journey = switching.journey_of(row.kind)
    cycles = _cycles(session, mine, [one.customer_id for one in people])
    fresh = [one for one in people if _may_begin(one, cycles.get(one.customer_id), journey, at)]
    rows = [_run(mine, one, cycles.get(one.customer_id), at) for one in fresh]
    bulk.insert(session.connection(), _RUN, rows)
    _hold(session, rows, at)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Before:
    """The latest time that somebody was on that journey."""

    cycle: int
    last_on: date | None
    started_at: datetime
    is_open: bool


def _cycles(session: Session, row: Automation, ids: Collection[UUID]) -> dict[UUID, _Before]:
    rows = session.execute(
        sa.select(_RUN)
        .where(
            _RUN.c.merchant_id == row.merchant_id,
            _RUN.c.kind == row.kind,
            _RUN.c.customer_id.in_(list(ids)),
        )
        .order_by(_RUN.c.cycle)
    )
    return {
        one.customer_id: _Before(one.cycle, one.last_on, one.started_at, one.ended_at is None)
        for one in rows
    }


def _may_begin(one: Candidate, before: _Before | None, journey: Journey, at: datetime) -> bool:
    """The same as was asked when they were read: another worker may have been faster."""
    if before is None:
        return True
    if before.is_open or not journey.ends_on_visit:
        return False
    is_new = before.last_on is None or (one.last_on is not None and one.last_on > before.last_on)
    return is_new and before.started_at <= at - timedelta(days=COOL_DAYS)


def _run(row: Automation, one: Candidate, before: _Before | None, at: datetime) -> dict[str, Any]:
    return {
        "merchant_id": row.merchant_id,
        "id": new_id(),
        "kind": row.kind,
        "customer_id": one.customer_id,
        "cycle": before.cycle + 1 if before else 1,
        "is_held": gathering.is_held(row.salt, one.customer_id, row.holdout_percent),
        "last_on": one.last_on,
        "gap_days": one.gap_days,
        "step": 0,
        "delays": 0,
        "due_at": at,
        "started_at": at,
        "ended_at": None,
        "ended_as": None,
    }


def _hold(session: Session, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """Who is held back gets no other letter either, as long as they are compared."""
    until_at = at + timedelta(days=COMPARED_DAYS)
    rests = [
        Rest(one["customer_id"], states.COMPARED, one["last_on"], until_at)
        for one in rows
        if one["is_held"]
    ]
    if rests:
        resting.add(session, merchant_id=rows[0]["merchant_id"], rests=rests, at=at)
