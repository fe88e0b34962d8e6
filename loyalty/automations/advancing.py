"""Taking people on a journey a step further: looked at again before each step, moved at most once.

A step and its letter are written together with the mark that it was taken, so whoever is killed
between has done nothing, and two workers cannot take the same step.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics.rhythm import Yardstick
from loyalty.automations import editions, facts, journeys, switching
from loyalty.automations.deciding import SUNSET, Decision, End, Go, Later, Standing, decide
from loyalty.automations.facts import Known
from loyalty.automations.journeys import Journey
from loyalty.automations.models import Automation, AutomationRun, AutomationStep
from loyalty.campaigns import offers, resting, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.resting import Rest
from loyalty.campaigns.rules import House
from loyalty.core import bulk
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.counter import gifts
from loyalty.counter.rollups.models import MemberStats

_RUN, _STEP, _MESSAGE, _STATS = (
    table(AutomationRun), table(AutomationStep), table(Message), table(MemberStats),
)  # fmt: skip
_A_DAY, _AN_HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Desk:
    """What a portion of people is judged on: the shop, its automation, its letters, the moment."""

    session: Session
    house: House
    journey: Journey
    letters: Mapping[str, Campaign]
    at: datetime


def due(session: Session, *, merchant_id: UUID, kind: str, at: datetime, limit: int) -> list[UUID]:
    """Runs whose next step is due, the longest due first."""
    query = sa.select(_RUN.c.id).where(*_open(merchant_id, kind), _RUN.c.due_at <= at)
    return list(session.execute(query.order_by(_RUN.c.due_at, _RUN.c.id).limit(limit)).scalars())


def is_any_open(session: Session, *, merchant_id: UUID, kind: str) -> bool:
    """Whether anybody is still on the way."""
    query = sa.select(_RUN.c.id).where(*_open(merchant_id, kind)).limit(1)
    return session.execute(query).first() is not None


def _open(merchant_id: UUID, kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _RUN.c.merchant_id == merchant_id, _RUN.c.kind == kind, _RUN.c.ended_at.is_(None)


def leave(session: Session, *, house: House, kind: str, at: datetime) -> int:
    """End the runs of whoever has come since theirs began; how many."""
    if not switching.journey_of(kind).ends_on_visit:
        return 0
    came = sa.select(_STATS.c.customer_id).where(
        _STATS.c.merchant_id == _RUN.c.merchant_id,
        _STATS.c.customer_id == _RUN.c.customer_id,
        sa.or_(_RUN.c.last_on.is_(None), _STATS.c.last_on > _RUN.c.last_on),
    )
    ids = session.execute(
        sa.select(_RUN.c.id).where(*_open(house.merchant_id, kind), came.exists())
    ).scalars()
    return _end(session, house.merchant_id, list(ids), "came_back", at)


def advance(
    session: Session,
    *,
    row: Automation,
    house: House,
    run_ids: Collection[UUID],
    yardstick: Yardstick,
    at: datetime,
) -> int:
    """Take these a step further, or end them; how many were still due.

    `yardstick` is what members are measured by today: `facts.measure`.
    """
    journey = switching.journey_of(row.kind)
    runs = session.execute(
        sa.select(_RUN)
        .where(*_open(house.merchant_id, row.kind), _RUN.c.id.in_(list(run_ids)))
        .where(_RUN.c.due_at <= at)
        .order_by(_RUN.c.id)
        .with_for_update(skip_locked=True)
    ).all()
    letters = editions.current_of(session, merchant_id=house.merchant_id, kind=row.kind)
    desk = Desk(session, house, journey, letters, at)
    known = facts.of(
        session,
        house=house,
        journey=journey,
        runs=runs,
        offer=_offer(desk),
        yardstick=yardstick,
        at=at,
    )
    decided = [(run, decide(journey, _standing(run), known[run.id].facts, at=at)) for run in runs]
    _carry_out(desk, decided, known)
    return len(runs)


def _standing(run: Any) -> Standing:
    return Standing(run.step, run.delays, run.is_held, run.last_on)


def _offer(desk: Desk) -> offers.Offer | None:
    giving = next((step for step in desk.journey.steps if step.gives), None)
    edition = desk.letters.get(giving.key) if giving else None
    return offers.of(desk.session, campaign=edition) if edition is not None else None


def _carry_out(
    desk: Desk, decided: Sequence[tuple[Any, Decision]], known: Mapping[UUID, Known]
) -> None:
    ended: dict[str, list[Any]] = {}
    for run, what in decided:
        if isinstance(what, End):
            ended.setdefault(what.how, []).append(run)
        elif isinstance(what, Later):
            _put_off(desk, run, what)
        else:
            _take(desk, run, what, known[run.id])
    for how, some in ended.items():
        _end(desk.session, desk.house.merchant_id, [run.id for run in some], how, desk.at)
        if how == SUNSET:
            rests = [Rest(run.customer_id, states.SUNSET, run.last_on) for run in some]
            resting.add(desk.session, merchant_id=desk.house.merchant_id, rests=rests, at=desk.at)


def _put_off(desk: Desk, run: Any, what: Later) -> None:
    wait = _A_DAY if what.counts else _AN_HOUR
    _move(desk, run, {"due_at": desk.at + wait, "delays": run.delays + int(what.counts)})


def _take(desk: Desk, run: Any, what: Go, known: Known) -> None:
    """Take one step: its letter, its mark, and when the next one is due."""
    edition = desk.letters.get(what.step.key) if what.sends else None
    ends_at = known.facts.voucher_ends_at
    message_id, voucher = None, known.voucher_id if what.step.reminds else None
    if edition is not None:
        if what.step.gives:
            voucher, ends_at = _give(desk, edition, known)
        message_id = _letter(desk, run, edition, voucher)
    _mark(desk, run, what.step.key, message_id)
    _move(desk, run, {"step": run.step + 1, "delays": 0, "due_at": _next_at(desk, run, ends_at)})


def _next_at(desk: Desk, run: Any, ends_at: datetime | None) -> datetime:
    following = run.step + 1
    if following >= len(desk.journey.steps):
        return desk.at
    return journeys.due(
        desk.journey.steps[following],
        after=desk.at,
        gap_days=run.gap_days,
        ends_at=ends_at,
        timezone=desk.house.timezone,
    )


def _give(desk: Desk, edition: Campaign, known: Known) -> tuple[UUID, datetime]:
    offer = offers.of(desk.session, campaign=edition)
    assert offer is not None, "its letter was printed with one"
    assert known.card_id is not None, "decided so"
    gift = offer.gift(desk.house.merchant_id, at=desk.at, timezone=desk.house.timezone)
    (voucher,) = gifts.give(desk.session, gift=gift, cards=[known.card_id], at=desk.at)
    return voucher, gift.until_at


def _letter(desk: Desk, run: Any, edition: Campaign, voucher: UUID | None) -> UUID:
    message_id = new_id()
    desk.session.execute(
        sa.insert(_MESSAGE),
        {
            "merchant_id": run.merchant_id,
            "id": message_id,
            "campaign_id": edition.id,
            "customer_id": run.customer_id,
            "redemption_id": voucher,
            "cycle": run.cycle,
            "state": states.READY,
            "is_drawn": True,
            "attempts": 0,
            "due_at": desk.at,
            "created_at": desk.at,
        },
    )
    return message_id


def _mark(desk: Desk, run: Any, step: str, message_id: UUID | None) -> None:
    row = {
        "merchant_id": run.merchant_id,
        "run_id": run.id,
        "step": step,
        "message_id": message_id,
        "taken_at": desk.at,
    }
    bulk.insert(desk.session.connection(), _STEP, [row])


def _move(desk: Desk, run: Any, values: Mapping[str, Any]) -> None:
    its = (_RUN.c.merchant_id == run.merchant_id, _RUN.c.id == run.id)
    desk.session.execute(sa.update(_RUN).where(*its).values(values))


def _end(session: Session, merchant_id: UUID, ids: Sequence[UUID], how: str, at: datetime) -> int:
    if ids:
        session.execute(
            sa.update(_RUN)
            .where(_RUN.c.merchant_id == merchant_id, _RUN.c.id.in_(ids), _RUN.c.ended_at.is_(None))
            .values(ended_at=at, ended_as=how)
        )
    return len(ids)


def end(
    session: Session, *, merchant_id: UUID, run_ids: Sequence[UUID], how: str, at: datetime
) -> None:
    """End these; what is over stays as it was."""
    _end(session, merchant_id, run_ids, how, at)
