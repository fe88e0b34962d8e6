"""What is left of a recorded visit, and how much of it a refund, void or move takes away."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.counter import net
from loyalty.counter.models import Visit, VisitLine, VisitMove, VisitRefund
from loyalty.counter.net import Given, SoldLine
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.earning import Line

Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Undoing:
    """Which visit is rated again, from what to what, and what was done to it before.

    `by` names it: "refund", "void", "move", "restore" (a refund taken back) or "addition" (lines
    that came later); `net_minor` is what is left of its amount afterwards.
    """

    visit: Visit
    by: str
    change_ids: Sequence[UUID]
    before: Lines
    after: Lines
    net_minor: int | None
    given: Given | None = None  # of a refund, or taken back
    move_ids: Sequence[UUID] = ()

    @property
    def posting_id(self) -> UUID:
        """The operation by which the visit's units stand on its card."""
        return self.visit.posting_id or self.visit.id

    @property
    def operation_ids(self) -> list[UUID]:
        """Whatever has moved units of the visit, on whichever card: itself, moves, changes."""
        return [self.visit.id, *self.move_ids, *self.change_ids]

    @property
    def visits(self) -> int:
        """By how much it counts more, or less, as a visit: it does while anything is left of it."""
        counts = self.by not in ("void", "move") and self.net_minor != 0
        return int(counts) - int(self.visit.net_minor != 0)


@dataclass(frozen=True, slots=True)
class Past:
    """A visit as it was sold, and what changed it since, in order."""

    visit: Visit
    sold: list[SoldLine]
    given: Sequence[Given]
    change_ids: Sequence[UUID]

    def left(self, version: PublishedVersion) -> Lines:
        """What is left of it as it counts."""
        return net.left(self.sold, self.given, base_of(self.visit, version))


def find_visit(session: Session, *, merchant_id: UUID, visit_ref: str) -> Visit:
    """The merchant's visit of that ref. Raises Unknown("visit")."""
    visit_id = parse_ref("vis", visit_ref)
    visit = session.get(Visit, (merchant_id, visit_id)) if visit_id else None
    if visit is None:
        raise Unknown("visit")
    return visit


def past_of(session: Session, visit: Visit) -> Past:
    """A visit with its lines and changes."""
    changes = earlier_refunds(session, visit)
    given = [given_by(row) for row in changes]
    return Past(visit, sold_lines(session, visit), given, [row.id for row in changes])


def lowered(session: Session, past: Past, version: PublishedVersion, given: Given) -> Undoing:
    """A visit of which that much is given back. Raises Invalid and RefundTooLarge."""
    return _changed(session, past, version, given, "refund")


def restored(session: Session, past: Past, version: PublishedVersion, given: Given) -> Undoing:
    """A visit of which that much had been given back, and is not any more."""
    return _changed(session, past, version, given.undone(), "restore")


def _changed(
    session: Session, past: Past, version: PublishedVersion, given: Given, by: str
) -> Undoing:
    visit, after = past.visit, [*past.given, given]
    return Undoing(
        visit,
        by,
        past.change_ids,
        past.left(version),
        net.left(past.sold, after, base_of(visit, version)),
        net.paid_left(visit.amount_minor, past.sold, after),
        given,
        move_ids(session, visit),
    )


def everything(session: Session, visit: Visit, version: PublishedVersion, by: str) -> Undoing:
    """All that is left of a visit, to be taken back by a void or a move."""
    past = past_of(session, visit)
    before = past.left(version)
    gone = tuple(Line(line.number, line.sku, line.category, 0, None) for line in before)
    net_minor = None if visit.amount_minor is None else 0
    moves = move_ids(session, visit)
    return Undoing(visit, by, past.change_ids, before, gone, net_minor, move_ids=moves)


def move_ids(session: Session, visit: Visit) -> list[UUID]:
    """The moves of a visit from card to card, in the order in which they were made."""
    if visit.posting_id is None:
        return []
    rows = session.execute(
        sa.select(VisitMove.id).where(
            VisitMove.merchant_id == visit.merchant_id, VisitMove.visit_id == visit.id
        )
    )
    return sorted(rows.scalars())  # here: for an order by the key SQLite would walk the shop


def base_of(visit: Visit, version: PublishedVersion) -> Fraction | None:
    """What of the visit's money counts under its rules."""
    paid = net.Paid(visit.amount_minor, visit.tax_minor, visit.discount_minor)
    return net.base_of(version.document, paid)


def sold_lines(session: Session, visit: Visit) -> list[SoldLine]:
    """The lines as sold; a visit without lines is one of one piece."""
    rows = session.execute(
        sa.select(VisitLine)
        .where(VisitLine.merchant_id == visit.merchant_id, VisitLine.visit_id == visit.id)
        .order_by(VisitLine.number)
    ).scalars()
    return net.sold(visit.amount_minor, rows.all())


def earlier_refunds(session: Session, visit: Visit) -> Sequence[VisitRefund]:
    """What changed a visit since it was recorded, in order."""
    rows = session.execute(
        sa.select(VisitRefund).where(
            VisitRefund.merchant_id == visit.merchant_id, VisitRefund.visit_id == visit.id
        )
    )
    return sorted(rows.scalars(), key=lambda row: row.id)


def given_by(row: VisitRefund) -> Given:
    """What a change gave back; lines that were added gave nothing."""
    return Given.kept(row.amount_minor, row.lines)
