"""Two accounts of one person become one, and are parted again: every lot keeps its own life."""

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
from loyalty.ledger.store import load_lots

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


@dataclass(frozen=True, slots=True)
class Parting:
    """What goes back: what of the source's exact sum is still earned, and how it had come.

    `carried` are the lots that two remainders had completed; `terms` those of units that must be
    made anew.
    """

    joined: Joined
    millionths: int
    carried: tuple[UUID, ...]
    terms: LotTerms


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
    _repay(book, out, source, debt)
    book.drain(out, source, "moved", takes)
    book.close(out, source, -balance)
    into = book.entry(operation, target, "merge", [said(balance)], millionths=whole * MILLION)
    target.earned_millionths += whole * MILLION
    for take in takes:
        lot = new_lot(operation, into, take.lot.terms(at))
        book.bring(into, target, "moved", take.units, lot)
    _owe(book, into, target, debt, at)
    book.close(into, target, balance)
    if rest:
        book.earn(operation, target, millionths=rest, terms=terms, reasons=[said(0)])


def part(
    session: Session,
    book: Book,
    operation: Row,
    accounts: tuple[AccountState, AccountState],
    *,
    parting: Parting,
    said: Said,
) -> None:
    """Give the first account back what it brought: what is left of each lot, its debt, its sum.

    With nothing since, both accounts are as they were before the merge.
    """
    joined = parting.joined
    source, target = accounts
    at = operation["recorded_at"]
    whole, rest = divmod(parting.millionths, MILLION)
    if rest:
        book.take_back(
            operation, target, millionths=rest, own=parting.carried, coverable=0, reasons=[said(0)]
        )
    returns = _returns(session, book, source, target)
    before = target.balance
    why: list[Reason] = []
    out = book.entry(operation, target, "merge", why, millionths=-whole * MILLION)
    target.earned_millionths -= whole * MILLION
    gone = book.drain(out, target, "moved", [take for take, _ in returns])
    lent = {key: joined.gave[key] - joined.came.get(key, 0) for key in joined.gave}
    _owe(book, out, target, sum(lent.values()), at)
    back = _take_back_what_it_paid(session, book, (operation, out), target, parting)
    moved = back - gone - sum(lent.values())
    why.append(said(moved))
    book.close(out, target, moved)
    assert target.balance == before + moved, "an entry moves what its postings move"
    _receive(session, book, operation, source, (returns, lent, joined), parting.millionths, said)


def _receive(
    session: Session,
    book: Book,
    operation: Row,
    source: AccountState,
    what: tuple[list[tuple[Take, UUID]], dict[UUID, int], Joined],
    millionths: int,
    said: Said,
) -> None:
    """The source's side: its own lots are filled again, its debt stands again."""
    returns, lent, joined = what
    units = sum(take.units for take, _ in returns) + sum(lent.values()) - joined.debt
    into = book.entry(operation, source, "merge", [said(units)], millionths=millionths)
    source.earned_millionths += millionths
    homes = load_lots(session, book, [*(home for _, home in returns), *lent])
    for take, home in returns:
        book.fill(into, source, "moved", homes[home], take.units)
    for home, part_ in lent.items():
        if part_:
            book.fill(into, source, "moved", homes[home], part_)
    _owe(book, into, source, joined.debt, operation["recorded_at"])
    book.close(into, source, units)


def _returns(
    session: Session, book: Book, source: AccountState, target: AccountState
) -> list[tuple[Take, UUID]]:
    """What is left on the target of lots that came from the source, and where it belongs."""
    homes = set(
        session.execute(
            sa.select(Lot.id).where(
                Lot.merchant_id == book.merchant_id, Lot.account_id == source.id
            )
        ).scalars()
    )
    return [
        (Take(lot, lot.remaining), lot.origin_id)
        for lot in target.lots
        if lot.remaining and lot.origin_id is not None and lot.origin_id in homes
    ]


def _take_back_what_it_paid(
    session: Session,
    book: Book,
    rows: tuple[Row, Row],
    target: AccountState,
    parting: Parting,
) -> int:
    """The target gets back what it gave for the source's debt; a debt of its own goes first."""
    (operation, entry), joined = rows, parting.joined
    lots = load_lots(session, book, list(joined.paid))
    for key, units in joined.paid.items():
        repaid = _repay(book, entry, target, min(target.debt, units))
        if units > repaid:
            book.fill(entry, target, "moved", lots[key], units - repaid)
    repaid = _repay(book, entry, target, min(target.debt, joined.owed))
    if joined.owed > repaid:
        # What it earned since has paid the other's debt: it is its own again, under today's terms.
        lot = new_lot(operation, entry, parting.terms)
        book.bring(entry, target, "moved", joined.owed - repaid, lot)
    return sum(joined.paid.values()) + joined.owed


def _repay(book: Book, entry: Row, account: AccountState, units: int) -> int:
    if units:
        account.debt -= units
        book.post(entry, side(account.program_id, account.unit, "moved"), account.id, units)
    return units


def _owe(book: Book, entry: Row, account: AccountState, units: int, at: datetime) -> None:
    """Units go out: lots give what they have, the rest is debt."""
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


def carried_lots(
    session: Session, *, merchant_id: UUID, operation_id: UUID, account_id: UUID
) -> list[UUID]:
    """The lots of units that two remainders completed when they came together."""
    return list(
        session.execute(
            sa.select(Lot.id)
            .join(Entry, sa.and_(Entry.merchant_id == Lot.merchant_id, Entry.id == Lot.entry_id))
            .where(
                Entry.merchant_id == merchant_id,
                Entry.operation_id == operation_id,
                Entry.account_id == account_id,
                Entry.kind == "earn",
            )
        ).scalars()
    )
