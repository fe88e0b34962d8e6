"""Between book and database: looking for keys, locking and loading accounts, writing everything."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import bulk
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import KeyReused
from loyalty.ledger.book import ENTRY, OPERATION, POSTING, Book
from loyalty.ledger.lots import LotState
from loyalty.ledger.models import Account, Lot
from loyalty.ledger.state import EXPIRING_MAX, AccountState, Intent

BULK_ROWS_MIN = 20  # fewer rows are quicker the usual way
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
    )
    .where(_ACCOUNTS.merchant_id == sa.bindparam("merchant_id"))
    .order_by(_ACCOUNTS.id)
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
        _LOTS.expires_at.is_not(None),
    )
    .group_by(_LOTS.expires_at)
    .order_by(_LOTS.expires_at)
    .limit(EXPIRING_MAX)
)
_LOTS_BY_ID = sa.select(*_LOT_COLUMNS).where(
    _LOTS.merchant_id == sa.bindparam("merchant_id"),
    _LOTS.id.in_(sa.bindparam("lot_ids", expanding=True)),
)
_MOVE = (
    sa.update(_ACCOUNT)
    .where(
        _ACCOUNT.c.merchant_id == sa.bindparam("p_merchant"),
        _ACCOUNT.c.id == sa.bindparam("p_id"),
        _ACCOUNT.c.moves == sa.bindparam("p_moves"),
    )
    .values(
        balance=_ACCOUNT.c.balance + sa.bindparam("p_balance"),
        debt=_ACCOUNT.c.debt + sa.bindparam("p_debt"),
        earned_millionths=_ACCOUNT.c.earned_millionths + sa.bindparam("p_earned"),
        moves=_ACCOUNT.c.moves + 1,
    )
)
_REMAIN = (
    sa.update(_LOT)
    .where(
        _LOT.c.merchant_id == sa.bindparam("p_merchant"),
        _LOT.c.id == sa.bindparam("p_id"),
    )
    .values(remaining=sa.bindparam("p_remaining"))
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


def open_book(session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID]) -> Book:
    """Lock the cards' accounts (in one order, so that nobody waits in a circle) and load them."""
    return _load(session, _LOCK, merchant_id, card_ids)


def open_to_earn(
    session: Session, *, merchant_id: UUID, card_id: UUID, spending: str | None, at: datetime
) -> Book:
    """Lock a card's accounts for a purchase, without reading lots that do not matter to it.

    A purchase adds a lot; it needs the others only where something has expired, and in the unit
    that a full stamp card spends (`spending`). So its cost does not grow with the card's past.
    """
    rows = session.execute(_LOCK_ONE, {"merchant_id": merchant_id, "card_id": card_id})
    accounts = [_account(row) for row in rows]
    if accounts:
        _read_soon(session, merchant_id, accounts, at)
        whole = [account for account in accounts if account.is_whole or account.unit == spending]
        _read_lots(session, merchant_id, whole)
    return Book(merchant_id, accounts)


def _read_soon(
    session: Session, merchant_id: UUID, accounts: list[AccountState], at: datetime
) -> None:
    """What expires next; an account where something is over already has to be read whole.

    Account by account: the many ends of one unit must not hide those of another.
    """
    for account in accounts:
        rows = session.execute(_SOON, {"merchant_id": merchant_id, "account_id": account.id})
        account.soon = [(row.expires_at, int(row.units)) for row in rows]
        account.is_whole = bool(account.soon) and account.soon[0][0] <= at


def look_at_book(session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID]) -> Book:
    """The same accounts for looking only: nothing is locked, and nothing may be written."""
    return _load(session, _READ, merchant_id, card_ids)


def _load(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    merchant_id: UUID,
    card_ids: Sequence[UUID],
) -> Book:
    accounts = _accounts(session, query, merchant_id, card_ids)
    _read_lots(session, merchant_id, accounts)
    return Book(merchant_id, accounts)


def _accounts(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    merchant_id: UUID,
    card_ids: Sequence[UUID],
) -> list[AccountState]:
    found = session.execute(query, {"merchant_id": merchant_id, "card_ids": list(card_ids)})
    return [_account(row) for row in found]


def _read_lots(session: Session, merchant_id: UUID, accounts: list[AccountState]) -> None:
    """All open lots of these accounts."""
    by_id = {account.id: account for account in accounts}
    for account in accounts:
        account.is_whole, account.soon = True, []
    if by_id:
        rows = session.execute(_OPEN_LOTS, {"merchant_id": merchant_id, "account_ids": list(by_id)})
        for row in rows:
            by_id[row.account_id].lots.append(_lot(row))


def load_lots(session: Session, book: Book, lot_ids: Sequence[UUID]) -> dict[UUID, LotState]:
    """The lots of these ids as the book's accounts hold them; closed ones are fetched and added."""
    accounts = {account.id: account for account in book.all_accounts()}
    known = {lot.id: lot for account in accounts.values() for lot in account.lots}
    missing = [key for key in lot_ids if key not in known]
    if missing:
        rows = session.execute(_LOTS_BY_ID, {"merchant_id": book.merchant_id, "lot_ids": missing})
        for row in rows:
            known[row.id] = _lot(row)
            accounts[row.account_id].lots.append(known[row.id])
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
        before=(row.balance, row.debt, row.earned_millionths),
    )


def _lot(row: sa.Row[*tuple[Any, ...]]) -> LotState:
    return LotState(
        id=row.id,
        entry_id=row.entry_id,
        version=row.version,
        units=row.units,
        remaining=row.remaining,
        expires_at=row.expires_at,
        is_grace=row.is_grace,
    )


def write_book(session: Session, book: Book) -> None:
    """Write every row and move every balance; asserts that nobody moved an account meanwhile."""
    book.prove()
    connection = session.connection()
    rows = dict(book.rows)
    _insert(connection, OPERATION, rows.pop(OPERATION))
    _insert(connection, ENTRY, rows.pop(ENTRY))
    _insert(connection, _LOT, _new_lots(book))
    _insert(connection, POSTING, book.postings)
    for other, more in rows.items():
        _insert(connection, other, more)
    _update_lots(connection, book)
    _move_balances(connection, book)


def _insert(connection: sa.Connection, into: sa.Table, rows: list[dict[str, Any]]) -> None:
    if len(rows) == 1:
        connection.execute(_insert_into(into), rows[0])
    elif len(rows) >= BULK_ROWS_MIN:
        bulk.insert(connection, into, rows)
    elif rows:
        connection.execute(_insert_into(into), rows)


@cache
def _insert_into(into: sa.Table) -> sa.Insert:
    """Made once a table: SQLAlchemy knows a statement again that it has seen before."""
    return into.insert()


def _new_lots(book: Book) -> list[dict[str, Any]]:
    return [
        {
            "merchant_id": book.merchant_id,
            "id": lot.id,
            "account_id": account.id,
            "entry_id": lot.entry_id,
            "version": lot.version,
            "units": lot.units,
            "remaining": lot.remaining,
            "is_grace": lot.is_grace,
            "expires_at": lot.expires_at,
        }
        for account in book.all_accounts()
        for lot in account.lots
        if lot.is_new
    ]


def _update_lots(connection: sa.Connection, book: Book) -> None:
    changed = [
        {"p_merchant": book.merchant_id, "p_id": lot.id, "p_remaining": lot.remaining}
        for account in book.all_accounts()
        for lot in account.lots
        if lot.is_touched and not lot.is_new
    ]
    if changed:
        connection.execute(_REMAIN, changed)


def _move_balances(connection: sa.Connection, book: Book) -> None:
    for account in book.all_accounts():
        if not account.is_changed:
            continue
        balance, debt, earned = account.before
        moved = connection.execute(
            _MOVE,
            {
                "p_merchant": book.merchant_id,
                "p_id": account.id,
                "p_moves": account.moves,
                "p_balance": account.balance - balance,
                "p_debt": account.debt - debt,
                "p_earned": account.earned_millionths - earned,
            },
        )
        assert rows_changed(moved) == 1, "the account moved without our lock"
