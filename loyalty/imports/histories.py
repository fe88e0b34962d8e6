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
_VISIT, _LINE, _REFUND = table(Visit), table(VisitLine), table(VisitRefund)
_LIVING = (
    _VISIT.c.merchant_id == sa.bindparam("merchant_id"),
    _VISIT.c.card_id.in_(sa.bindparam("card_ids", expanding=True)),
    _VISIT.c.voided_at.is_(None),
    _VISIT.c.amount_minor.is_not(None),
)
_VISITS = (
    sa.select(
        _VISIT.c.id,
        _VISIT.c.version,
        _VISIT.c.occurred_at,
        _VISIT.c.external_ref,
        _VISIT.c.amount_minor,
    )
    .where(*_LIVING)
    .order_by(_VISIT.c.occurred_at.desc(), _VISIT.c.id.desc())
)
# By a subquery and unsorted: for an order SQLite would walk through all lines of the shop.
_MINE = sa.select(_VISIT.c.id).where(*_LIVING)
_LINES, _REFUNDS = (
    sa.select(each).where(
        each.c.merchant_id == sa.bindparam("merchant_id"), each.c.visit_id.in_(_MINE)
    )
    for each in (_LINE, _REFUND)
)


def read(session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID]) -> list[SoldVisit]:
    """The living visits of these cards of which somebody said the amount."""
    asked = {"merchant_id": merchant_id, "card_ids": list(card_ids)}
    lines, refunds = (_by_visit(session, query, asked) for query in (_LINES, _REFUNDS))
    return [
        _visit(
            row,
            sorted(lines.get(row.id, ()), key=lambda line: line.number),
            sorted(refunds.get(row.id, ()), key=lambda refund: refund.id),
        )
        for row in session.execute(_VISITS, asked)
    ]


def _by_visit(
    session: Session, query: sa.Select[Any], asked: dict[str, Any]
) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in session.execute(query, asked):
        found[row.visit_id].append(row)
    return found


def _visit(row: Any, lines: list[Row], refunds: list[Row]) -> SoldVisit:
    return SoldVisit(
        id=row.id,
        version=row.version,
        occurred_at=row.occurred_at,
        external_ref=row.external_ref,
        sold=net.sold(row.amount_minor, lines),
        items=[line.item for line in lines] or [None],
        given=[Given.kept(one.amount_minor, one.lines) for one in refunds],
        change_ids=[one.id for one in refunds],
    )
