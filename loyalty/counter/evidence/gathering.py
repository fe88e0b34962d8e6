"""Everybody's tallies in a handful of statements, however many people and visits there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter.evidence.measures import OFTEN_A_DAY
from loyalty.counter.evidence.tallies import Deeds, Period, Tally
from loyalty.counter.models import ScanRefusal, Visit
from loyalty.ledger import statements
from loyalty.ledger.models import Account, Entry, Operation

UNDONE = ("refund", "void")
_HOURS_DAYS = 90
_USUAL_PERCENT, _USUAL_CARDS = 1, 3
_PERSON = "stf_%"


def deeds(session: Session, *, merchant_id: UUID, period: Period) -> Deeds:
    """What the shop's people did in the period."""
    hours = usual_hours(session, merchant_id=merchant_id, period=period)
    found: dict[str, Tally] = {}
    _visits(session, merchant_id, period, hours, found)
    _top_cards(session, merchant_id, period, found)
    _often(session, merchant_id, period, found)
    _by_hand(session, merchant_id, period, found)
    _undone(session, merchant_id, period, found)
    _refused(session, merchant_id, period, found)
    totals = statements.totals(
        session, merchant_id=merchant_id, since=period.since, until=period.until
    )
    earned = {one.unit: one.given for one in totals}
    return Deeds(list(found.values()), hours, _count(session, merchant_id, period), earned)


def _count(session: Session, merchant_id: UUID, period: Period) -> int:
    """All visits of the shop, by whatever way they came."""
    return session.execute(
        sa.select(sa.func.count())
        .select_from(Visit)
        .where(
            Visit.merchant_id == merchant_id,
            Visit.local_on.between(period.first_on, period.last_on),
            Visit.voided_at.is_(None),
        )
    ).scalar_one()


def usual_hours(session: Session, *, merchant_id: UUID, period: Period) -> frozenset[int]:
    """Hours of the day with at least 1 % of the shop's visits, on at least three cards.

    Of the last ninety days: one card that comes every night does not make the night usual.
    """
    rows = session.execute(
        sa.select(
            Visit.local_hour,
            sa.func.count().label("visits"),
            sa.func.count(sa.distinct(Visit.card_id)).label("cards"),
        )
        .where(
            Visit.merchant_id == merchant_id,
            Visit.local_on.between(period.last_on - timedelta(days=_HOURS_DAYS), period.last_on),
            Visit.voided_at.is_(None),
        )
        .group_by(Visit.local_hour)
    ).all()
    total = sum(row.visits for row in rows)
    return frozenset(
        row.local_hour
        for row in rows
        if row.visits * 100 >= _USUAL_PERCENT * total and row.cards >= _USUAL_CARDS
    )


def served(merchant_id: UUID, period: Period, *columns: Any) -> sa.Select[Any]:
    """Visits of the period that people recorded at the till and that stand."""
    return (
        sa.select(*columns)
        .select_from(Visit)
        .join(
            Operation,
            sa.and_(Operation.merchant_id == Visit.merchant_id, Operation.id == Visit.id),
        )
        .where(
            Visit.merchant_id == merchant_id,
            Visit.local_on.between(period.first_on, period.last_on),
            Visit.voided_at.is_(None),
            Operation.actor.like(_PERSON),
        )
    )


def _of(found: dict[str, Tally], actor: str) -> Tally:
    return found.setdefault(actor, Tally(actor))


def _visits(
    session: Session,
    merchant_id: UUID,
    period: Period,
    hours: Iterable[int],
    found: dict[str, Tally],
) -> None:
    rows = session.execute(
        served(
            merchant_id,
            period,
            Operation.actor,
            sa.func.count().label("visits"),
            sa.func.coalesce(sa.func.sum(Visit.amount_minor), 0).label("spend"),
            _counted(Operation.proof == "typed").label("typed"),
            _counted(Visit.local_hour.not_in(sorted(hours))).label("night"),
        ).group_by(Operation.actor)
    )
    for row in rows:
        tally = _of(found, row.actor)
        tally.visits, tally.spend_minor = row.visits, int(row.spend)
        tally.typed, tally.night = int(row.typed), int(row.night)


def _counted(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _top_cards(
    session: Session, merchant_id: UUID, period: Period, found: dict[str, Tally]
) -> None:
    """The card that each of them served most often; of equal ones the older."""
    visits = sa.func.count()
    place = sa.func.row_number().over(
        partition_by=Operation.actor, order_by=(visits.desc(), Visit.card_id)
    )
    each = (
        served(
            merchant_id,
            period,
            Operation.actor,
            Visit.card_id,
            visits.label("visits"),
            place.label("place"),
        )
        .group_by(Operation.actor, Visit.card_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(each.c.actor, each.c.card_id, each.c.visits).where(each.c.place == 1)
    )
    for row in rows:
        tally = _of(found, row.actor)
        tally.top_card_id, tally.top_card_visits = row.card_id, row.visits


def often(merchant_id: UUID, period: Period) -> sa.Subquery:
    """Person, card and day wherever one person served one card more than five times on a day."""
    by = (Operation.actor, Visit.card_id, Visit.local_on)
    return (
        served(merchant_id, period, *by)
        .group_by(*by)
        .having(sa.func.count() > OFTEN_A_DAY)
        .subquery("often")
    )


def _often(session: Session, merchant_id: UUID, period: Period, found: dict[str, Tally]) -> None:
    each = often(merchant_id, period)
    rows = session.execute(
        sa.select(each.c.actor, sa.func.count().label("days")).group_by(each.c.actor)
    )
    for row in rows:
        _of(found, row.actor).many_days = row.days


def done(merchant_id: UUID, period: Period, kinds: Iterable[str], *columns: Any) -> sa.Select[Any]:
    """What people did beside the sales: operations of these kinds."""
    return sa.select(*columns).where(
        Operation.merchant_id == merchant_id,
        Operation.occurred_at >= period.since,
        Operation.occurred_at < period.until,
        Operation.kind.in_(list(kinds)),
        Operation.actor.like(_PERSON),
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """Units of one kind that somebody gave (above 0) or took by hand."""

    actor: str
    at: datetime
    card_id: UUID
    reason: str
    unit: str
    units: int


def moved(
    session: Session, *, merchant_id: UUID, period: Period, actor: str | None = None
) -> list[Moved]:
    """What people, or one of them, gave and took by hand, the latest first."""
    query = done(
        merchant_id,
        period,
        ("adjustment",),
        Operation.id,
        Operation.actor,
        Operation.occurred_at,
        Operation.card_id,
        Operation.reason,
    )
    if actor is not None:
        query = query.where(Operation.actor == actor)
    deeds = {row.id: row for row in session.execute(query)}
    # In a statement of its own: joined, SQLite would begin with all accounts of the shop.
    entries = session.execute(
        sa.select(Entry.operation_id, Entry.units, Account.unit)
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        .where(
            Entry.merchant_id == merchant_id,
            Entry.operation_id.in_(list(deeds)),
            Entry.kind == "adjust",
        )
    )
    found = [_moved(deeds[row.operation_id], row.unit, row.units) for row in entries]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _moved(deed: Any, unit: str, units: int) -> Moved:
    return Moved(deed.actor, deed.occurred_at, deed.card_id, deed.reason or "", unit, units)


def _by_hand(session: Session, merchant_id: UUID, period: Period, found: dict[str, Tally]) -> None:
    for one in moved(session, merchant_id=merchant_id, period=period):
        tally = _of(found, one.actor)
        tally.by_hand += 1
        side = tally.given if one.units > 0 else tally.taken
        side[one.unit] = side.get(one.unit, 0) + abs(one.units)


def _undone(session: Session, merchant_id: UUID, period: Period, found: dict[str, Tally]) -> None:
    """The money stands in each answer: corrections are few beside the sales."""
    rows = session.execute(done(merchant_id, period, UNDONE, Operation.actor, Operation.answer))
    for row in rows:
        tally = _of(found, row.actor)
        tally.undone += 1
        tally.undone_minor += amount_of(row.answer) or 0


def amount_of(answer: dict[str, Any] | None) -> int | None:
    """The money that a kept answer names, in minor units."""
    said = (answer or {}).get("amount")
    return said["amount_minor"] if said else None


def _refused(session: Session, merchant_id: UUID, period: Period, found: dict[str, Tally]) -> None:
    rows = session.execute(
        sa.select(ScanRefusal.actor, sa.func.count().label("times"))
        .where(
            ScanRefusal.merchant_id == merchant_id,
            ScanRefusal.at >= period.since,
            ScanRefusal.at < period.until,
            ScanRefusal.actor.like(_PERSON),
        )
        .group_by(ScanRefusal.actor)
    )
    for row in rows:
        _of(found, row.actor).refused = row.times
