"""What the books hold of some cards, read in one go and left as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.counter.models import (
    Redemption,
    TierChange,
    Visit,
    VisitLine,
    VisitMove,
    VisitRefund,
)
from loyalty.ledger.models import Account, Entry, Extension, Lot, Operation, Posting
from loyalty.programs.document import VersionDocument

Row = sa.Row[Any]
_TOLD = ("fulfilment", "merge", "unmerge")  # their answers say what they were about
_CARDS: Any = sa.bindparam("card_ids", expanding=True)
_CARD, _ACCOUNT, _OPERATION = table(Card).c, table(Account).c, table(Operation).c
_ENTRY, _CHANGE = table(Entry).c, table(TierChange).c


@dataclass(frozen=True, slots=True)
class Shop:
    """A program of a shop: its zone, its published versions by number, and when each began."""

    merchant_id: UUID
    program_id: UUID
    timezone: str
    versions: Mapping[int, VersionDocument]
    began_at: Mapping[int, datetime]

    def rules(self, number: int | None) -> VersionDocument:
        """The version of that number. Raises LookupError."""
        found = self.versions.get(number or 0)
        if found is None:
            raise LookupError(f"version {number} is not there")
        return found

    def current(self, at: datetime) -> int:
        """The number of the version in force at that moment."""
        return max(number for number, began_at in self.began_at.items() if began_at <= at)

    def day(self, moment: datetime) -> date:
        """The shop's date at that moment."""
        return local_day(moment, self.timezone)


@dataclass(frozen=True, slots=True)
class Log:
    """The rows of some cards, table by table, each in the order of its ids.

    Visits, their lines, refunds and moves, and redemptions are those of the cards' operations.
    """

    cards: Sequence[Row]
    accounts: Sequence[Row]
    operations: Sequence[Row]
    entries: Sequence[Row]
    postings: Sequence[Row]
    lots: Sequence[Row]
    extensions: Sequence[Row]
    visits: Sequence[Row]
    lines: Sequence[Row]
    refunds: Sequence[Row]
    moves: Sequence[Row]
    changes: Sequence[Row]
    redemptions: Sequence[Row]


def read(session: Session, *, shop: Shop, card_ids: Sequence[UUID]) -> Log:
    """Everything of these cards."""
    scope = {"merchant_id": shop.merchant_id, "card_ids": list(card_ids)}
    return Log(**{name: session.execute(query, scope).all() for name, query in _QUERIES.items()})


def _of_cards(columns: Any, *wanted: Any) -> sa.Select[Any]:
    """A select by card; without columns named, all of them."""
    return sa.select(*(wanted or columns)).where(
        columns.merchant_id == sa.bindparam("merchant_id"), columns.card_id.in_(_CARDS)
    )


def _of_operations(model: Any, column: str = "id") -> sa.Select[Any]:
    """All rows of a table that belong to the operations of the cards."""
    rows = table(model).c
    return (
        sa.select(*rows)
        .join(
            table(Operation),
            sa.and_(_OPERATION.merchant_id == rows.merchant_id, _OPERATION.id == rows[column]),
        )
        .where(
            _OPERATION.merchant_id == sa.bindparam("merchant_id"), _OPERATION.card_id.in_(_CARDS)
        )
    )


def _of_accounts(columns: Any, *wanted: Any) -> sa.Select[Any]:
    """Rows that belong to entries of the cards' accounts."""
    query = (
        sa.select(*wanted)
        .select_from(table(Account))
        .join(
            table(Entry),
            sa.and_(_ENTRY.merchant_id == _ACCOUNT.merchant_id, _ENTRY.account_id == _ACCOUNT.id),
        )
    )
    if columns is not _ENTRY:
        query = query.join(
            columns.id.table,
            sa.and_(columns.merchant_id == _ENTRY.merchant_id, columns.entry_id == _ENTRY.id),
        )
    return query.where(
        _ACCOUNT.merchant_id == sa.bindparam("merchant_id"), _ACCOUNT.card_id.in_(_CARDS)
    ).order_by(columns.id)


_LOT, _POSTING, _EXTENSION = table(Lot).c, table(Posting).c, table(Extension).c
_REFUND, _MOVE, _LINE = table(VisitRefund).c, table(VisitMove).c, table(VisitLine).c
_QUERIES: dict[str, sa.Select[Any]] = {
    "cards": sa.select(_CARD.id, _CARD.merged_into_id).where(
        _CARD.merchant_id == sa.bindparam("merchant_id"), _CARD.id.in_(_CARDS)
    ),
    "accounts": _of_cards(_ACCOUNT).order_by(_ACCOUNT.id),
    "operations": _of_cards(
        _OPERATION,
        _OPERATION.id,
        _OPERATION.kind,
        _OPERATION.key_hash,
        _OPERATION.card_id,
        _OPERATION.version,
        _OPERATION.via,
        _OPERATION.reverses_id,
        _OPERATION.occurred_at,
        _OPERATION.recorded_at,
        sa.case((_OPERATION.kind.in_(_TOLD), _OPERATION.answer)).label("answer"),
    ).order_by(_OPERATION.id),
    "entries": _of_accounts(
        _ENTRY,
        _ENTRY.id,
        _ENTRY.operation_id,
        _ENTRY.account_id,
        _ENTRY.kind,
        _ENTRY.units,
        _ENTRY.millionths,
        _ENTRY.covered,
        _ENTRY.balance_after,
    ),
    "postings": _of_accounts(
        _POSTING,
        _POSTING.entry_id,
        _POSTING.from_id,
        _POSTING.to_id,
        _POSTING.lot_id,
        _POSTING.units,
    ),
    "lots": _of_accounts(_LOT, *_LOT),
    "extensions": _of_accounts(_EXTENSION, *_EXTENSION),
    "visits": _of_operations(Visit).order_by(table(Visit).c.id),
    "lines": _of_operations(VisitLine, "visit_id").order_by(_LINE.visit_id, _LINE.number),
    "refunds": _of_operations(VisitRefund, "visit_id").order_by(_REFUND.id),
    "moves": _of_operations(VisitMove, "visit_id").order_by(_MOVE.id),
    "changes": _of_cards(_CHANGE).order_by(_CHANGE.id),
    "redemptions": _of_operations(Redemption),
}
