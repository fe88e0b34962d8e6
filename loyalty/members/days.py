"""Members by the days on which they were here."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from loyalty.cards.models import Card
from loyalty.core.ids import parse_ref
from loyalty.counter.models import Visit
from loyalty.customers.models import Customer
from loyalty.members.criteria import Criteria

_HOLDER, _SURVIVOR = aliased(Customer), aliased(Customer)


def there(merchant_id: UUID, asked: Criteria) -> Iterator[Any]:
    """The ids of those who were here on the days that are asked for, if any are."""
    if any((asked.came_from, asked.came_to, asked.came_days, asked.came_at)):
        yield _there(merchant_id, asked)


def _there(merchant_id: UUID, asked: Criteria) -> Any:
    """Who was; cards of somebody who was merged into another count with that one."""
    # Whoever was merged more than twice in a row counts as another, as in `analytics.members`.
    who = sa.func.coalesce(_SURVIVOR.merged_into_id, _HOLDER.merged_into_id, _HOLDER.id)
    query = (
        sa.select(who)
        .select_from(Visit)
        .join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
        .join(_HOLDER, _same(_HOLDER, Card.merchant_id, Card.customer_id))
        .outerjoin(_SURVIVOR, _same(_SURVIVOR, _HOLDER.merchant_id, _HOLDER.merged_into_id))
        .where(Visit.merchant_id == merchant_id, Visit.voided_at.is_(None), *_days_and_place(asked))
        .group_by(who)
    )
    if asked.came_days:
        query = query.having(sa.func.count(sa.distinct(Visit.local_on)) >= asked.came_days)
    return query.correlate(None)


def _same(customer: Any, merchant_id: Any, customer_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(customer.merchant_id == merchant_id, customer.id == customer_id)


def _days_and_place(asked: Criteria) -> Iterator[sa.ColumnElement[bool]]:
    if asked.came_from is not None:
        yield Visit.local_on >= asked.came_from
    if asked.came_to is not None:
        yield Visit.local_on <= asked.came_to
    if asked.came_at is not None:
        yield Visit.location_id == parse_ref("loc", asked.came_at)
