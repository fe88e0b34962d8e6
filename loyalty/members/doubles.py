"""Who may be the same person: the same address, number or name under another customer."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.customers.models import Customer

SHOWN = 10


def of(session: Session, *, merchant_id: UUID, customer: Customer) -> list[Customer]:
    """Living customers who share an e-mail, a phone or a name, those with more of it first."""
    same = [
        sa.and_(field.is_not(None), field == value)
        for field, value in (
            (Customer.email, customer.email),
            (Customer.phone, customer.phone),
        )
        if value
    ]
    if customer.name:
        same.append(sa.func.lower(Customer.name) == customer.name.lower())
    if not same:
        return []
    rows = session.execute(
        sa.select(Customer)
        .where(
            Customer.merchant_id == merchant_id,
            Customer.id != customer.id,
            Customer.erased_at.is_(None),
            Customer.merged_into_id.is_(None),
            sa.or_(*same),
        )
        .limit(SHOWN)
    ).scalars()
    return sorted(rows, key=lambda other: (-likeness(customer, other), other.id))


def likeness(one: Customer, other: Customer) -> int:
    """How many of e-mail, phone and name they share."""
    pairs = (
        (one.email, other.email),
        (one.phone, other.phone),
        ((one.name or "").lower(), (other.name or "").lower()),
    )
    return sum(bool(mine) and mine == theirs for mine, theirs in pairs)
