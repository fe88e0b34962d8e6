"""Who somebody is by now: a merged customer leads to the one who survived."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.customers.models import Customer
from loyalty.customers.refusals import MergedAway

_HOPS_MAX = 1_000  # more would be a circle, and merging makes none


def resolve(
    session: Session, *, merchant_id: UUID, customer_id: UUID, at: datetime | None = None
) -> UUID:
    """The living customer behind an id: itself, or whom it was merged into, however often.

    With `at`: who that was then, as far as merges go that have not been undone since.
    Raises Unknown("customer").
    """
    for _ in range(_HOPS_MAX):
        further = session.execute(
            sa.select(Customer.merged_into_id, Customer.merged_at).where(
                Customer.merchant_id == merchant_id, Customer.id == customer_id
            )
        ).one_or_none()
        if further is None:
            raise Unknown("customer")
        if further.merged_into_id is None or (at is not None and further.merged_at > at):
            return customer_id
        customer_id = further.merged_into_id
    raise AssertionError("customers merged in a circle")


def gathered(session: Session, *, merchant_id: UUID, customer_id: UUID) -> list[UUID]:
    """Everybody who was merged into a customer, directly or by way of another, nearest first."""
    found: list[UUID] = []
    nearest = [customer_id]
    for _ in range(_HOPS_MAX):
        rows = session.execute(
            sa.select(Customer.id).where(
                Customer.merchant_id == merchant_id, Customer.merged_into_id.in_(nearest)
            )
        )
        nearest = sorted(rows.scalars())  # here: for an order SQLite would walk through the shop
        if not nearest:
            break
        found += nearest
    return found


def among(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> set[UUID]:
    """Those of these who are customers still: neither forgotten nor merged into another."""
    query = sa.select(Customer.id).where(
        Customer.merchant_id == merchant_id,
        Customer.id.in_(customer_ids),
        Customer.erased_at.is_(None),
        Customer.merged_into_id.is_(None),
    )
    return set(session.execute(query).scalars())


def people(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]
) -> dict[UUID, Customer]:
    """Who each of these is by now: themselves, or whom they were merged into."""
    found: dict[UUID, Customer] = {}
    wanted = set(customer_ids)
    for _ in range(_HOPS_MAX):
        rows = session.execute(
            sa.select(Customer).where(Customer.merchant_id == merchant_id, Customer.id.in_(wanted))
        ).scalars()
        found.update({row.id: row for row in rows})
        further = {row.merged_into_id for row in found.values() if row.merged_into_id is not None}
        wanted = further - found.keys()
        if not wanted:
            break
    return {customer_id: _living(found, customer_id) for customer_id in customer_ids}


def _living(found: Mapping[UUID, Customer], customer_id: UUID) -> Customer:
    customer = found[customer_id]
    while customer.merged_into_id is not None:
        customer = found[customer.merged_into_id]
    return customer


def demand_living(session: Session, *, customer: Customer) -> None:
    """Raise MergedAway, naming the living one, if the customer was merged into another."""
    if customer.merged_into_id is None:
        return
    living = resolve(session, merchant_id=customer.merchant_id, customer_id=customer.merged_into_id)
    raise MergedAway(customer=ref("cus", living))
