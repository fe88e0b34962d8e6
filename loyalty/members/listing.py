"""The member list: a page of members in any order, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.ids import parse_ref, ref
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer
from loyalty.members import matching, orders
from loyalty.members.criteria import Criteria
from loyalty.members.matching import Filters, Scope
from loyalty.members.orders import Pot, Stretch

__all__ = [
    "Listed",
    "Page",
    "Place",
    "Pot",
    "Wanted",
    "asked",
    "count",
    "ids_after",
    "named",
    "page",
]

_COLUMNS: tuple[Any, ...] = (
    Customer.id,
    Customer.name,
    Customer.email,
    Customer.phone,
    Customer.birthday,
    Customer.language,
    Customer.external_ref,
    Customer.created_at,
    MemberStats.first_on,
    MemberStats.last_on,
    sa.func.coalesce(MemberStats.visit_days, 0),
    sa.func.coalesce(MemberStats.visits, 0),
    sa.func.coalesce(MemberStats.spend_minor, 0),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A member in the list; days are the shop's, money is minor units."""

    id: UUID
    name: str | None
    email: str | None
    phone: str | None
    birthday: str | None
    language: str | None
    external_ref: str | None
    joined_at: datetime
    first_on: date | None
    last_on: date | None
    visit_days: int
    visits: int
    spend_minor: int

    @property
    def ref(self) -> str:
        """The customer's public ref."""
        return ref("cus", self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after a member or, with `is_back`, before them."""

    customer_ref: str
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some members, and whether there are others before and after them.

    `total` is how many match, where that was found on the way.
    """

    members: list[Listed]
    has_before: bool
    has_after: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that says which members: filters and order, words, whose balance."""

    scope: Scope
    criteria: Criteria
    words: str = ""
    pot: Pot | None = None


def asked(session: Session, *, wanted: Wanted) -> Filters:
    """What is asked, with the words looked for: who asks for a page and a count asks this once."""
    return matching.filters(session, wanted.scope, wanted.criteria, wanted.words)


def page(
    session: Session,
    *,
    wanted: Wanted,
    filters: Filters | None = None,
    place: Place | None = None,
    limit: int,
) -> Page:
    """A page in the order that is wanted; of equal ones by who came first."""
    merchant_id, criteria = wanted.scope.merchant_id, wanted.criteria
    is_back = place is not None and place.is_back
    is_rising = criteria.is_down == is_back
    filters = filters or asked(session, wanted=wanted)
    parts = orders.stretches(filters, criteria.sort, wanted.pot, is_down=criteria.is_down)
    parts = parts[::-1] if is_back else parts
    stands = _stand(session, merchant_id, parts, place.customer_ref) if place else None
    first, after = stands or (0, None)
    found, total = list[UUID](), None
    for number, part in enumerate(parts[first:]):
        want = limit + 1 - len(found)
        some, counted = _rows(session, part, None if number else after, want, is_rising)
        found += part.members(session, merchant_id, some)
        total = counted or total
        if len(found) > limit:
            break
    shown, has_more = _read(session, merchant_id, found[:limit]), len(found) > limit
    if is_back:
        return Page(shown[::-1], has_before=has_more, has_after=True, total=total)
    return Page(shown, has_before=place is not None, has_after=has_more, total=total)


def count(session: Session, *, wanted: Wanted, filters: Filters | None = None) -> int:
    """How many members match."""
    filters = filters or asked(session, wanted=wanted)
    query = sa.select(sa.func.count()).select_from(filters.everybody().subquery())
    return int(session.execute(query).scalar_one())


def ids_after(
    session: Session, *, wanted: Wanted, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Matching members by their ids, after one: for whoever goes through them all."""
    query = sa.select(Customer.id).where(*asked(session, wanted=wanted).of_customers())
    if after is not None:
        query = query.where(Customer.id > after)
    return session.execute(query.order_by(Customer.id).limit(limit)).scalars().all()


def named(session: Session, *, scope: Scope, ids: Sequence[UUID]) -> list[Listed]:
    """These members, as far as they are members still, in the order of their ids."""
    return _read(session, scope.merchant_id, sorted(ids))


def _rows(
    session: Session,
    part: Stretch,
    after: Sequence[Any] | None,
    limit: int,
    is_rising: bool,  # noqa: FBT001  # up or down
) -> tuple[list[UUID], int | None]:
    """The next rows of a stretch, by their own ids; and how many match, if that is known by it."""
    query = sa.select(part.keys[-1], _counted(part)).where(*part.base, *part.asked)
    if after is not None:
        here, there = sa.tuple_(*part.keys), sa.tuple_(*after)
        query = query.where(here > there if is_rising else here < there)
    query = query.order_by(*(key.asc() if is_rising else key.desc() for key in part.keys))
    rows = session.execute(query.limit(limit)).all()
    return [row[0] for row in rows], rows[0][1] if rows else None


def _counted(part: Stretch) -> sa.ColumnElement[Any]:
    if part.everybody is None:
        return sa.null()
    return sa.select(sa.func.count()).select_from(part.everybody).scalar_subquery()


def _stand(
    session: Session, merchant_id: UUID, parts: Sequence[Stretch], customer_ref: str
) -> tuple[int, list[Any]] | None:
    """In which stretch a member stands now, and where; None for nobody of this shop."""
    customer_id = parse_ref("cus", customer_ref)
    if customer_id is None:
        return None
    for number, part in enumerate(parts):
        is_theirs = part.where_of(merchant_id, customer_id)
        row = session.execute(sa.select(*part.keys).where(*part.base, is_theirs)).first()
        if row is not None:
            pairs = zip(row, part.keys, strict=True)
            return number, [sa.literal(value, key.type) for value, key in pairs]
    return None


def _read(session: Session, merchant_id: UUID, ids: Sequence[UUID]) -> list[Listed]:
    """These living members in this order."""
    stats = sa.and_(
        MemberStats.merchant_id == Customer.merchant_id, MemberStats.customer_id == Customer.id
    )
    query = sa.select(*_COLUMNS).select_from(Customer).outerjoin(MemberStats, stats)
    query = query.where(*matching.living(merchant_id), Customer.id.in_(ids))
    found = {row.id: Listed(*row) for row in session.execute(query)}
    return [found[one] for one in ids if one in found]
