"""What is bought most: by one customer, then by everybody of late; for the till's form."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter.models import Visit, VisitLine
from loyalty.counter.rollups import reading
from loyalty.customers import consents
from loyalty.customers.consents import Purpose

_OWN_VISITS, _SHOP_VISITS = 40, 200  # the latest ones: what somebody takes by now
_SHOP_DAYS = 30
_TOP = 20


@dataclass(frozen=True, slots=True)
class Product:
    """Something that was sold, as its line said it."""

    sku: str | None
    item: str | None
    category: str | None

    @property
    def key(self) -> str:
        """What the roll-ups call it: its sku, else its name; nothing where it has neither."""
        return self.sku or self.item or ""


def of_customer(
    session: Session, *, merchant_id: UUID, customer_id: UUID, card_id: UUID, on: date
) -> list[Product]:
    """The products of this customer, the one bought in most visits first, then the shop's.

    Only who has agreed to profiling has favourites of their own; to the others we show the shop's.
    """
    shops = _counted(session, _shop_visits(session, merchant_id, on), merchant_id)
    state = consents.of_many(session, merchant_id=merchant_id, customer_ids=[customer_id])
    if not state[customer_id][Purpose.PROFILING]:
        return _ranked(shops, ())
    own = _counted(session, _own_visits(session, merchant_id, card_id), merchant_id)
    liked = reading.favourites(
        session, merchant_id=merchant_id, customer_id=customer_id, limit=_TOP
    )
    return _ranked(own + shops, liked)


def _ranked(counted: Counter[Product], liked: Iterable[str]) -> list[Product]:
    """Each product once, as it was said most often: the liked ones in their order, then the rest.

    One that is liked, but was in none of the visits looked at, is not known well enough.
    """
    told: dict[str, Product] = {}
    for product, _ in sorted(counted.items(), key=lambda each: (-each[1], _name(each[0]))):
        told.setdefault(product.key, product)
    first = [told[key] for key in liked if key in told]
    return [*first, *(product for product in told.values() if product not in first)]


def _name(product: Product) -> tuple[str, str]:
    return product.item or product.key, product.category or ""


def _own_visits(session: Session, merchant_id: UUID, card_id: UUID) -> list[UUID]:
    query = sa.select(Visit.id).where(
        Visit.merchant_id == merchant_id, Visit.card_id == card_id, Visit.voided_at.is_(None)
    )
    return list(session.execute(query.order_by(Visit.local_on.desc()).limit(_OWN_VISITS)).scalars())


def _shop_visits(session: Session, merchant_id: UUID, on: date) -> list[UUID]:
    query = sa.select(Visit.id).where(
        Visit.merchant_id == merchant_id,
        Visit.local_on >= on - timedelta(days=_SHOP_DAYS),
        Visit.voided_at.is_(None),
    )
    latest = query.order_by(Visit.local_on.desc(), Visit.id.desc()).limit(_SHOP_VISITS)
    return list(session.execute(latest).scalars())


def _counted(session: Session, visits: list[UUID], merchant_id: UUID) -> Counter[Product]:
    """In how many of these lines each product stands."""
    rows = session.execute(
        sa.select(VisitLine.sku, VisitLine.item, VisitLine.category).where(
            VisitLine.merchant_id == merchant_id, VisitLine.visit_id.in_(visits)
        )
    )
    lines = Counter(
        Product(row.sku or None, row.item or None, row.category or None) for row in rows
    )
    return Counter({product: count for product, count in lines.items() if product.key})
