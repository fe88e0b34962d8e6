"""How many members came, and how many of them more than once, in some spans of days.

A member is a person: cards of somebody who was merged into another count with that one.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from loyalty.analytics.spans import Span
from loyalty.cards.models import Card
from loyalty.counter.models import Visit
from loyalty.customers.models import Customer

_SURVIVOR = aliased(Customer)


def came(session: Session, *, merchant_id: UUID, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """For each span: members with a visit, and of these those who came on at least two days.

    `spans` are neighbours, the oldest first. Voided visits are none.
    """
    which = sa.case(
        *((Visit.local_on >= span.first, place) for place, span in reversed([*enumerate(spans)]))
    ).label("span")
    who = sa.func.coalesce(_SURVIVOR.merged_into_id, Customer.merged_into_id, Customer.id).label(
        "who"
    )  # whoever was merged more than twice in a row counts as another
    each = (
        sa.select(which, who, sa.func.count(sa.distinct(Visit.local_on)).label("days"))
        .join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
        .join(
            Customer,
            sa.and_(Customer.merchant_id == Card.merchant_id, Customer.id == Card.customer_id),
        )
        .outerjoin(
            _SURVIVOR,
            sa.and_(
                _SURVIVOR.merchant_id == Customer.merchant_id,
                _SURVIVOR.id == Customer.merged_into_id,
            ),
        )
        .where(
            Visit.merchant_id == merchant_id,
            Visit.local_on.between(spans[0].first, spans[-1].last),
            Visit.voided_at.is_(None),
        )
        .group_by(which, who)
        .subquery()
    )
    twice = sa.func.sum(sa.case((each.c.days > 1, 1), else_=0))
    rows = session.execute(
        sa.select(each.c.span, sa.func.count(), twice).group_by(each.c.span)
    ).all()
    found = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    return [found.get(place, (0, 0)) for place in range(len(spans))]
