"""Members by what analytics says of them: their state today, and the segments they are in."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import audience, measures, standing
from loyalty.analytics.ground import Ground
from loyalty.core.db import table
from loyalty.core.errors import Unknown
from loyalty.customers.models import Customer
from loyalty.members.criteria import Criteria

_CUSTOMER = table(Customer).c


def conditions(
    session: Session, *, merchant_id: UUID, on: date, asked: Criteria, who: Any
) -> Iterator[sa.ColumnElement[bool]]:
    """What holds of the column `who`, a customer's id: in the state and the segment asked for.

    `on` is the shop's date. A segment that is gone has nobody in it.
    """
    if asked.state is None and asked.segment is None:
        return
    ground = Ground(session, merchant_id, on)
    meant = sa.select(_CUSTOMER.id).select_from(standing.MEMBERS)
    meant = meant.where(*standing.living(merchant_id))
    if asked.state is not None:
        meant = meant.where(ground.state == asked.state)
    if asked.segment is not None:
        meant = meant.where(_in_segment(ground, asked.segment))
    yield who.in_(meant.correlate(None))


def _in_segment(ground: Ground, key: str) -> sa.ColumnElement[bool]:
    try:
        return audience.condition_on(ground, key)
    except Unknown:
        return sa.false()


def states(
    session: Session, *, merchant_id: UUID, customer_ids: Sequence[UUID], on: date
) -> dict[UUID, str]:
    """The state today of each of these living members; of a few."""
    limits = measures.of(session, merchant_id=merchant_id).limits
    return standing.states(
        session, merchant_id=merchant_id, customer_ids=customer_ids, on=on, limits=limits
    )
