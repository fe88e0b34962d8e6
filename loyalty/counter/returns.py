"""Goods that come back after the fact: a sale lowered, or units taken where no sale is known.

Used where the past is entered (imports); everything is judged at `desk.at`, and nothing is told to
anybody. Each function writes the desk's book, but for those that note in `later` what is to be
written with it at once (`rerating.write_all`): before the same card is changed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import InsufficientUnits
from loyalty.counter import desk as desks
from loyalty.counter import net, reasons, rerating
from loyalty.counter import undoing as undoings
from loyalty.counter.desk import Desk
from loyalty.counter.models import Visit, VisitRefund
from loyalty.counter.net import Given, SoldLine
from loyalty.counter.requests import LineRequest
from loyalty.counter.rerating import Later
from loyalty.counter.undoing import Past, Undoing
from loyalty.ledger import store, writing
from loyalty.ledger.lots import Take
from loyalty.ledger.models import Account, Entry, Posting
from loyalty.ledger.state import AccountState, Origin
from loyalty.programs import conditions, earning
from loyalty.programs.earning import MILLION

Row = dict[str, Any]


def lower(
    session: Session,
    desk: Desk,
    past: Past,
    given: Given,
    *,
    origin: Origin,
    later: Later | None = None,
) -> UUID:
    """Give back part of a visit. Raises RefundTooLarge, and InsufficientUnits under `block`."""
    desks.catch_up(desk)
    undoing = undoings.lowered(session, past, desk.version, given)
    operation = desk.book.begin("refund", origin)
    return _post(session, desk, undoing, operation, later=later)


def give_up(desk: Desk, lines: Sequence[LineRequest], *, origin: Origin) -> UUID:
    """Take the units that lines would earn by the base rules alone, rounded down.

    Whose sale is not known: so it is no visit, lifetime stays as it was, and a cause was never
    promised anything. Leaves writing the book to the caller. Raises InsufficientUnits under
    `block`.
    """
    desks.catch_up(desk)
    operation = desk.book.begin("return", origin)
    operation["answer"] = {"lines": [_told(line) for line in lines]}
    for unit, units in base_units(desk, net.sold(None, lines)).items():
        _give_up(desk, operation, desk.account(unit), units)
    return _id(operation)


def base_units(desk: Desk, lines: list[SoldLine]) -> dict[str, int]:
    """Whole units by unit, as the base rules give them at the desk's moment, nothing carried."""
    seen = conditions.occasion(desk.at, desk.place.timezone)
    found = earning.by_unit(earning.shares(desk.version.document, net.left(lines, []), seen))
    return {
        unit: earning.total([share for share in shares if share.kind == "base"]) // MILLION
        for unit, shares in found.items()
        if not earning.is_cause(unit)
    }


def _give_up(desk: Desk, operation: Row, account: AccountState, units: int) -> None:
    if not units:
        return
    owed_before, unit = account.debt, desk.unit(account.unit)
    why = reasons.returned(unit, -units)
    desk.book.give_up(operation, account, units, at=desk.at, reasons=[why])
    fresh, policy = account.debt - owed_before, desk.version.document.debt
    if fresh and policy == "block":
        raise InsufficientUnits(unit=unit.key, needed=units, available=units - fresh)
    if fresh and policy == "clamp":
        desk.book.forgive(operation, account, fresh, [reasons.forgiven(unit, fresh)])


def take_up(session: Session, desk: Desk, returned: UUID, *, origin: Origin) -> UUID:
    """Take back a return without a sale: what it had taken is given again."""
    desks.catch_up(desk)
    operation = desk.book.begin("restore", origin, reverses_id=returned)
    for taken in _taken(session, desk, returned):
        account, unit = desk.account(taken.unit), desk.unit(taken.unit)
        desk.book.take_up(
            operation,
            account,
            taken.units,
            taken.takes,
            terms=replace(desks.lot_terms(desk, taken.unit, desk.at), active_at=None),
            reasons=[reasons.returned(unit, taken.units)],
        )
    desks.catch_up(desk)
    writing.write_book(session, desk.book)
    return _id(operation)


def restore(session: Session, desk: Desk, refund: VisitRefund, *, origin: Origin) -> UUID:
    """Take back a refund: the visit counts again what had been given back of it."""
    visit = session.get_one(Visit, (refund.merchant_id, refund.visit_id))
    desks.catch_up(desk)
    past, given = undoings.past_of(session, visit), undoings.given_by(refund)
    undoing = undoings.restored(session, past, desk.version, given)
    return _post(session, desk, undoing, desk.book.begin("restore", origin, reverses_id=refund.id))


def void(session: Session, desk: Desk, visit: Visit, *, origin: Origin, reason: str) -> UUID:
    """Take back all that is left of a visit. Raises InsufficientUnits under `block`."""
    desks.catch_up(desk)
    undoing = undoings.everything(session, visit, desk.version, "void")
    operation = desk.book.begin("void", origin, reverses_id=visit.id, reason=reason)
    return _post(session, desk, undoing, operation)


def without_lines(past: Past, numbers: Iterable[int]) -> Given:
    """What gives back all that is left of these lines."""
    nets, pieces = net.nets(past.sold, past.given), net.pieces(past.sold, past.given)
    money = [(number, pieces[number], int(nets[number])) for number in numbers]
    return Given(None, (), tuple(each for each in money if each[1] or each[2]))


def _post(
    session: Session, desk: Desk, undoing: Undoing, operation: Row, *, later: Later | None = None
) -> UUID:
    rerating.post(session, desk, undoing, operation)
    desks.catch_up(desk)
    rerating.write(session, desk, undoing, operation, later=later)
    return _id(operation)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a return took of a unit: how many that were not forgiven, and out of which lots."""

    unit: str
    units: int
    takes: list[Take]


def _taken(session: Session, desk: Desk, returned: UUID) -> list[_Taken]:
    """What a return without a sale took, unit by unit."""
    rows = session.execute(
        sa.select(Account.unit, Entry.kind, Entry.units, Entry.id)
        .join(
            Entry,
            sa.and_(Entry.merchant_id == Account.merchant_id, Entry.account_id == Account.id),
        )
        .where(Entry.merchant_id == desk.place.merchant_id, Entry.operation_id == returned)
    ).all()
    units: dict[str, int] = {}
    for row in rows:
        units[row.unit] = units.get(row.unit, 0) - row.units
    return [
        _Taken(row.unit, units[row.unit], _takes(session, desk, row.id))
        for row in rows
        if row.kind == "return" and units[row.unit]
    ]


def _takes(session: Session, desk: Desk, entry_id: UUID) -> list[Take]:
    rows = session.execute(
        sa.select(Posting.lot_id, Posting.units).where(
            Posting.merchant_id == desk.place.merchant_id,
            Posting.entry_id == entry_id,
            Posting.lot_id.is_not(None),
        )
    ).all()
    lots = store.load_lots(session, desk.book, [row.lot_id for row in rows])
    return [Take(lots[row.lot_id], row.units) for row in rows]


def _told(line: LineRequest) -> Row:
    return {
        "sku": line.sku,
        "category": line.category,
        "quantity_milli": line.quantity_milli,
        "amount_minor": line.amount_minor,
    }


def _id(operation: Row) -> UUID:
    found: UUID = operation["id"]
    return found
