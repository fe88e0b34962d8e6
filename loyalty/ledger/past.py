"""What a sale did before: its lots, what of them expired, and what refunds have counted."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.ledger.book import Book
from loyalty.ledger.chart import side
from loyalty.ledger.models import Entry, Lot, Posting
from loyalty.ledger.state import AccountState


def lots_made_by(session: Session, book: Book, *, operation_id: UUID) -> dict[UUID, list[UUID]]:
    """The lots that an operation made, by account."""
    rows = session.execute(
        sa.select(Lot.account_id, Lot.id)
        .join(Entry, sa.and_(Entry.merchant_id == Lot.merchant_id, Entry.id == Lot.entry_id))
        .where(Entry.merchant_id == book.merchant_id, Entry.operation_id == operation_id)
    ).all()
    made: dict[UUID, list[UUID]] = {}
    for account_id, lot_id in rows:
        made.setdefault(account_id, []).append(lot_id)
    return made


def expired_units(
    session: Session, book: Book, account: AccountState, lot_ids: Sequence[UUID]
) -> int:
    """How many units of these lots of the account have been written off by expiry."""
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
    session: Session, book: Book, account: AccountState, operation_ids: Sequence[UUID]
) -> int:
    """How many expired units earlier refunds of a sale have already counted as taken."""
    covered = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Entry.covered), 0)).where(
            Entry.merchant_id == book.merchant_id,
            Entry.operation_id.in_(list(operation_ids)),
            Entry.account_id == account.id,
        )
    ).scalar_one()
    return int(covered)
