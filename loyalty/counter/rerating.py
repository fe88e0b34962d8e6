"""A recorded visit rated again: the difference is posted, counted, and noted beside the visit."""

from typing import Any

from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.counter import sale, taking
from loyalty.counter.desk import Desk
from loyalty.counter.dossier import Counted
from loyalty.counter.models import Visit, VisitRefund
from loyalty.counter.rollups import upkeep
from loyalty.counter.sale import Recorded
from loyalty.counter.taking import TakenBack
from loyalty.counter.undoing import Undoing
from loyalty.ledger import writing
from loyalty.ledger.book import Book
from loyalty.programs.conditions import Occasion

Row = dict[str, Any]
_REFUND = table(VisitRefund)
_GIVES = ("restore", "addition")
# Visits that a book has changed which is not written yet, and what they stood for before.
Later = list[tuple[Visit, upkeep.Stood]]


def post(session: Session, desk: Desk, undoing: Undoing, operation: Row) -> TakenBack:
    """Post the difference, let it count towards the card's level, and fill stamp cards with it.

    Raises InsufficientUnits where the program lets no debt come about.
    """
    done = taking.take_back(session, desk, undoing, operation)
    _count(desk, undoing, operation, done)
    if undoing.by in _GIVES:
        _fill(desk, undoing, operation, done)
    return done


def _count(desk: Desk, undoing: Undoing, operation: Row, done: TakenBack) -> None:
    visit, today = undoing.visit, desk.place.day(desk.at)
    change = (undoing.net_minor or 0) - (visit.net_minor or 0)
    desk.ranks.dossier.add(Counted(visit.local_on, change, done.millionths, undoing.visits))
    if undoing.by not in _GIVES:
        desk.ranks.refunded(desk.version, operation, sold_on=visit.local_on, on=today)
        return
    for on in dict.fromkeys((visit.local_on, today)):
        desk.ranks.sold(desk.version, operation, on)


def _fill(desk: Desk, undoing: Undoing, operation: Row, done: TakenBack) -> None:
    stamps = desk.version.document.stamps
    if stamps is None or done.earned.get(stamps.unit, 0) <= 0:
        return
    seen = Recorded(operation, Occasion.kept(undoing.visit.occasion), pledged=done.pledged)
    sale.fill(desk, seen)
    done.reasons += seen.reasons


def write(
    session: Session,
    desk: Desk,
    undoing: Undoing,
    operation: Row,
    *,
    added: Row | None = None,
    later: Later | None = None,
) -> None:
    """Write the book, and beside the visit what was given back or added, or that it is void.

    `added` are the columns of an addition. With `later` it is noted there, and nothing is written.
    """
    visit, before = undoing.visit, upkeep.Stood.of(undoing.visit)
    if undoing.by == "void":
        visit.voided_at = operation["recorded_at"]
    else:
        desk.book.also(_REFUND, _change(undoing, operation) | (added or {}))
    visit.net_minor = undoing.net_minor
    if later is not None:
        later.append((visit, before))
        return
    write_all(session, desk.book, [(visit, before)])
    upkeep.restate_holders(session, merchant_id=visit.merchant_id, card_ids=[visit.card_id])


def write_all(session: Session, book: Book, changed: Later) -> None:
    """Write a book with the visits that were changed on it; restating their members is left."""
    session.flush()
    writing.write_book(session, book)
    upkeep.recount_days(session, changed)


def _change(undoing: Undoing, operation: Row) -> Row:
    given = undoing.given
    return {
        "merchant_id": undoing.visit.merchant_id,
        "id": operation["id"],
        "visit_id": undoing.visit.id,
        "amount_minor": given.amount_minor if given else None,
        "lines": given.as_rows() if given else [],
        "added_minor": None,
        "added_from": None,
        "recorded_at": operation["recorded_at"],
    }
