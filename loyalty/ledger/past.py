"""What a sale did before: its lots, what of them expired, and what refunds have counted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from loyalty.ledger.book import Book
from loyalty.ledger.chart import side
from loyalty.ledger.lots import Nearness
from loyalty.ledger.models import Account, Entry, Lot, Posting
from loyalty.ledger.state import AccountState

_MERGES_MAX = 20
_MERCHANT: sa.BindParameter[UUID] = sa.bindparam("merchant_id")


def _one_of(column: InstrumentedAttribute[Any], name: str) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam(name, expanding=True))


# By subqueries, inside out: in a join SQLite would begin with every lot of the shop.
_ACCOUNTS = sa.select(Account.id).where(
    Account.merchant_id == _MERCHANT,
    _one_of(Account.card_id, "card_ids"),
    Account.unit == sa.bindparam("unit"),
)
_ENTRIES = sa.select(Entry.id).where(
    Entry.merchant_id == _MERCHANT,
    _one_of(Entry.operation_id, "operation_ids"),
    Entry.account_id.in_(_ACCOUNTS),
)
_LOTS = sa.select(Lot.id).where(Lot.merchant_id == _MERCHANT)
_MADE, _CAME_OF = (
    _LOTS.where(Lot.entry_id.in_(_ENTRIES)),
    _LOTS.where(_one_of(Lot.origin_id, "lot_ids")),
)


def lots_made_by(
    session: Session,
    *,
    merchant_id: UUID,
    operation_ids: Sequence[UUID],
    unit: str,
    card_ids: Sequence[UUID],
) -> list[UUID]:
    """The lots of a unit that operations made on these cards, and what became of them since.

    A lot of a card that was merged is a new one on the other card.
    """
    scope = {"merchant_id": merchant_id}
    whose = {"operation_ids": list(operation_ids), "unit": unit, "card_ids": list(card_ids)}
    found = list(session.execute(_MADE, scope | whose).scalars())
    newest = found
    for _ in range(_MERGES_MAX):
        if not newest:
            break
        newest = list(session.execute(_CAME_OF, scope | {"lot_ids": newest}).scalars())
        found += newest
    return found


def nearness(
    session: Session, book: Book, account: AccountState, lot_ids: Sequence[UUID]
) -> Nearness:
    """How near each open lot of an account is to these, if some came with other cards; low is near.

    Lots of one card belong together: so each finds its own again when merged cards are parted.
    """
    if all(lot.origin_id is None for lot in account.lots):
        return {}
    paths = _paths(session, book, account.id, [*lot_ids, *(lot.id for lot in account.lots)])
    of_sale = max((paths[key] for key in lot_ids if key in paths), key=len, default=())
    near = {}
    for lot in account.lots:
        path = paths.get(lot.id, (account.id,))
        shared = sum(mine == theirs for mine, theirs in zip(of_sale, path, strict=False))
        near[lot.id] = (-shared, len(path))
    return near


def _paths(
    session: Session, book: Book, account_id: UUID, lot_ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, ...]]:
    """By which accounts lots came here: from this one back to that where each was earned."""
    known: dict[UUID, tuple[UUID, UUID | None]] = {}
    asked = set(lot_ids)
    for _ in range(_MERGES_MAX):
        rows = session.execute(
            sa.select(Lot.id, Lot.account_id, Lot.origin_id).where(
                Lot.merchant_id == book.merchant_id, Lot.id.in_(list(asked - known.keys()))
            )
        ).all()
        if not rows:
            break
        known |= {row.id: (row.account_id, row.origin_id) for row in rows}
        asked = {row.origin_id for row in rows if row.origin_id is not None}
    return {key: _path(known, key) for key in lot_ids if known.get(key, (None,))[0] == account_id}


def _path(known: dict[UUID, tuple[UUID, UUID | None]], lot_id: UUID) -> tuple[UUID, ...]:
    found: list[UUID] = []
    key: UUID | None = lot_id
    while key is not None and key in known:
        home, key = known[key]
        found.append(home)
    return tuple(found)


def expired_units(
    session: Session, book: Book, account: AccountState, lot_ids: Sequence[UUID]
) -> int:
    """How many units of these lots have been written off by expiry."""
    goal = side(account.program_id, account.unit, "expired")
    gone = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Posting.units), 0)).where(
            Posting.merchant_id == book.merchant_id,
            Posting.lot_id.in_(list(lot_ids)),
            Posting.to_id == goal,
        )
    ).scalar_one()
    return int(gone)


def covered_units(
    session: Session,
    book: Book,
    operation_ids: Sequence[UUID],
    unit: str,
    card_ids: Sequence[UUID],
) -> int:
    """How many expired units of a sale were counted as taken from these cards already."""
    covered = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Entry.covered), 0))
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        .where(
            Entry.merchant_id == book.merchant_id,
            Entry.operation_id.in_(list(operation_ids)),
            Account.unit == unit,
            Account.card_id.in_(list(card_ids)),
        )
    ).scalar_one()
    return int(covered)
