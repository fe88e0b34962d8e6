"""Members by what analytics says of them: their state today, and the segments they are in."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics import audience, standing
from loyalty.analytics.ground import Ground
from loyalty.core.db import table
from loyalty.core.errors import Unknown
from loyalty.customers.models import Customer
from loyalty.members.criteria import Criteria

_CUSTOMER = table(Customer).c


def members(ground: Ground, asked: Criteria) -> Iterator[Any]:
    """The ids of those in the segment that is asked for, if one is.

    A segment that is gone has nobody in it.
    """
    if asked.segment is not None:
        meant = sa.select(_CUSTOMER.id).select_from(standing.MEMBERS)
        whose = standing.living(ground.merchant_id)
        yield meant.where(*whose, _in_segment(ground, asked.segment)).correlate(None)


def _in_segment(ground: Ground, key: str) -> sa.ColumnElement[bool]:
    try:
        return audience.condition_on(ground, key)
    except Unknown:
        return sa.false()


def states(ground: Ground, customer_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The state today of each of these living members; of a few."""
    return standing.states(
        ground.session,
        merchant_id=ground.merchant_id,
        customer_ids=customer_ids,
        measure=ground.yardstick,
    )
