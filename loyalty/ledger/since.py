"""What has become of two accounts since a merge made them one, as their parting asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from loyalty.ledger.book import Book
from loyalty.ledger.chart import side
from loyalty.ledger.lots import LotTerms, soonest_first
from loyalty.ledger.models import Entry, Lot, Operation, Posting
from loyalty.ledger.state import AccountState
from loyalty.ledger.store import load_lots


@dataclass(frozen=True, slots=True)
class Carried:
    """What two remainders completed when they came together: how many units, in which lots.

    `lost` of them have expired since.
    """

    units: int
    lot_ids: list[UUID]
    lost: int


def carried(session: Session, book: Book, *, operation_id: UUID, target: AccountState) -> Carried:
    """What two remainders completed when a merge brought them together on that account."""
    merchant_id = book.merchant_id
    expired = side(target.program_id, target.unit, "expired")
    rows = session.execute(
        sa.select(Entry.units, Lot.id)
        .outerjoin(Lot, sa.and_(Lot.merchant_id == Entry.merchant_id, Lot.entry_id == Entry.id))
        .where(
            Entry.merchant_id == merchant_id,
            Entry.operation_id == operation_id,
            Entry.account_id == target.id,
            Entry.kind == "earn",
        )
    ).all()
    lots = [row.id for row in rows if row.id is not None]
    lost = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Posting.units), 0)).where(
            Posting.merchant_id == merchant_id,
            Posting.lot_id.in_(lots),
            Posting.to_id == expired,
        )
    ).scalar_one()
    unwritten = sum(
        row["units"] for row in book.postings if row["lot_id"] in lots and row["to_id"] == expired
    )
    return Carried(sum(row.units for row in rows), lots, int(lost) + unwritten)


def lent_since(
    session: Session,
    *,
    merchant_id: UUID,
    merge_id: UUID,
    card_id: UUID,
    accounts: tuple[AccountState, AccountState],
) -> dict[UUID, int]:
    """What lots that came from the source have given for debts that other merges brought since.

    `card_id` is the target's: what went with it into a third card is no loan.
    """
    source, target = accounts
    home = aliased(Lot)
    given = sa.case((Posting.from_id == target.id, Posting.units), else_=-Posting.units)
    rows = session.execute(
        sa.select(Lot.origin_id, sa.func.sum(given).label("units"))
        .join(Lot, sa.and_(Lot.merchant_id == Posting.merchant_id, Lot.id == Posting.lot_id))
        .join(home, sa.and_(home.merchant_id == Lot.merchant_id, home.id == Lot.origin_id))
        .join(
            Entry, sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id)
        )
        .join(
            Operation,
            sa.and_(Operation.merchant_id == Entry.merchant_id, Operation.id == Entry.operation_id),
        )
        .where(
            Posting.merchant_id == merchant_id,
            Lot.account_id == target.id,
            Lot.id > merge_id,
            home.account_id == source.id,
            Entry.kind == "merge",
            Operation.id > merge_id,
            Operation.card_id == card_id,
        )
        .group_by(Lot.origin_id)
    )
    return {row.origin_id: int(row.units) for row in rows if row.units}


@dataclass(frozen=True, slots=True)
class Repayment:
    """Units that made up for a debt: by which kind of entry, of which operation, and when."""

    units: int
    kind: str
    operation_ids: tuple[UUID, ...]
    version: int | None
    occurred_at: datetime


def repayments(
    session: Session, *, merchant_id: UUID, since_id: UUID, account_id: UUID
) -> list[Repayment]:
    """What has made up for debts of an account since an operation, the latest first."""
    rows = session.execute(
        sa.select(Posting.units, Entry.kind, Operation)
        .join(
            Entry, sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id)
        )
        .join(
            Operation,
            sa.and_(Operation.merchant_id == Entry.merchant_id, Operation.id == Entry.operation_id),
        )
        .where(
            Posting.merchant_id == merchant_id,
            Posting.to_id == account_id,
            Posting.lot_id.is_(None),
            Entry.kind != "forgive",
            Operation.id > since_id,
        )
        .order_by(Posting.id.desc())
    ).all()
    return [
        Repayment(
            row.units,
            row.kind,
            tuple(key for key in (row.Operation.id, row.Operation.reverses_id) if key),
            row.Operation.version,
            row.Operation.occurred_at,
        )
        for row in rows
    ]


def soonest_of(
    session: Session, book: Book, *, operation_ids: Sequence[UUID], at: datetime
) -> LotTerms:
    """The terms of the lot that ends soonest of those which operations have touched."""
    ids = session.execute(
        sa.select(Posting.lot_id)
        .join(
            Entry, sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id)
        )
        .where(
            Posting.merchant_id == book.merchant_id,
            Entry.operation_id.in_(list(operation_ids)),
            Posting.lot_id.is_not(None),
        )
        .distinct()
    ).scalars()
    lots = soonest_first(load_lots(session, book, [key for key in ids if key]).values())
    return replace(lots[0].terms(at), origin_id=None) if lots else LotTerms()
