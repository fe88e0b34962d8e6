"""An account that was part of another one for a while, and what became of its lots there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from loyalty.ledger.models import Account, Entry, Lot, Operation, Posting


@dataclass(frozen=True, slots=True)
class Span:
    """An account between two operations; `until_id` None is until now."""

    merchant_id: UUID
    account_id: UUID
    since_id: UUID
    until_id: UUID | None = None

    def covers(self, operation_id: Any) -> list[sa.ColumnElement[bool]]:
        """The conditions for an operation to lie between."""
        until = [] if self.until_id is None else [operation_id < self.until_id]
        return [operation_id > self.since_id, *until]


def read(session: Session, span: Span) -> list[Span]:
    """The accounts into which the card of this one was merged meanwhile, and until when."""
    here, there, parted = aliased(Account), aliased(Account), aliased(Operation)

    def ours(other: Any, *conditions: Any) -> sa.ColumnElement[bool]:
        return sa.and_(other.merchant_id == Entry.merchant_id, *conditions)

    rows = session.execute(
        sa.select(there.id, Operation.id, parted.id)
        .select_from(Entry)
        .join(Operation, ours(Operation, Operation.id == Entry.operation_id))
        .join(here, ours(here, here.id == Entry.account_id))
        .join(there, ours(there, there.card_id == Operation.card_id, there.unit == here.unit))
        .outerjoin(parted, ours(parted, parted.reverses_id == Operation.id))
        .where(
            Entry.merchant_id == span.merchant_id,
            Entry.account_id == span.account_id,
            Entry.kind == "merge",
            Operation.kind == "merge",
            there.id != span.account_id,
            *span.covers(Entry.operation_id),
        )
        .order_by(Operation.id)
    )
    return [Span(span.merchant_id, *row) for row in rows]


def lots_from(session: Session, span: Span, origins: sa.Select[UUID]) -> list[UUID]:
    """The lots as which others came to an account with the merge that began the span, or later."""
    return list(
        session.execute(
            sa.select(Lot.id).where(
                Lot.merchant_id == span.merchant_id,
                Lot.account_id == span.account_id,
                Lot.id > span.since_id,
                Lot.origin_id.in_(origins),
            )
        ).scalars()
    )


def rounded(
    session: Session, home: UUID, stay: Span, lots: tuple[Collection[UUID], Collection[UUID]]
) -> int:
    """Units by which parting changed lots that came home: for the account's rounding is its own.

    `lots` are those of the account `home`, and what they were during the stay. What they lost by
    it without a purchase, a refund, a reward or time, they lost by rounding.
    """
    mine, theirs = lots
    back = _flow(session, stay.merchant_id, home, mine, [_at(stay)])
    meanwhile = [sa.or_(Entry.kind != "merge", *(_at(each) for each in read(session, stay)))]
    meanwhile += stay.covers(Entry.operation_id)
    return back - _flow(session, stay.merchant_id, stay.account_id, theirs, meanwhile)


def _at(stay: Span) -> sa.ColumnElement[bool]:
    """When it began and when it ended."""
    return Entry.operation_id.in_((stay.since_id, stay.until_id))


def _flow(
    session: Session,
    merchant_id: UUID,
    account_id: UUID,
    lots: Collection[UUID],
    when: Sequence[sa.ColumnElement[bool]],
) -> int:
    """What went into lots of an account, less what went out of them."""
    moved = sa.case((Posting.to_id == account_id, Posting.units), else_=-Posting.units)
    total = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(moved), 0))
        .join(
            Entry, sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id)
        )
        .where(Posting.merchant_id == merchant_id, Posting.lot_id.in_(list(lots)), *when)
    ).scalar_one()
    return int(total)
