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
from loyalty.ledger.models import Account
from loyalty.members import matching
from loyalty.members.criteria import Criteria
from loyalty.members.matching import Condition, Scope

_NEVER = date(1, 1, 1)
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
class Pot:
    """Which balance the list is ordered by: a unit of a program."""

    program_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after a member or, with `is_back`, before them."""

    customer_ref: str
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some members, and whether there are others before and after them."""

    members: list[Listed]
    has_before: bool
    has_after: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that says which members: filters and order, words, whose balance."""

    scope: Scope
    criteria: Criteria
    words: str = ""
    pot: Pot | None = None


def page(session: Session, *, wanted: Wanted, place: Place | None = None, limit: int) -> Page:
    """A page in the order that is wanted; of equal ones by who came first."""
    keys = _keys(wanted)
    is_back = place is not None and place.is_back
    is_rising = wanted.criteria.is_down == is_back
    query = _joined(wanted, _COLUMNS, with_pot=True).where(*_conditions(session, wanted))
    if place is not None and (at := _keys_of(session, wanted, place.customer_ref)) is not None:
        here, there = sa.tuple_(*keys), sa.tuple_(*at)
        query = query.where(here > there if is_rising else here < there)
    query = query.order_by(*(key.asc() if is_rising else key.desc() for key in keys))
    rows = [Listed(*row) for row in session.execute(query.limit(limit + 1))]
    shown, has_more = rows[:limit], len(rows) > limit
    if is_back:
        return Page(shown[::-1], has_before=has_more, has_after=True)
    return Page(shown, has_before=place is not None, has_after=has_more)


def count(session: Session, *, wanted: Wanted) -> int:
    """How many members match."""
    query: sa.Select[Any] = sa.select(sa.func.count()).select_from(Customer)
    if wanted.criteria.asks_of_visits:
        query = _joined(wanted, [sa.func.count()])
    return int(session.execute(query.where(*_conditions(session, wanted))).scalar_one())


def ids_after(
    session: Session, *, wanted: Wanted, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Matching members by their ids, after one: for whoever goes through them all."""
    query = _joined(wanted, [Customer.id]).where(*_conditions(session, wanted))
    if after is not None:
        query = query.where(Customer.id > after)
    return session.execute(query.order_by(Customer.id).limit(limit)).scalars().all()


def named(session: Session, *, scope: Scope, ids: Sequence[UUID]) -> list[Listed]:
    """These members, as far as they are members still, in the order of their ids."""
    query = _joined(Wanted(scope, Criteria()), _COLUMNS).where(
        *_conditions(session, Wanted(scope, Criteria())), Customer.id.in_(ids)
    )
    return sorted((Listed(*row) for row in session.execute(query)), key=lambda one: one.id)


def _joined(wanted: Wanted, columns: Sequence[Any], *, with_pot: bool = False) -> sa.Select[Any]:
    query = (
        sa.select(*columns)
        .select_from(Customer)
        .outerjoin(
            MemberStats,
            sa.and_(
                MemberStats.merchant_id == Customer.merchant_id,
                MemberStats.customer_id == Customer.id,
            ),
        )
    )
    if not with_pot or wanted.pot is None or wanted.criteria.sort != "balance":
        return query
    pot = _pot(wanted.scope.merchant_id, wanted.pot)
    return query.outerjoin(pot, pot.c.customer_id == Customer.id)


def _pot(merchant_id: UUID, pot: Pot) -> Any:
    held = matching.held_cards(merchant_id)
    return (
        sa.select(held.c.customer_id, Account.balance)
        .join(
            Account,
            sa.and_(
                Account.merchant_id == merchant_id,
                Account.card_id == held.c.card_id,
                Account.unit == pot.unit,
            ),
        )
        .where(held.c.program_id == pot.program_id)
        .subquery("pot")
    )


def _conditions(session: Session, wanted: Wanted) -> list[Condition]:
    found = matching.conditions(session, wanted.scope, wanted.criteria)
    if wanted.words:
        found.append(matching.words(session, wanted.scope, wanted.words))
    return found


def _keys(wanted: Wanted) -> list[Any]:
    """What the order goes by; the id comes last, so that no two are equal."""
    sort = wanted.criteria.sort
    if sort == "name":
        return [Customer.name.is_(None), sa.func.coalesce(sa.func.lower(Customer.name), ""), _ID]
    if sort == "balance" and wanted.pot is not None:
        return [sa.func.coalesce(sa.literal_column("pot.balance", sa.BigInteger), 0), _ID]
    return [_BY[sort], _ID]


_ID = Customer.id
_BY: dict[str, Any] = {
    "last": sa.func.coalesce(MemberStats.last_on, sa.literal(_NEVER, sa.Date)),
    "visits": sa.func.coalesce(MemberStats.visits, 0),
    "spend": sa.func.coalesce(MemberStats.spend_minor, 0),
    "joined": Customer.created_at,
    "balance": Customer.created_at,  # without a program there is no balance to go by
}


def _keys_of(session: Session, wanted: Wanted, customer_ref: str) -> list[Any] | None:
    """Where a member stands in the order now; None for nobody of this shop."""
    customer_id = parse_ref("cus", customer_ref)
    keys = _keys(wanted)
    query = _joined(wanted, keys, with_pot=True).where(
        Customer.merchant_id == wanted.scope.merchant_id, Customer.id == customer_id
    )
    row = session.execute(query).first()
    if row is None:
        return None
    return [sa.literal(value, key.type) for value, key in zip(row, keys, strict=True)]
