"""The rows that a shop holds of one person, found by way of what leads to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.customers import living
from loyalty.persons.held import CUSTOMER, HELD, REF, Held

_BY_NAME = {held.table.name: held for held in HELD}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody under every id by which the shop knows them, the living one first."""

    merchant_id: UUID
    customer_ids: tuple[UUID, ...]

    @property
    def customer_ref(self) -> str:
        """The ref under which they live now."""
        return ref("cus", self.customer_ids[0])


def person(session: Session, *, merchant_id: UUID, customer_ref: str) -> Person:
    """The person behind a customer's ref, with all who turned out to be them.

    Raises Unknown("customer").
    """
    customer_id = parse_ref("cus", customer_ref)
    if customer_id is None:
        raise Unknown("customer")
    living_id = living.resolve(session, merchant_id=merchant_id, customer_id=customer_id)
    others = living.gathered(session, merchant_id=merchant_id, customer_id=living_id)
    return Person(merchant_id, (living_id, *others))


def refs(session: Session, who: Person) -> list[str]:
    """What the staff log calls this person and their cards."""
    cards = [row.id for row in of(session, who, _BY_NAME["card"])]
    people = [ref("cus", each) for each in who.customer_ids]
    return [*people, *(ref("crd", each) for each in cards)]


def of(session: Session, who: Person, held: Held) -> Sequence[sa.Row[Any]]:
    """All rows of one table that are about this person, with the columns that may be shown."""
    columns = [held.table.c[name] for name in held.shown]
    theirs = _among(held, refs(session, who)) if held.of == REF else _theirs(who, held)
    mine = held.table.c.merchant_id == who.merchant_id
    rows = session.execute(sa.select(*columns).where(mine, theirs)).all()
    keys = [
        held.shown.index(each.name) for each in held.table.primary_key if each.name in held.shown
    ]
    # Sorted here: for an order by the key SQLite would walk through the whole shop.
    return sorted(rows, key=lambda row: [row[each] for each in keys])


def _theirs(who: Person, held: Held) -> sa.ColumnElement[bool]:
    if held.of == CUSTOMER:
        return _among(held, who.customer_ids)
    parent = _BY_NAME[held.of]
    ids = sa.select(parent.table.c.id).where(
        parent.table.c.merchant_id == who.merchant_id, _theirs(who, parent)
    )
    return _among(held, ids)


def _among(held: Held, those: Any) -> sa.ColumnElement[bool]:
    return sa.or_(*(held.table.c[name].in_(those) for name in held.by))
