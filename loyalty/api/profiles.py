"""Customers as answers: who they are, where they stand, and what their visits add up to."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics import audience, measures, rhythm, standing
from loyalty.api.describing import SEGMENT_KEY
from loyalty.cards import lookup
from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.customers import directory, living
from loyalty.customers.models import Customer
from loyalty.web import guard, reads
from loyalty.web.fields import Line


class SegmentKey(Line):
    """The key of a segment, built in or saved."""

    def __init__(self, **options: Any) -> None:
        super().__init__((1, 40), pattern=SEGMENT_KEY.strip("^$"), **options)


def matching(key: str, *, after: UUID | None, limit: int) -> list[tuple[Customer, Text]]:
    """The customers of a segment after a key, each with why. Raises Unknown("segment")."""
    session, merchant_id = reads.session(), guard.duty().merchant_id
    on = standing.today(session, merchant_id=merchant_id, at=clock.now())
    found = audience.page(
        session,
        merchant_id=merchant_id,
        audience=audience.of_segment(key),
        on=on,
        after=after,
        limit=limit,
    )
    people = living.people(
        session, merchant_id=merchant_id, customer_ids=[one.customer_id for one in found]
    )
    return [(people[one.customer_id], one.why) for one in found]


def shown(customers: list[Customer]) -> list[dict[str, Any]]:
    """These customers with state, figures and cards, in their order."""
    session, merchant_id = reads.session(), guard.duty().merchant_id
    ids = [one.id for one in customers]
    cards = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=ids)
    stands = _Standing(ids) if ids else None
    return [
        {
            "ref": ref("cus", one.id),
            **{field: getattr(one, field) for field in directory.FIELDS},
            "created_at": clock.rfc3339(one.created_at),
            "cards": [ref("crd", card) for card in cards.get(one.id, [])],
            "merged_into": _merged_into(one),
            **(stands.of(one) if stands else {}),
        }
        for one in customers
    ]


class _Standing:
    """Where some customers stand today."""

    def __init__(self, ids: list[UUID]) -> None:
        session, merchant_id = reads.session(), guard.duty().merchant_id
        limits = measures.of(session, merchant_id=merchant_id).limits
        shop = standing.shop(session, merchant_id=merchant_id)
        self._currency, self._on = shop.currency, shop.today(clock.now())
        self._measure = standing.yardstick(
            session, merchant_id=merchant_id, on=self._on, limits=limits
        )
        self._states = standing.states(
            session, merchant_id=merchant_id, customer_ids=ids, measure=self._measure
        )
        self._stats = standing.stats(session, merchant_id=merchant_id, customer_ids=ids)

    def of(self, customer: Customer) -> dict[str, Any]:
        """The state and the figures of one; of one who was merged there are none."""
        if customer.merged_into_id is not None:
            return {"state": None, "figures": None}
        stats = self._stats.get(customer.id)
        return {"state": self._states[customer.id], "figures": self._figures(stats)}

    def _figures(self, stats: sa.Row[Any] | None) -> dict[str, Any]:
        spent = {"amount_minor": stats.spend_minor if stats else 0, "currency": self._currency}
        return {
            "visits": stats.visits if stats else 0,
            "visit_days": stats.visit_days if stats else 0,
            "spend": spent,
            "first_visit_on": stats.first_on.isoformat() if stats else None,
            "last_visit_on": stats.last_on.isoformat() if stats else None,
            "silent_days": (self._on - stats.last_on).days if stats else None,
            "usual_gap_days": self._usual(stats),
        }

    def _usual(self, stats: sa.Row[Any] | None) -> float | None:
        if stats is None or stats.visit_days < rhythm.HABIT_DAYS:
            return None
        first, last = stats.first_on.toordinal(), stats.last_on.toordinal()
        gap = rhythm.usual_gap(first, last, stats.visit_days, self._measure.mean)
        return round(float(gap), 2)


def _merged_into(customer: Customer) -> str | None:
    if customer.merged_into_id is None:
        return None
    into = living.resolve(
        reads.session(), merchant_id=customer.merchant_id, customer_id=customer.merged_into_id
    )
    return ref("cus", into)
