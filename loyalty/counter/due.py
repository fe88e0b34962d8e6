"""Which cards time has something to do with: units over, waits over, reviews due. Read only.

Each look takes up after the last thing seen, so that it ends whatever becomes of what it found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from loyalty.cards.models import Card
from loyalty.counter.models import TierChange
from loyalty.ledger.models import Account, Lot
from loyalty.merchants.models import Merchant
from loyalty.programs.models import Program


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant with a program in force, and what days and money are there."""

    merchant_id: UUID
    program_id: UUID
    version: int
    currency: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Found:
    """Cards to see to, each once; `mark` is where the next look begins, None when that was all."""

    card_ids: list[UUID]
    mark: tuple[Any, UUID] | None


def shops(session: Session) -> list[Shop]:
    """Every program in force, of every merchant."""
    rows = session.execute(
        sa.select(
            Program.merchant_id,
            Program.id,
            Program.current_version,
            Merchant.currency,
            Merchant.timezone,
        )
        .join(Merchant, Merchant.id == Program.merchant_id)
        .where(Program.current_version.is_not(None))
        .order_by(Program.merchant_id, Program.id)
    )
    return [
        Shop(row.merchant_id, row.id, row.current_version, row.currency, row.timezone)
        for row in rows
        if row.current_version is not None
    ]


def shop_of(session: Session, *, merchant_id: UUID, program_id: UUID) -> Shop | None:
    """The same of one program; None if it has no version in force."""
    return next(
        (
            shop
            for shop in shops(session)
            if (shop.merchant_id, shop.program_id) == (merchant_id, program_id)
        ),
        None,
    )


def over(
    session: Session, *, shop: Shop, at: datetime, after: tuple[Any, UUID] | None, limit: int
) -> Found:
    """Cards with lots whose own end has passed; one that slides with visits may live on."""
    return _lots(session, shop, Lot.expires_at, Lot.remaining > 0, at, after, limit)


def ready(
    session: Session, *, shop: Shop, at: datetime, after: tuple[Any, UUID] | None, limit: int
) -> Found:
    """Cards with lots whose waiting is over and not written down yet."""
    return _lots(session, shop, Lot.active_at, Lot.is_pending, at, after, limit)


def _lots(
    session: Session,
    shop: Shop,
    moment: Any,
    condition: Any,
    at: datetime,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> Found:
    query = (
        sa.select(moment, Lot.id, Account.card_id)
        .join(
            Account, sa.and_(Account.merchant_id == Lot.merchant_id, Account.id == Lot.account_id)
        )
        .where(
            Lot.merchant_id == shop.merchant_id,
            Account.program_id == shop.program_id,
            moment <= at,
            moment.is_not(None),
            condition,
        )
    )
    if after is not None:
        query = query.where(sa.tuple_(moment, Lot.id) > sa.tuple_(*_bound(after, moment)))
    return _found(session.execute(query.order_by(moment, Lot.id).limit(limit)).all(), limit)


def _bound(after: tuple[Any, UUID], moment: Any) -> tuple[Any, Any]:
    return sa.literal(after[0], moment.type), sa.literal(after[1], Lot.id.type)


def reviews(
    session: Session, *, shop: Shop, by: date, after: tuple[Any, UUID] | None, limit: int
) -> Found:
    """Cards whose level is to be reviewed before that day, or whose grace ends before it."""
    newer = aliased(TierChange)
    day = sa.func.coalesce(TierChange.grace_ends_on, TierChange.review_on)
    query = (
        sa.select(TierChange.id, TierChange.id, TierChange.card_id)
        .join(
            Card,
            sa.and_(Card.merchant_id == TierChange.merchant_id, Card.id == TierChange.card_id),
        )
        .where(
            TierChange.merchant_id == shop.merchant_id,
            Card.program_id == shop.program_id,
            Card.merged_into_id.is_(None),
            day < by,
            ~sa.exists().where(
                newer.merchant_id == TierChange.merchant_id,
                newer.card_id == TierChange.card_id,
                newer.id > TierChange.id,
            ),
        )
    )
    if after is not None:
        query = query.where(TierChange.id > after[1])
    return _found(session.execute(query.order_by(TierChange.id).limit(limit)).all(), limit)


def cards(session: Session, *, shop: Shop, after: tuple[Any, UUID] | None, limit: int) -> Found:
    """Every card of the program that holds its own units."""
    query = sa.select(Card.id, Card.id, Card.id).where(
        Card.merchant_id == shop.merchant_id,
        Card.program_id == shop.program_id,
        Card.merged_into_id.is_(None),
    )
    if after is not None:
        query = query.where(Card.id > after[1])
    return _found(session.execute(query.order_by(Card.id).limit(limit)).all(), limit)


def _found(rows: Sequence[Any], limit: int) -> Found:
    last = rows[-1] if len(rows) == limit else None
    card_ids = list(dict.fromkeys(row[2] for row in rows))
    return Found(card_ids, (last[0], last[1]) if last is not None else None)
