"""Writing a book: every row it holds, and every balance moved."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import bulk
from loyalty.core.db import rows_changed, table
from loyalty.ledger.book import EXTENSION, Book
from loyalty.ledger.models import Account, Lot, Posting
from loyalty.ledger.pages import ENTRY, OPERATION
from loyalty.ledger.state import AccountState

Names = tuple[str, ...]
BULK_ROWS_MIN, BULK_ACCOUNTS_MIN = 20, 4  # fewer are quicker the usual way
_ACCOUNT, _LOT, _POSTING = table(Account), table(Lot), table(Posting)
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
        has_waiting=sa.bindparam("p_waiting"),
        last_active_at=sa.bindparam("p_active"),
    )
)
# A trigger looks at each lot whose end or waiting is named, so they are where they change only.
_REMAIN: Names = ("remaining",)
_WAITED: Names = ("remaining", "is_pending")
_EXTENDED: Names = ("remaining", "is_pending", "expires_at")
_KEY = ("merchant_id", "id")


def write_book(session: Session, book: Book) -> None:
    """Write every row and move every balance; asserts that nobody moved an account meanwhile."""
    book.prove()
    connection = session.connection()
    rows = dict(book.rows)
    _insert(connection, OPERATION, rows.pop(OPERATION))
    _insert(connection, ENTRY, rows.pop(ENTRY))
    _insert(connection, _LOT, _new_lots(book))
    _insert(connection, _POSTING, book.postings)
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
            "is_pending": lot.is_pending,
            "active_at": lot.active_at,
            "idle_months": lot.idle_months,
            "slides_from_at": lot.slides_from_at,
            "origin_id": lot.origin_id,
        }
        for account in book.all_accounts()
        for lot in account.lots
        if lot.is_new
    ]


def _update_lots(connection: sa.Connection, book: Book) -> None:
    longer = {row["lot_id"] for row in book.rows.get(EXTENSION, ())}
    changed: dict[Names, list[dict[str, Any]]] = {}
    for account in book.all_accounts():
        for lot in account.lots:
            if not lot.is_touched or lot.is_new:
                continue
            columns = _EXTENDED if lot.id in longer else _WAITED if lot.active_at else _REMAIN
            row = {name: getattr(lot, name) for name in columns}
            changed.setdefault(columns, []).append(
                {"merchant_id": book.merchant_id, "id": lot.id, **row}
            )
    for columns, rows in changed.items():
        if len(rows) >= BULK_ROWS_MIN:
            bulk.update(connection, _LOT, rows, by=_KEY)
        else:
            connection.execute(_update_lot(columns), [_named(row) for row in rows])


@cache
def _update_lot(columns: Names) -> sa.Update:
    return (
        sa.update(_LOT)
        .where(*(_LOT.c[name] == sa.bindparam(f"p_{name}") for name in _KEY))
        .values({name: sa.bindparam(f"p_{name}", type_=_LOT.c[name].type) for name in columns})
    )


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """What the statement calls its parameters: columns have their names already."""
    return {f"p_{name}": value for name, value in row.items()}


def _move_balances(connection: sa.Connection, book: Book) -> None:
    changed = [account for account in book.all_accounts() if account.is_changed]
    if len(changed) >= BULK_ACCOUNTS_MIN:
        rows = [_moved(book, account) for account in changed]
        found = bulk.update(connection, _ACCOUNT, rows, by=(*_KEY, "moves"), counting="moves")
        assert found == len(changed), "an account moved without our lock"
        return
    for account in changed:
        balance, debt, earned, _, _ = account.before
        moved = connection.execute(
            _MOVE,
            {
                "p_merchant": book.merchant_id,
                "p_id": account.id,
                "p_moves": account.moves,
                "p_balance": account.balance - balance,
                "p_debt": account.debt - debt,
                "p_earned": account.earned_millionths - earned,
                "p_waiting": account.has_waiting,
                "p_active": account.last_active_at,
            },
        )
        assert rows_changed(moved) == 1, "the account moved without our lock"


def _moved(book: Book, account: AccountState) -> dict[str, Any]:
    """What an account holds now; whoever comes without the lock finds other `moves`."""
    return {
        "merchant_id": book.merchant_id,
        "id": account.id,
        "moves": account.moves,
        "balance": account.balance,
        "debt": account.debt,
        "earned_millionths": account.earned_millionths,
        "has_waiting": account.has_waiting,
        "last_active_at": account.last_active_at,
    }
