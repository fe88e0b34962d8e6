"""What happened in a period, for a file: visits, rewards, vouchers and the ledger's entries.

A page at a time by key, so that a file of any length holds neither a lock nor much memory.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.counter.models import Redemption, Visit
from loyalty.customers.models import Customer
from loyalty.ledger.models import Account, Entry, Operation

PAGE = 1_000
Rows = list[sa.Row[Any]]
_ENTRY: tuple[Any, ...] = (
    Entry.id,
    Operation.occurred_at,
    Operation.recorded_at,
    Operation.kind.label("deed"),
    Operation.actor,
    Operation.via,
    Operation.version,
    Entry.kind,
    Account.unit,
    Entry.units,
    Entry.balance_after,
    Account.card_id,
    Account.program_id,
    Customer.id.label("customer_id"),
    Customer.name,
)
_REDEMPTION: tuple[Any, ...] = (
    Redemption.id,
    Redemption.created_at,
    Redemption.card_id,
    Redemption.program_id,
    Redemption.version,
    Redemption.reward,
    Redemption.cost,
    Redemption.code,
    Redemption.state,
    Redemption.until_at,
    Redemption.used_at,
    Redemption.cancelled_at,
    Customer.id.label("customer_id"),
    Customer.name,
)
_VISIT: tuple[Any, ...] = (
    Visit.id,
    Visit.local_on,
    Visit.occurred_at,
    Visit.card_id,
    Visit.program_id,
    Visit.location_id,
    Visit.amount_minor,
    Visit.net_minor,
    Visit.currency,
    Visit.external_ref,
    Visit.voided_at,
    Customer.id.label("customer_id"),
    Customer.name,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the shop, both included, with the moments at which they begin and end."""

    first_on: date
    last_on: date
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Extract:
    """What a file is to hold: of which shop, when, and of which program (None: of all)."""

    merchant_id: UUID
    period: Period
    program_id: UUID | None = None


def visits(session: Session, *, of: Extract, after: sa.Row[Any] | None) -> Rows:
    """Visits by the shop's day; those that were voided too, and when."""
    query = (
        sa.select(*_VISIT)
        .join(Card, _same(Card, Visit.card_id, Visit))
        .join(Customer, _same(Customer, Card.customer_id, Card))
        .where(
            Visit.merchant_id == of.merchant_id,
            Visit.local_on.between(of.period.first_on, of.period.last_on),
        )
    )  # fmt: skip
    if of.program_id is not None:
        query = query.where(Visit.program_id == of.program_id)
    if after is not None:
        query = query.where(sa.tuple_(Visit.local_on, Visit.id) > (after.local_on, after.id))
    return _page(session, query.order_by(Visit.local_on, Visit.id))


def redemptions(session: Session, *, of: Extract, after: sa.Row[Any] | None) -> Rows:
    """Rewards that were asked for in the period."""
    period = of.period
    asked = sa.and_(
        Redemption.created_at >= period.begins_at, Redemption.created_at < period.ends_at
    )
    return _redemptions(session, of, asked, after)


def vouchers(session: Session, *, of: Extract, after: sa.Row[Any] | None) -> Rows:
    """Vouchers that could be used at some time of the period."""
    period = of.period
    is_later = sa.or_(Redemption.until_at.is_(None), Redemption.until_at >= period.begins_at)
    is_valid = sa.and_(Redemption.created_at < period.ends_at, is_later)
    return _redemptions(session, of, is_valid, after)


def _redemptions(
    session: Session, of: Extract, wanted: sa.ColumnElement[bool], after: sa.Row[Any] | None
) -> Rows:
    query = (
        sa.select(*_REDEMPTION)
        .join(Card, _same(Card, Redemption.card_id, Redemption))
        .join(Customer, _same(Customer, Card.customer_id, Card))
        .where(Redemption.merchant_id == of.merchant_id, wanted)
    )  # fmt: skip
    if of.program_id is not None:
        query = query.where(Redemption.program_id == of.program_id)
    if after is not None:
        query = query.where(Redemption.id > after.id)
    return _page(session, query.order_by(Redemption.id))


def entries(session: Session, *, of: Extract, after: sa.Row[Any] | None) -> Rows:
    """What each operation of the period did to a card's account, and what stood there after it."""
    period = of.period
    query = (
        sa.select(*_ENTRY)
        .join(Entry, sa.and_(Entry.merchant_id == Operation.merchant_id,
                             Entry.operation_id == Operation.id))
        .join(Account, _same(Account, Entry.account_id, Entry))
        .join(Card, _same(Card, Account.card_id, Account))
        .join(Customer, _same(Customer, Card.customer_id, Card))
        .where(
            Operation.merchant_id == of.merchant_id,
            Operation.occurred_at >= period.begins_at,
            Operation.occurred_at < period.ends_at,
        )
    )  # fmt: skip
    if of.program_id is not None:
        query = query.where(Account.program_id == of.program_id)
    if after is not None:
        query = query.where(
            sa.tuple_(Operation.occurred_at, Entry.id)
            > sa.tuple_(
                sa.bindparam("after_at", after.occurred_at, Operation.occurred_at.type),
                sa.bindparam("after_id", after.id, Entry.id.type),
            )
        )
    return _page(session, query.order_by(Operation.occurred_at, Entry.id))


def _same(of: Any, column: Any, there: Any) -> sa.ColumnElement[bool]:
    return sa.and_(of.merchant_id == there.merchant_id, of.id == column)


def _page(session: Session, query: sa.Select[Any]) -> Rows:
    return list(session.execute(query.limit(PAGE)))
