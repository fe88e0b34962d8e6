"""A card's living visits as returns find them: lines, items and refunds, the latest first."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.counter import net
from loyalty.counter.models import Visit, VisitLine, VisitRefund
from loyalty.counter.net import Given
from loyalty.imports.matching import SoldVisit

Row = sa.Row[Any]
_LINE, _REFUND = table(VisitLine), table(VisitRefund)
_VISITS = (
    sa.select(Visit)
    .where(
        Visit.merchant_id == sa.bindparam("merchant_id"),
        Visit.card_id.in_(sa.bindparam("card_ids", expanding=True)),
        Visit.voided_at.is_(None),
        Visit.amount_minor.is_not(None),
    )
    .order_by(Visit.occurred_at.desc(), Visit.id.desc())
)
# By their ids and unsorted: by a subquery PostgreSQL would walk through all lines of the shop, and
# for an order SQLite would.
_LINES, _REFUNDS = (
    sa.select(each).where(
        each.c.merchant_id == sa.bindparam("merchant_id"),
        each.c.visit_id.in_(sa.bindparam("visit_ids", expanding=True)),
    )
    for each in (_LINE, _REFUND)
)
_AT_ONCE = 500


def read(session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID]) -> list[SoldVisit]:
    """The living visits of these cards of which somebody said the amount."""
    asked = {"merchant_id": merchant_id, "card_ids": list(card_ids)}
    visits = session.execute(_VISITS, asked).scalars().all()
    ids = [visit.id for visit in visits]
    lines, refunds = (_by_visit(session, query, merchant_id, ids) for query in (_LINES, _REFUNDS))
    return [
        _sold(
            visit,
            sorted(lines.get(visit.id, ()), key=lambda line: line.number),
            sorted(refunds.get(visit.id, ()), key=lambda refund: refund.id),
        )
        for visit in visits
    ]


def _by_visit(
    session: Session, query: sa.Select[Any], merchant_id: UUID, visit_ids: Sequence[UUID]
) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for first in range(0, len(visit_ids), _AT_ONCE):
        asked = {"merchant_id": merchant_id, "visit_ids": visit_ids[first : first + _AT_ONCE]}
        for row in session.execute(query, asked):
            found[row.visit_id].append(row)
    return found


def _sold(visit: Visit, lines: list[Row], refunds: list[Row]) -> SoldVisit:
    return SoldVisit(
        recorded=visit,
        sold=net.sold(visit.amount_minor, lines),
        items=[line.item for line in lines] or [None],
        given=[Given.kept(one.amount_minor, one.lines) for one in refunds],
        change_ids=[one.id for one in refunds],
    )
