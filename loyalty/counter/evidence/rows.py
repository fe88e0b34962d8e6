"""The rows behind a figure: when, on which card, how much, and how or why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card, CardToken
from loyalty.counter.evidence import gathering
from loyalty.counter.evidence.tallies import Period, Tally
from loyalty.counter.models import ScanRefusal, Visit
from loyalty.customers import living
from loyalty.ledger.models import Operation

ROWS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One deed. `kind` is visit, adjustment, refund, void or refused.

    `detail` is its proof, its reason in the words of who did it, or the code of the refusal.
    """

    at: datetime
    kind: str
    card_id: UUID | None
    amount_minor: int | None = None
    units: int | None = None
    unit: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a card is, and its code as it is typed; either may be gone."""

    name: str | None
    code: str | None


def behind(
    session: Session,
    *,
    merchant_id: UUID,
    period: Period,
    tally: Tally,
    measure: str,
    limit: int = ROWS_MAX,
) -> list[Row]:
    """The rows of a measure ("visits" for all visits) of one person, the latest first."""
    read = _READERS.get(measure, _visits)
    return read(session, merchant_id, period, tally, measure, limit)


def _visits(
    session: Session, merchant_id: UUID, period: Period, tally: Tally, measure: str, limit: int
) -> list[Row]:
    query = gathering.served(
        merchant_id,
        period,
        Visit.occurred_at,
        Visit.card_id,
        Visit.amount_minor,
        Operation.proof,
    ).where(Operation.actor == tally.actor)
    if measure == "one_card":
        query = query.where(Visit.card_id == tally.top_card_id)
    elif measure == "typed":
        query = query.where(Operation.proof == "typed")
    elif measure == "night":
        hours = gathering.usual_hours(session, merchant_id=merchant_id, period=period)
        query = query.where(Visit.local_hour.not_in(sorted(hours)))
    elif measure == "often":
        days = gathering.often(merchant_id, period)
        query = query.join(
            days,
            sa.and_(
                days.c.actor == Operation.actor,
                days.c.card_id == Visit.card_id,
                days.c.local_on == Visit.local_on,
            ),
        )
    latest = query.order_by(Visit.local_on.desc(), Visit.id.desc()).limit(limit)
    found = [
        Row(row.occurred_at, "visit", row.card_id, row.amount_minor, detail=row.proof or "")
        for row in session.execute(latest)
    ]
    return sorted(found, key=lambda row: row.at, reverse=True)  # of one day they came by their ids


def _by_hand(
    session: Session, merchant_id: UUID, period: Period, tally: Tally, _: str, limit: int
) -> list[Row]:
    found = gathering.moved(session, merchant_id=merchant_id, period=period, actor=tally.actor)
    return [
        Row(one.at, "adjustment", one.card_id, units=one.units, unit=one.unit, detail=one.reason)
        for one in found[:limit]
    ]


def _undone(
    session: Session, merchant_id: UUID, period: Period, tally: Tally, _: str, limit: int
) -> list[Row]:
    query = gathering.done(
        merchant_id,
        period,
        gathering.UNDONE,
        Operation.occurred_at,
        Operation.kind,
        Operation.card_id,
        Operation.answer,
        Operation.reason,
    ).where(Operation.actor == tally.actor)
    latest = query.order_by(Operation.occurred_at.desc()).limit(limit)
    return [
        Row(
            row.occurred_at,
            row.kind,
            row.card_id,
            gathering.amount_of(row.answer),
            detail=row.reason or "",
        )
        for row in session.execute(latest)
    ]


def _refused(
    session: Session, merchant_id: UUID, period: Period, tally: Tally, _: str, limit: int
) -> list[Row]:
    rows = session.execute(
        sa.select(ScanRefusal.at, ScanRefusal.card_id, ScanRefusal.code)
        .where(
            ScanRefusal.merchant_id == merchant_id,
            ScanRefusal.at >= period.since,
            ScanRefusal.at < period.until,
            ScanRefusal.actor == tally.actor,
        )
        .order_by(ScanRefusal.at.desc())
        .limit(limit)
    )
    return [Row(row.at, "refused", row.card_id, detail=row.code) for row in rows]


Reader = Callable[[Session, UUID, Period, Tally, str, int], list[Row]]
_READERS: dict[str, Reader] = {"by_hand": _by_hand, "undone": _undone, "refused": _refused}


def holders(
    session: Session, *, merchant_id: UUID, card_ids: Iterable[UUID | None]
) -> dict[UUID, Holder]:
    """Whose these cards are by now, with a code that still works."""
    wanted = {card_id for card_id in card_ids if card_id is not None}
    if not wanted:
        return {}
    cards = session.execute(
        sa.select(Card.id, Card.customer_id).where(
            Card.merchant_id == merchant_id, Card.id.in_(wanted)
        )
    ).all()
    codes = session.execute(
        sa.select(CardToken.card_id, sa.func.max(CardToken.code).label("code"))
        .where(
            CardToken.merchant_id == merchant_id,
            CardToken.card_id.in_(wanted),
            CardToken.revoked_at.is_(None),
        )
        .group_by(CardToken.card_id)
    )
    code_of = {row.card_id: row.code for row in codes}
    people = living.people(
        session, merchant_id=merchant_id, customer_ids={card.customer_id for card in cards}
    )
    return {card.id: Holder(people[card.customer_id].name, code_of.get(card.id)) for card in cards}
