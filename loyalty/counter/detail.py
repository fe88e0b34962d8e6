"""What was sold, line by line: after a while it is cleared, and what the rules made of it stays."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core.db import table
from loyalty.counter.models import Visit, VisitLine
from loyalty.counter.rollups import upkeep
from loyalty.customers import consents
from loyalty.customers.consents import Purpose
from loyalty.ledger import store
from loyalty.programs import catalogue, meant

Mark = tuple[date, UUID] | None
_VISIT, _LINE = table(Visit).c, table(VisitLine).c
_AT_ONCE = 500
_IS_TOLD = sa.and_(
    _LINE.rules.is_(None),
    sa.or_(_LINE.sku.is_not(None), _LINE.item.is_not(None), _LINE.category.is_not(None)),
)
_TELLING = (
    sa.select(_LINE.number)
    .where(_LINE.merchant_id == _VISIT.merchant_id, _LINE.visit_id == _VISIT.id, _IS_TOLD)
    .exists()
)
_CLEAR = (
    sa.update(table(VisitLine))
    .where(
        _LINE.merchant_id == sa.bindparam("shop"),
        _LINE.visit_id == sa.bindparam("visit"),
        _LINE.number == sa.bindparam("line"),
    )
    .values(sku=None, item=None, category=None, rules=sa.bindparam("named"))
)
_FOR_LONGER = (Purpose.PROFILING, Purpose.MARKETING)


@dataclass(frozen=True, slots=True)
class Old:
    """Cards with visits that still tell what was sold; `mark` is where the next look begins."""

    card_ids: list[UUID]
    mark: Mark


def look(session: Session, *, merchant_id: UUID, before: date, after: Mark, limit: int) -> Old:
    """Look through visits before a day, from a mark on; `mark` is None when that was all."""
    query = sa.select(_VISIT.card_id, _VISIT.local_on, _VISIT.id).where(
        _VISIT.merchant_id == merchant_id, _VISIT.local_on < before, _TELLING
    )
    if after is not None:
        on, visit_id = after
        same_day = sa.and_(_VISIT.local_on == on, _VISIT.id > visit_id)
        query = query.where(sa.or_(_VISIT.local_on > on, same_day))
    rows = session.execute(query.order_by(_VISIT.local_on, _VISIT.id).limit(limit)).all()
    last = rows[-1] if len(rows) == limit else None
    return Old(
        list(dict.fromkeys(row.card_id for row in rows)),
        (last.local_on, last.id) if last else None,
    )


def of_who_allows_less(
    session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]
) -> list[UUID]:
    """Those of these cards whose holders have not agreed to profiling and to marketing, both."""
    holders = lookup.holders_of(session, merchant_id=merchant_id, card_ids=card_ids)
    agreed = consents.of_many(session, merchant_id=merchant_id, customer_ids=set(holders.values()))
    return [
        card_id
        for card_id in card_ids
        if not all(agreed[holders[card_id]][purpose] for purpose in _FOR_LONGER)
    ]


def clear(
    session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID], before: date | None = None
) -> int:
    """Clear what was sold to these cards, before a day or ever; how many lines that were.

    What somebody likes goes with it. Quantities, amounts and which rules meant a line stay.
    """
    if not card_ids:
        return 0
    store.lock(session, merchant_id=merchant_id, card_ids=card_ids)
    mine = [_VISIT.merchant_id == merchant_id, _VISIT.card_id.in_(card_ids)]
    if before is not None:
        mine.append(_VISIT.local_on < before)
    query = sa.select(_VISIT.id, _VISIT.program_id, _VISIT.version).where(*mine)
    visits = {row.id: row for row in session.execute(query)}
    cleared = [
        _cleared(session, merchant_id, visits[line.visit_id], line)
        for line in _lines(session, merchant_id, list(visits))
    ]
    if cleared:
        session.execute(_CLEAR, cleared)
        upkeep.restate_holders(session, merchant_id=merchant_id, card_ids=card_ids)
    return len(cleared)


def _lines(session: Session, merchant_id: UUID, visit_ids: Sequence[UUID]) -> Iterator[Any]:
    """What is told of these visits; by their ids, for a join SQLite would begin with every line."""
    columns = (_LINE.visit_id, _LINE.number, _LINE.sku, _LINE.category)
    for first in range(0, len(visit_ids), _AT_ONCE):
        some = visit_ids[first : first + _AT_ONCE]
        of_these = (_LINE.merchant_id == merchant_id, _LINE.visit_id.in_(some), _IS_TOLD)
        yield from session.execute(sa.select(*columns).where(*of_these)).all()


def _cleared(session: Session, merchant_id: UUID, visit: Any, line: Any) -> dict[str, Any]:
    rules = catalogue.version(
        session, merchant_id=merchant_id, program_id=visit.program_id, number=visit.version
    ).document
    return {
        "shop": merchant_id,
        "visit": line.visit_id,
        "line": line.number,
        "named": meant.naming(rules, line.sku, line.category),
    }
