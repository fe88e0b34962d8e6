"""What the books hold of some cards, read in one go and left as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
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
_TOLD = ("fulfilment", "merge", "unmerge", "return")  # their answers say what they were about
_CARDS: Any = sa.bindparam("card_ids", expanding=True)
_CARD, _ACCOUNT, _OPERATION = table(Card).c, table(Account).c, table(Operation).c
_ENTRY, _POSTING = table(Entry).c, table(Posting).c
_LOT, _EXTENSION, _CHANGE = table(Lot).c, table(Extension).c, table(TierChange).c
_VISIT, _LINE, _REFUND = table(Visit).c, table(VisitLine).c, table(VisitRefund).c
_MOVE, _REDEMPTION = table(VisitMove).c, table(Redemption).c


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
    found = {name: list(session.execute(query, scope)) for name, query in _QUERIES.items()}
    for name, rows in found.items():
        rows.sort(key=_ORDER.get(name, attrgetter("id")))
    return Log(**found)


def _where(columns: Any, column: Any, those: Any, *wanted: Any) -> sa.Select[Any]:
    """A select of the shop's rows by one column; all columns but the shop's unless some are named.

    By subqueries: without statistics SQLite would begin joins with the largest table.
    """
    every = [each for each in columns if each.name != "merchant_id"]
    mine = columns.merchant_id == sa.bindparam("merchant_id")
    return sa.select(*(wanted or every)).where(mine, column.in_(those))


_ACCOUNTS = _where(_ACCOUNT, _ACCOUNT.card_id, _CARDS, _ACCOUNT.id)
_ENTRIES = _where(_ENTRY, _ENTRY.account_id, _ACCOUNTS, _ENTRY.id)
_LOTS = _where(_LOT, _LOT.entry_id, _ENTRIES, _LOT.id)
_OPERATIONS = _where(_OPERATION, _OPERATION.card_id, _CARDS, _OPERATION.id)
# Sorted here: for an order SQLite would read the shop's whole table, once for each portion.
_ORDER = {"lines": attrgetter("visit_id", "number")}
_QUERIES: dict[str, sa.Select[Any]] = {
    "cards": _where(_CARD, _CARD.id, _CARDS, _CARD.id, _CARD.merged_into_id),
    "accounts": _where(_ACCOUNT, _ACCOUNT.card_id, _CARDS),
    "operations": _where(
        _OPERATION,
        _OPERATION.card_id,
        _CARDS,
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
    ),
    "entries": _where(
        _ENTRY,
        _ENTRY.account_id,
        _ACCOUNTS,
        _ENTRY.id,
        _ENTRY.operation_id,
        _ENTRY.account_id,
        _ENTRY.kind,
        _ENTRY.units,
        _ENTRY.millionths,
        _ENTRY.covered,
        _ENTRY.balance_after,
    ),
    "postings": _where(_POSTING, _POSTING.entry_id, _ENTRIES),
    "lots": _where(_LOT, _LOT.entry_id, _ENTRIES),
    "extensions": _where(_EXTENSION, _EXTENSION.lot_id, _LOTS),
    "visits": _where(_VISIT, _VISIT.id, _OPERATIONS),
    "lines": _where(_LINE, _LINE.visit_id, _OPERATIONS),
    "refunds": _where(_REFUND, _REFUND.visit_id, _OPERATIONS),
    "moves": _where(_MOVE, _MOVE.visit_id, _OPERATIONS),
    "changes": _where(_CHANGE, _CHANGE.card_id, _CARDS),
    "redemptions": _where(_REDEMPTION, _REDEMPTION.id, _OPERATIONS),
}
