"""Making, finding, changing and erasing customers of one merchant."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.customers import living
from loyalty.customers.models import Customer

FIELDS = ("name", "email", "phone", "birthday", "language", "external_ref")
SEARCH_MAX = 50
NOTE_LETTERS_MAX = 200
_PHONE_DIGITS_MIN = 4
_NO_PHONE = re.compile(r"[^0-9 +()/.-]")


@dataclass(frozen=True, slots=True)
class Profile:
    """What may be known of a customer; all of it optional."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    birthday: str | None = None
    language: str | None = None
    external_ref: str | None = None


def create(
    session: Session,
    *,
    merchant_id: UUID,
    profile: Profile,
    at: datetime,
    source: str | None = None,
) -> Customer:
    """Add a customer. Raises StateConflict naming the one who has this external_ref already.

    If that one was merged into another, it names the living one. `source` is the way by which they
    came: poster, till, link or referral.
    """
    _check_free(session, merchant_id, profile.external_ref, None)
    customer = Customer(
        merchant_id=merchant_id,
        id=new_id(),
        created_at=at,
        source=source,
        **{field: _tidy(field, getattr(profile, field)) for field in FIELDS},
    )
    session.add(customer)
    session.flush()
    return customer


def change(
    session: Session, *, merchant_id: UUID, customer_ref: str, changes: dict[str, Any]
) -> Customer:
    """Change the fields named in `changes`.

    Raises Unknown("customer"), StateConflict naming who has the external_ref, and MergedAway
    naming the living one.
    """
    customer = lock(session, merchant_id=merchant_id, customer_ref=customer_ref)
    living.demand_living(session, customer=customer)
    if changes.get("external_ref"):
        _check_free(session, merchant_id, changes["external_ref"], customer.id)
    for field in FIELDS:
        if field in changes:
            setattr(customer, field, _tidy(field, changes[field]))
    session.flush()
    return customer


def write_note(
    session: Session, *, merchant_id: UUID, customer_ref: str, text: str | None
) -> Customer:
    """Keep a few words for whoever stands at the till; None takes them away.

    Raises Unknown("customer"), and MergedAway naming the living one.
    """
    customer = lock(session, merchant_id=merchant_id, customer_ref=customer_ref)
    living.demand_living(session, customer=customer)
    customer.note = _tidy("note", text)
    session.flush()
    return customer


def erase(session: Session, *, merchant_id: UUID, customer_ref: str, at: datetime) -> Customer:
    """Forget the person; what the ledger holds of their cards stays, without a name to it.

    Whoever was merged into them is the same person and is forgotten too; their ids are those that
    `living.gathered` still gives. Raises Unknown("customer"), and MergedAway naming the living one:
    clearing away a duplicate must not forget its owner by surprise.
    """
    customer = lock(session, merchant_id=merchant_id, customer_ref=customer_ref)
    living.demand_living(session, customer=customer)
    for also_id in living.gathered(session, merchant_id=merchant_id, customer_id=customer.id):
        _forget(session.get_one(Customer, (merchant_id, also_id)), at)
    _forget(customer, at)
    session.flush()
    return customer


def addresses(session: Session, *, merchant_id: UUID, customer_ref: str) -> list[str]:
    """Every e-mail address of a customer and of those merged into them. Raises Unknown."""
    customer = find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    also = living.gathered(session, merchant_id=merchant_id, customer_id=customer.id)
    query = sa.select(Customer.email).where(
        Customer.merchant_id == merchant_id,
        Customer.id.in_([customer.id, *also]),
        Customer.email.is_not(None),
    )
    return sorted({str(email) for email in session.execute(query).scalars()})


def _forget(customer: Customer, at: datetime) -> None:
    for field in (*FIELDS, "note"):
        setattr(customer, field, None)
    customer.erased_at = at


def find(session: Session, *, merchant_id: UUID, customer_ref: str) -> Customer:
    """The merchant's customer of that ref, even if merged into another (`merged_into_id`).

    Raises Unknown("customer"), also for an erased one.
    """
    customer_id = parse_ref("cus", customer_ref)
    customer = session.get(Customer, (merchant_id, customer_id)) if customer_id else None
    if customer is None or customer.erased_at is not None:
        raise Unknown("customer")
    return customer


def lock(session: Session, *, merchant_id: UUID, customer_ref: str) -> Customer:
    """As `find`, fresh; nobody else changes, merges or erases them before this write ends."""
    customer = find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    session.refresh(customer, with_for_update=True)
    if customer.erased_at is not None:
        raise Unknown("customer")
    return customer


def known_addresses(session: Session, *, merchant_id: UUID, addresses: Collection[str]) -> set[str]:
    """Those of these e-mail addresses that a customer of the merchant has."""
    query = sa.select(Customer.email).where(
        Customer.merchant_id == merchant_id, Customer.email.in_(addresses)
    )
    return {str(email) for email in session.execute(query).scalars()}


def page(
    session: Session, *, merchant_id: UUID, after: UUID | None = None, limit: int = 50
) -> list[Customer]:
    """Customers in the order in which they came, after a key; not those merged into another."""
    query = sa.select(Customer).where(
        Customer.merchant_id == merchant_id,
        Customer.erased_at.is_(None),
        Customer.merged_into_id.is_(None),
    )
    if after is not None:
        query = query.where(Customer.id > after)
    return list(session.execute(query.order_by(Customer.id).limit(limit)).scalars())


def search(session: Session, *, merchant_id: UUID, text: str, limit: int = 20) -> list[Customer]:
    """Customers whose name, e-mail, phone or own reference holds `text`, the newest first.

    A phone is found however its digits are grouped. Not those merged into another.
    """
    query = (
        sa.select(Customer)
        .where(
            Customer.merchant_id == merchant_id,
            Customer.erased_at.is_(None),
            Customer.merged_into_id.is_(None),
            sa.or_(*holds(session, text.strip())),
        )
        .order_by(Customer.id.desc())
        .limit(min(limit, SEARCH_MAX))
    )
    return list(session.execute(query).scalars())


def holds(session: Session, text: str) -> list[sa.ColumnElement[bool]]:
    """Each of these says that a customer's row holds `text` somewhere, in any letters."""
    fields = (Customer.name, Customer.email, Customer.phone, Customer.external_ref)
    pattern = "%" + _literal(text) + "%"
    # On SQLite LIKE makes no difference between them; ILIKE would be written with lower().
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    found: list[sa.ColumnElement[bool]] = [
        field.like(pattern, escape="\\") if is_sqlite else field.ilike(pattern, escape="\\")
        for field in fields
    ]
    digits = "".join(letter for letter in text if letter.isdecimal())
    if len(digits) >= _PHONE_DIGITS_MIN and not _NO_PHONE.search(text):
        grouped: Any = Customer.phone
        for mark in " -./()":
            grouped = sa.func.replace(grouped, mark, "")
        found.append(grouped.like(f"%{digits}%"))
    return found


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _tidy(field: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = value.strip()
    return (value.lower() if field == "email" else value) or None


def _check_free(
    session: Session, merchant_id: UUID, external_ref: str | None, but: UUID | None
) -> None:
    if not external_ref:
        return
    holder = session.execute(
        sa.select(Customer.id).where(
            Customer.merchant_id == merchant_id, Customer.external_ref == external_ref.strip()
        )
    ).scalar_one_or_none()
    if holder is not None and holder != but:
        named = living.resolve(session, merchant_id=merchant_id, customer_id=holder)
        raise StateConflict(customer=ref("cus", named))
