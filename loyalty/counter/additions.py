"""Lines that come to a visit after it was recorded: the sale is rated again as a whole."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.counter import desk as desks
from loyalty.counter import net, rerating, sale
from loyalty.counter import undoing as undoings
from loyalty.counter.desk import Desk
from loyalty.counter.models import Visit, VisitLine
from loyalty.counter.net import Paid
from loyalty.counter.requests import LineRequest
from loyalty.counter.undoing import Past, Undoing
from loyalty.ledger.state import Origin

_LINE = table(VisitLine)


def add_lines(
    session: Session, desk: Desk, visit: Visit, lines: Sequence[LineRequest], *, origin: Origin
) -> UUID:
    """Add lines, each with its amount, to a visit whose amount is known.

    The visit keeps its moment and its rules; later sales are not rated again. A visit without lines
    gets its first one written down. Writes the desk's book; returns the operation's id.
    """
    desks.review(desk, desk.at)
    past = undoings.past_of(session, visit)
    added_minor = sum(line.amount_minor or 0 for line in lines)
    undoing = _added(session, desk, past, lines, added_minor)
    operation = desk.book.begin("addition", origin)
    rerating.post(session, desk, undoing, operation)
    first = len(past.sold) + 1
    _write_lines(session, desk, past, lines)
    visit.amount_minor = (visit.amount_minor or 0) + added_minor
    added = {"added_from": first, "added_minor": added_minor}
    rerating.write(session, desk, undoing, operation, added=added)
    found: UUID = operation["id"]
    return found


def _added(
    session: Session, desk: Desk, past: Past, lines: Sequence[LineRequest], added_minor: int
) -> Undoing:
    visit, document = past.visit, desk.version.document
    amount = (visit.amount_minor or 0) + added_minor
    more = net.sold(None, lines)
    sold = [*past.sold, *(net.renumbered(line, len(past.sold)) for line in more)]
    base = net.base_of(document, Paid(amount, visit.tax_minor, visit.discount_minor))
    return Undoing(
        visit,
        "addition",
        past.change_ids,
        past.left(desk.version),
        net.left(sold, past.given, base),
        net.paid_left(amount, sold, past.given),
        None,
        undoings.move_ids(session, visit),
    )


def _write_lines(session: Session, desk: Desk, past: Past, lines: Sequence[LineRequest]) -> None:
    visit, first = past.visit, len(past.sold) + 1
    if session.get(VisitLine, (visit.merchant_id, visit.id, 1)) is None:
        whole = LineRequest(amount_minor=visit.amount_minor)
        desk.book.also(_LINE, sale.line_row(visit.merchant_id, visit.id, 1, whole))
    for number, line in enumerate(lines, start=first):
        desk.book.also(_LINE, sale.line_row(visit.merchant_id, visit.id, number, line))
