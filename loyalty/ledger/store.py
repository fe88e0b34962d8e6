"""Between book and database: looking for keys, locking and loading accounts, writing everything."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.core.errors import KeyReused
from loyalty.ledger.book import Book
from loyalty.ledger.lots import LotState
from loyalty.ledger.models import Account, Lot
from loyalty.ledger.pages import OPERATION
from loyalty.ledger.state import EXPIRING_MAX, AccountState, Intent

_ACCOUNT, _LOT = table(Account), table(Lot)
_ACCOUNTS, _LOTS, _OPERATIONS = _ACCOUNT.c, _LOT.c, OPERATION.c
_LOOK = sa.select(_OPERATIONS.body_hash, _OPERATIONS.answer).where(
    _OPERATIONS.merchant_id == sa.bindparam("merchant_id"),
    _OPERATIONS.key_hash == sa.bindparam("key_hash"),
)
_FIND = (
    sa.select(
        _ACCOUNTS.id,
        _ACCOUNTS.card_id,
        _ACCOUNTS.program_id,
        _ACCOUNTS.unit,
        _ACCOUNTS.balance,
        _ACCOUNTS.debt,
        _ACCOUNTS.earned_millionths,
        _ACCOUNTS.moves,
        _ACCOUNTS.has_waiting,
        _ACCOUNTS.last_active_at,
    )
    .where(_ACCOUNTS.merchant_id == sa.bindparam("merchant_id"))
    # By id, but not along its index: SQLite would walk through all accounts of the shop.
    .order_by(sa.func.coalesce(_ACCOUNTS.id, _ACCOUNTS.id))
)
_READ = _FIND.where(_ACCOUNTS.card_id.in_(sa.bindparam("card_ids", expanding=True)))
_LOCK = _READ.with_for_update()
# A list that may be of any length is spelt out anew each time; the counter serves one card.
_LOCK_ONE = _FIND.where(_ACCOUNTS.card_id == sa.bindparam("card_id")).with_for_update()
_LOT_COLUMNS = (
    _LOTS.id,
    _LOTS.account_id,
    _LOTS.entry_id,
    _LOTS.version,
    _LOTS.units,
    _LOTS.remaining,
    _LOTS.expires_at,
    _LOTS.is_grace,
    _LOTS.is_pending,
    _LOTS.active_at,
    _LOTS.idle_months,
    _LOTS.slides_from_at,
    _LOTS.origin_id,
)
_OPEN_LOTS = sa.select(*_LOT_COLUMNS).where(
    _LOTS.merchant_id == sa.bindparam("merchant_id"),
    _LOTS.account_id.in_(sa.bindparam("account_ids", expanding=True)),
    _LOTS.remaining > 0,
)
_SOON = (
    sa.select(_LOTS.expires_at, sa.func.sum(_LOTS.remaining).label("units"))
    .where(
        _LOTS.merchant_id == sa.bindparam("merchant_id"),
        _LOTS.account_id == sa.bindparam("account_id"),
        _LOTS.remaining > 0,
        _LOTS.is_pending.is_(False),
        _LOTS.expires_at.is_not(None),
    )
    .group_by(_LOTS.expires_at)
    .order_by(_LOTS.expires_at)
    .limit(EXPIRING_MAX)
)
_WAITING = sa.select(*_LOT_COLUMNS).where(
    _LOTS.merchant_id == sa.bindparam("merchant_id"),
    _LOTS.account_id == sa.bindparam("account_id"),
    _LOTS.is_pending,
    _LOTS.remaining > 0,
)
_LOTS_BY_ID = (
    sa.select(*_LOT_COLUMNS, _ACCOUNTS.last_active_at)
    .join(
        _ACCOUNT,
        sa.and_(_ACCOUNTS.merchant_id == _LOTS.merchant_id, _ACCOUNTS.id == _LOTS.account_id),
    )
    .where(
        _LOTS.merchant_id == sa.bindparam("merchant_id"),
        _LOTS.id.in_(sa.bindparam("lot_ids", expanding=True)),
    )
)


def replay(session: Session, merchant_id: UUID, intent: Intent) -> dict[str, Any] | None:
    """The answer already given under this key, or None. Raises KeyReused for another body."""
    row = session.execute(_LOOK, {"merchant_id": merchant_id, "key_hash": intent.key_hash}).first()
    if row is None:
        return None
    if row.body_hash != intent.body_hash:
        raise KeyReused
    answer: dict[str, Any] = row.answer
    return answer


def open_book(
    session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID], timezone: str
) -> Book:
    """Lock the cards' accounts (in one order, so that nobody waits in a circle) and load them.

    `timezone` is the shop's: units that slide with visits end with a day there.
    """
    return _load(session, _LOCK, Book(merchant_id, timezone), card_ids)


def lock(session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID]) -> None:
    """Lock the cards' accounts in the same order: whoever wants one of them waits."""
    session.execute(_LOCK, {"merchant_id": merchant_id, "card_ids": list(card_ids)}).all()


def open_to_earn(
    session: Session,
    *,
    merchant_id: UUID,
    card_id: UUID,
    timezone: str,
    whole: Collection[str],
    at: datetime,
) -> Book:
    """Lock a card's accounts for a purchase, without reading lots that do not matter to it.

    A purchase adds a lot; it needs the others only where something has expired, and in the units
    of `whole`: what a full stamp card spends, and what lives on with each visit. So its cost does
    not grow with the card's past.
    """
    rows = session.execute(_LOCK_ONE, {"merchant_id": merchant_id, "card_id": card_id})
    book = Book(merchant_id, timezone, [_account(row) for row in rows])
    accounts = book.all_accounts()
    for account in accounts:
        _read_soon(session, book, account, at)
    _read_lots(session, book, [each for each in accounts if each.is_whole or each.unit in whole])
    return book


def _read_soon(session: Session, book: Book, account: AccountState, at: datetime) -> None:
    """What expires next, and what waits; where something is over already, all has to be read.

    Account by account: the many ends of one unit must not hide those of another.
    """
    scope = {"merchant_id": book.merchant_id, "account_id": account.id}
    ends = session.execute(_SOON, scope)
    account.soon = [(row.expires_at, int(row.units)) for row in ends]
    slides = account.last_active_at is not None
    account.is_whole = slides or (bool(account.soon) and account.soon[0][0] <= at)
    if account.has_waiting and not account.is_whole:
        rows = session.execute(_WAITING, scope)
        account.lots = [_lot(row, account.last_active_at, book.timezone) for row in rows]
        account.is_whole = any(lot.is_over(at) for lot in account.lots)


def look_at_book(
    session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID], timezone: str
) -> Book:
    """The same accounts for looking only: nothing is locked, and nothing may be written."""
    return _load(session, _READ, Book(merchant_id, timezone), card_ids)


def _load(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    book: Book,
    card_ids: Sequence[UUID],
) -> Book:
    wanted = {"merchant_id": book.merchant_id, "card_ids": list(card_ids)}
    for row in session.execute(query, wanted):
        book.add(_account(row))
    _read_lots(session, book, book.all_accounts())
    return book


def _read_lots(session: Session, book: Book, accounts: list[AccountState]) -> None:
    """All open lots of these accounts."""
    by_id = {account.id: account for account in accounts}
    for account in accounts:
        account.is_whole, account.soon, account.lots = True, [], []
    if by_id:
        wanted = {"merchant_id": book.merchant_id, "account_ids": list(by_id)}
        for row in session.execute(_OPEN_LOTS, wanted):
            account = by_id[row.account_id]
            account.lots.append(_lot(row, account.last_active_at, book.timezone))


def load_lots(session: Session, book: Book, lot_ids: Sequence[UUID]) -> dict[UUID, LotState]:
    """The lots of these ids as the book's accounts hold them; closed ones are fetched and added.

    A lot of a card that is not in the book comes as it was left there.
    """
    accounts = {account.id: account for account in book.all_accounts()}
    known = {lot.id: lot for account in accounts.values() for lot in account.lots}
    missing = [key for key in lot_ids if key not in known]
    if missing:
        rows = session.execute(_LOTS_BY_ID, {"merchant_id": book.merchant_id, "lot_ids": missing})
        for row in rows:
            account = accounts.get(row.account_id)
            active_at = account.last_active_at if account else row.last_active_at
            known[row.id] = _lot(row, active_at, book.timezone)
            if account is not None:
                account.lots.append(known[row.id])
    return {key: known[key] for key in lot_ids}


def _account(row: sa.Row[*tuple[Any, ...]]) -> AccountState:
    return AccountState(
        id=row.id,
        card_id=row.card_id,
        program_id=row.program_id,
        unit=row.unit,
        balance=row.balance,
        debt=row.debt,
        earned_millionths=row.earned_millionths,
        moves=row.moves,
        has_waiting=row.has_waiting,
        last_active_at=row.last_active_at,
        before=(
            row.balance,
            row.debt,
            row.earned_millionths,
            row.has_waiting,
            row.last_active_at,
        ),
    )


def _lot(row: sa.Row[*tuple[Any, ...]], last_active_at: datetime | None, zone: str) -> LotState:
    lot = LotState(
        id=row.id,
        account_id=row.account_id,
        entry_id=row.entry_id,
        version=row.version,
        units=row.units,
        remaining=row.remaining,
        expires_at=row.expires_at,
        is_grace=row.is_grace,
        is_pending=row.is_pending,
        active_at=row.active_at,
        idle_months=row.idle_months,
        slides_from_at=row.slides_from_at,
        origin_id=row.origin_id,
    )
    lot.slide(last_active_at, zone)
    return lot
