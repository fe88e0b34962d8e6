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
from loyalty.ledger.lots import LotState
from loyalty.ledger.models import Account, Lot
from loyalty.merchants.models import Merchant
from loyalty.programs.models import Program

Mark = tuple[Any, UUID] | None
_READ_A_WRITE = 16  # so many lots are read in the time in which one is written
_HOME = sa.and_(Account.merchant_id == Lot.merchant_id, Account.id == Lot.account_id)
# As the index has it: SQLite does not know that `is_pending = 1` says the same.
_IS_PENDING = sa.text("ledger_lot.is_pending")
_OVER = (Lot.expires_at, Lot.remaining > 0)
_READY = (Lot.active_at, sa.and_(_IS_PENDING, Lot.remaining > 0))


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
    mark: Mark


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


def over(session: Session, *, shop: Shop, at: datetime, after: Mark, limit: int) -> Found:
    """Cards with lots that have ended; one that slides with visits may outlive its own end."""
    rows = _lots(session, shop, _OVER, at, after, limit)
    return _found(rows, limit, [row for row in rows if not _lives_on(row, shop, at)])


def ready(session: Session, *, shop: Shop, at: datetime, after: Mark, limit: int) -> Found:
    """Cards with lots whose waiting is over and not written down yet."""
    return _found(_lots(session, shop, _READY, at, after, limit), limit)


def sizes(
    session: Session, *, shop: Shop, card_ids: Sequence[UUID], at: datetime
) -> dict[UUID, int]:
    """How much there is to do on each card: 1 is about as much as a lot to be written.

    Its other open lots, which are read only, count for little.
    """
    if not card_ids:
        return {}
    due = sa.or_(*(sa.and_(moment <= at, condition) for moment, condition in (_OVER, _READY)))
    # Account by account: joined, SQLite would begin with the lots of the whole shop.
    much = (
        sa.select(sa.func.count().filter(due) + sa.func.count() // _READ_A_WRITE)
        .where(_HOME, Lot.remaining > 0)
        .correlate(Account)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Account.card_id, much).where(
            Account.merchant_id == shop.merchant_id, Account.card_id.in_(card_ids)
        )
    )
    found = dict.fromkeys(card_ids, 1)
    for card_id, more in rows:
        found[card_id] += more
    return found


def _lots(
    session: Session,
    shop: Shop,
    what: tuple[Any, Any],
    at: datetime,
    after: Mark,
    limit: int,
) -> Sequence[Any]:
    moment, condition = what
    query = (
        sa.select(
            moment.label("moment"),
            Lot.id,
            Account.card_id,
            Lot.account_id,
            Lot.entry_id,
            Lot.expires_at,
            Lot.idle_months,
            Lot.slides_from_at,
            Account.last_active_at,
        )
        .join(Account, _HOME)
        .where(
            Lot.merchant_id == shop.merchant_id,
            Account.program_id == shop.program_id,
            moment <= at,
            moment.is_not(None),
            condition,
        )
    )
    if after is not None:
        query = query.where(_beyond(after, moment, Lot.id))
    return session.execute(query.order_by(moment, Lot.id).limit(limit)).all()


def _lives_on(row: Any, shop: Shop, at: datetime) -> bool:
    """Whether visits have moved the end of a lot that slides beyond this moment."""
    if row.idle_months is None:
        return False
    lot = LotState(
        id=row.id,
        account_id=row.account_id,
        entry_id=row.entry_id,
        version=None,
        units=1,
        remaining=1,
        expires_at=row.expires_at,
        idle_months=row.idle_months,
        slides_from_at=row.slides_from_at,
    )
    lot.slide(row.last_active_at, shop.timezone)
    return not lot.is_over(at)


def _beyond(after: tuple[Any, UUID], moment: Any, key: Any) -> sa.ColumnElement[bool]:
    """What comes after a mark, by moment and then by id."""
    bound = sa.literal(after[0], moment.type), sa.literal(after[1], key.type)
    return sa.tuple_(moment, key) > sa.tuple_(*bound)


def reviews(
    session: Session, *, shop: Shop, by: date, after: Mark, limit: int, untold: bool = False
) -> Found:
    """Cards whose level is to be reviewed before that day, or whose grace ends before it.

    Of `untold` those only to which nobody has said so since their last change.
    """
    newer = aliased(TierChange)
    day = sa.func.coalesce(TierChange.grace_ends_on, TierChange.review_on)
    query = (
        sa.select(TierChange.review_on, TierChange.id, TierChange.card_id)
        .join(
            Card,
            sa.and_(Card.merchant_id == TierChange.merchant_id, Card.id == TierChange.card_id),
        )
        .where(
            TierChange.merchant_id == shop.merchant_id,
            Card.program_id == shop.program_id,
            Card.merged_into_id.is_(None),
            TierChange.review_on < by,  # a grace never ends before; this has an index
            day < by,
            ~sa.exists().where(
                newer.merchant_id == TierChange.merchant_id,
                newer.card_id == TierChange.card_id,
                newer.id > TierChange.id,
            ),
        )
    )
    if untold:
        query = query.where(TierChange.kind != "notice")
    if after is not None:
        query = query.where(_beyond(after, TierChange.review_on, TierChange.id))
    order = (TierChange.review_on, TierChange.id)
    return _found(session.execute(query.order_by(*order).limit(limit)).all(), limit)


def cards(session: Session, *, shop: Shop, after: Mark, limit: int) -> Found:
    """Every card of the program that holds its own units."""
    query = sa.select(Card.id, Card.id, Card.id).where(
        Card.merchant_id == shop.merchant_id,
        Card.program_id == shop.program_id,
        Card.merged_into_id.is_(None),
    )
    if after is not None:
        query = query.where(Card.id > after[1])
    return _found(session.execute(query.order_by(Card.id).limit(limit)).all(), limit)


def _found(rows: Sequence[Any], limit: int, wanted: Sequence[Any] | None = None) -> Found:
    """The cards of the rows, or of those that are wanted; the mark is that of all."""
    last = rows[-1] if len(rows) == limit else None
    card_ids = list(dict.fromkeys(row[2] for row in (rows if wanted is None else wanted)))
    return Found(card_ids, (last[0], last[1]) if last is not None else None)
