"""Two accounts of one person become one: every lot keeps its own life there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.ledger import lots as fifo
from loyalty.ledger.book import Book
from loyalty.ledger.chart import side
from loyalty.ledger.lots import LotTerms, Take
from loyalty.ledger.models import Entry, Lot, Posting
from loyalty.ledger.pages import Row
from loyalty.ledger.state import AccountState, Reason, new_lot

MILLION = 1_000_000
Said = Callable[[int], Reason]


@dataclass(frozen=True, slots=True)
class Joined:
    """What a merge did between two accounts, read back from its postings.

    `gave` is what left each lot of the source, `came` what of it arrived as a lot; the difference
    repaid the target's debt. `paid` is what lots of the target gave for the source's debt, and
    `owed` what of that debt remained one.
    """

    gave: dict[UUID, int]
    came: dict[UUID, int]
    paid: dict[UUID, int]
    owed: int
    debt: int


def join(
    book: Book,
    operation: Row,
    accounts: tuple[AccountState, AccountState],
    *,
    said: Said,
    terms: LotTerms,
) -> None:
    """Everything of the first account goes to the second: lots, debt and millionths.

    A lot keeps its end; a debt on either side is repaid at once by what the other holds. Two
    remainders that complete a unit earn it, under `terms`.
    """
    source, target = accounts
    at, balance, debt = operation["recorded_at"], source.balance, source.debt
    takes = [Take(lot, lot.remaining) for lot in fifo.soonest_first(source.lots) if lot.remaining]
    whole, rest = divmod(source.earned_millionths, MILLION)
    out = book.entry(
        operation, source, "merge", [said(-balance)], millionths=-source.earned_millionths
    )
    source.earned_millionths = 0
    book.repay(out, source, "moved", debt)
    book.drain(out, source, "moved", takes)
    book.close(out, source, -balance)
    into = book.entry(operation, target, "merge", [said(balance)], millionths=whole * MILLION)
    target.earned_millionths += whole * MILLION
    _keep_sliding(source, target)
    for take in takes:
        lot = new_lot(operation, into, take.lot.terms(at))
        book.bring(into, target, "moved", take.units, lot)
    owe(book, into, target, debt, at)
    book.close(into, target, balance)
    if rest:
        completed = (target.earned_millionths + rest) // MILLION - target.lifetime
        why = [said(completed)]
        book.earn(operation, target, millionths=rest, terms=terms, reasons=why)


def _keep_sliding(source: AccountState, target: AccountState) -> None:
    """Units that last as long as visits come go on doing so where there was no visit yet.

    What was there already gains nothing by it.
    """
    if target.last_active_at is None and source.last_active_at is not None:
        target.last_active_at = fifo.LONG_AGO


def owe(book: Book, entry: Row, account: AccountState, units: int, at: datetime) -> None:
    """Units go to another card: lots give what they have, the rest is debt."""
    rest = units - book.drain(entry, account, "moved", fifo.plan_take_back(account.lots, units, at))
    if rest:
        account.debt += rest
        book.post(entry, account.id, side(account.program_id, account.unit, "moved"), rest)


def read(
    session: Session, *, merchant_id: UUID, operation_id: UUID, source_id: UUID, target_id: UUID
) -> Joined:
    """What a merge did between two accounts of a unit."""
    rows = session.execute(
        sa.select(Posting, Lot.origin_id)
        .join(
            Entry, sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id)
        )
        .outerjoin(Lot, sa.and_(Lot.merchant_id == Posting.merchant_id, Lot.id == Posting.lot_id))
        .where(
            Posting.merchant_id == merchant_id,
            Entry.operation_id == operation_id,
            Entry.kind == "merge",
            Entry.account_id.in_((source_id, target_id)),
        )
    ).all()
    gave: dict[UUID, int] = {}
    came: dict[UUID, int] = {}
    paid: dict[UUID, int] = {}
    owed = debt = 0
    for posting, origin_id in rows:
        if posting.from_id == source_id:
            assert posting.lot_id is not None, "a source gives lots; its debt comes to it"
            gave[posting.lot_id] = posting.units
        elif posting.to_id == source_id:
            debt += posting.units
        elif posting.to_id == target_id and origin_id is not None:
            came[origin_id] = posting.units
        elif posting.from_id == target_id and posting.lot_id is None:
            owed += posting.units
        elif posting.from_id == target_id and posting.lot_id is not None:
            paid[posting.lot_id] = posting.units
    return Joined(gave, came, paid, owed, debt)
