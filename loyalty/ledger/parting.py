"""Two accounts that became one are parted again: each gets back its own, as far as it is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.ledger.book import Book
from loyalty.ledger.joining import MILLION, Joined, Said, owe
from loyalty.ledger.lots import Home, LotState, Source, Take, soonest_first
from loyalty.ledger.models import Extension, Lot
from loyalty.ledger.pages import Row
from loyalty.ledger.since import Carried
from loyalty.ledger.state import AccountState, Reason, new_lot
from loyalty.ledger.store import load_lots

Left = tuple[Take, UUID]  # what is left of a lot, and which lot it was on the other card


@dataclass(frozen=True, slots=True)
class Parting:
    """What goes back: `brought` is the exact sum that the source had brought.

    `changed` is by how much that has changed since, in millionths, and by how many whole units of
    both together. `lent` is what lots of the source have given for debts of others since, by the
    source's lot. `repaid` tells what has made up for debts of the target since, the latest first.
    """

    merge_id: UUID
    joined: Joined
    brought: int
    changed: tuple[int, int]
    carried: Carried
    lent: dict[UUID, int]
    repaid: Sequence[Home]

    @property
    def millionths(self) -> int:
        """What of the source's exact sum is still earned."""
        return self.brought + self.changed[0]

    @property
    def owing(self) -> int:
        """Units by which less (below 0: more) was taken from both than the source has lost."""
        lost = self.brought // MILLION - self.millionths // MILLION
        return lost + self.changed[1]


@dataclass(frozen=True, slots=True)
class Words:
    """How units that go with a card are called, and those that last longer."""

    moved: Said
    extended: Callable[[int], Reason]


def part(
    session: Session,
    book: Book,
    operation: Row,
    accounts: tuple[AccountState, AccountState],
    *,
    parting: Parting,
    words: Words,
) -> None:
    """Give the first account back what it brought: what is left of each lot, its debt, its sum.

    With nothing since, both accounts are as they were before the merge.
    """
    source, target = accounts
    whole, rest = divmod(parting.millionths, MILLION)
    returns = _less(_returns(session, book, source, target, parting.merge_id), parting.owing)
    gone = -sum(take.units for take, _ in returns)
    out = book.entry(operation, target, "merge", [words.moved(gone)], millionths=-whole * MILLION)
    target.earned_millionths -= whole * MILLION
    book.drain(out, target, "moved", [take for take, _ in returns])
    book.close(out, target, gone)
    _split_remainder(book, operation, target, (parting.carried, rest), words)
    lent = _lent(session, book, parting, returns)
    _settle(session, book, operation, target, (parting, sum(lent.values())), words)
    homes = _receive(session, book, operation, source, (returns, lent, parting), words)
    _keep_longer(session, book, operation, source, (returns, homes), words)


def _settle(
    session: Session,
    book: Book,
    operation: Row,
    target: AccountState,
    what: tuple[Parting, int],
    words: Words,
) -> None:
    """What the two did for each other's debts is undone."""
    parting, lent = what
    joined = parting.joined
    back = sum(joined.paid.values()) + joined.owed
    if not lent and not back:
        return
    entry = book.entry(operation, target, "merge", [words.moved(back - lent)])
    owe(book, entry, target, lent, operation["recorded_at"])
    _take_back_what_it_paid(session, book, (operation, entry), target, parting)
    book.close(entry, target, back - lent)


def _less(returns: list[Left], owing: int) -> list[Left]:
    """So many units stay: refunds took them from the target, in the rounding of both together."""
    kept = []
    for take, home in returns:
        stays = min(take.units, max(0, owing))
        owing -= stays
        if take.units > stays:
            kept.append((Take(take.lot, take.units - stays), home))
    return kept


def _lent(session: Session, book: Book, parting: Parting, returns: list[Left]) -> dict[UUID, int]:
    """What the target owes to lots of the source: what repaid debts, and what refunds rounded."""
    joined = parting.joined
    lent = {key: units - joined.came.get(key, 0) for key, units in joined.gave.items()}
    for key, units in parting.lent.items():
        lent[key] = lent.get(key, 0) + units
    more = max(0, -parting.owing)
    homes = load_lots(session, book, list(joined.gave)) if more else {}
    for key, lot in homes.items():
        back = sum(take.units for take, home in returns if home == key) + lent[key]
        part = min(more, lot.units - lot.remaining - back)
        lent[key] += part
        more -= part
    return {key: units for key, units in lent.items() if units}


def _split_remainder(
    book: Book, operation: Row, target: AccountState, what: tuple[Carried, int], words: Words
) -> None:
    """Two remainders part: the unit that they had completed goes, if it is still complete."""
    carried, rest = what
    if not rest:
        return
    why: list[Reason] = []
    units = book.take_back(
        operation,
        target,
        millionths=rest,
        source=Source(carried.lot_ids, carried.lost),
        reasons=why,
    )
    why.append(words.moved(units))


def _returns(
    session: Session, book: Book, source: AccountState, target: AccountState, merge_id: UUID
) -> list[Left]:
    """What is left on the target of lots that have come from the source since that merge."""
    homes = set(
        session.execute(
            sa.select(Lot.id).where(
                Lot.merchant_id == book.merchant_id, Lot.account_id == source.id
            )
        ).scalars()
    )
    since = [lot for lot in soonest_first(target.lots) if lot.remaining and lot.id > merge_id]
    return [
        (Take(lot, lot.remaining), lot.origin_id)
        for lot in since
        if lot.origin_id is not None and lot.origin_id in homes
    ]


def _receive(
    session: Session,
    book: Book,
    operation: Row,
    source: AccountState,
    what: tuple[list[Left], dict[UUID, int], Parting],
    words: Words,
) -> dict[UUID, LotState]:
    """The source's side: its own lots are filled again, its debt stands again."""
    (returns, lent, parting), debt = what, what[2].joined.debt
    back = [*((home, take.units) for take, home in returns), *lent.items()]
    units = sum(units for _, units in back) - debt
    into = book.entry(
        operation, source, "merge", [words.moved(units)], millionths=parting.millionths
    )
    source.earned_millionths += parting.millionths
    homes = load_lots(session, book, [home for home, _ in back])
    for home, part_ in back:
        book.fill(into, source, "moved", homes[home], part_)
    owe(book, into, source, debt, operation["recorded_at"])
    book.close(into, source, units)
    return homes


def _keep_longer(
    session: Session,
    book: Book,
    operation: Row,
    source: AccountState,
    what: tuple[list[Left], dict[UUID, LotState]],
    words: Words,
) -> None:
    """A lot that was given a later end meanwhile takes it home."""
    returns, homes = what
    found = session.execute(
        sa.select(Extension.lot_id, Extension.until_at)
        .where(
            Extension.merchant_id == book.merchant_id,
            Extension.lot_id.in_([take.lot.id for take, _ in returns]),
        )
        .order_by(Extension.id)
    ).all()
    until = {row.lot_id: row.until_at for row in found}
    longer = [
        (homes[home], until[take.lot.id])
        for take, home in returns
        if take.lot.id in until and homes[home].ends_before(until[take.lot.id])
    ]
    if longer:
        units = sum(lot.remaining for lot, _ in longer)
        book.extend(operation, source, longer, [words.extended(units)])


def _take_back_what_it_paid(
    session: Session,
    book: Book,
    rows: tuple[Row, Row],
    target: AccountState,
    parting: Parting,
) -> None:
    """The target gets back what it gave for the source's debt; a debt of its own goes first."""
    (operation, entry), joined = rows, parting.joined
    lots = load_lots(session, book, list(joined.paid))
    for key, units in joined.paid.items():
        repaid = book.repay(entry, target, "moved", units)
        if units > repaid:
            book.fill(entry, target, "moved", lots[key], units - repaid)
    left = joined.owed - book.repay(entry, target, "moved", joined.owed)
    # What has come since has made up for the other's debt: it is the target's own again.
    for home in [*parting.repaid, Home(left)]:
        again = min(left, home.units)
        if again:
            book.bring(entry, target, "moved", again, new_lot(operation, entry, home.terms))
        left -= again
