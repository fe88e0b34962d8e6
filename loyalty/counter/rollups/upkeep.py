"""The roll-ups follow the visits, in the same write: whoever writes visits calls this.

A member's latest visit adds to what is kept; whatever is rarer adds the member up afresh.
The member's row comes first and is their lock; the shop's day comes last.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core import bulk
from loyalty.core.db import Id, table
from loyalty.counter.models import Visit, VisitLine
from loyalty.counter.rollups import at_once
from loyalty.counter.rollups.figures import (
    DAYS,
    HOURS,
    MONTHS,
    PARTS,
    PRODUCTS,
    STATS,
    asked,
    of_customers,
)
from loyalty.counter.rollups.models import NOWHERE
from loyalty.counter.rollups.sums import add_up, products_of, slot_of
from loyalty.ledger.book import Book

_VISIT, _LINE = table(Visit), table(VisitLine)
_NOTHING = {"first_on": None, "last_on": None, "visit_days": 0, "visits": 0, "spend_minor": 0}
_LATE = (
    "SELECT customer_id FROM member_stats"
    " WHERE merchant_id = :merchant_id AND customer_id IN :customer_ids AND last_on IS NULL"
)
_WHO_IS_LATE = asked(_LATE).columns(customer_id=Id)
_FORGOTTEN = "DELETE FROM {} WHERE merchant_id = :merchant_id AND customer_id IN :customer_ids"


@dataclass(frozen=True, slots=True)
class Stood:
    """What a visit counted for before something was done to it."""

    visits: int
    spend_minor: int

    @classmethod
    def of(cls, visit: Visit) -> "Stood":
        """As it stands now: a voided one counts for nothing."""
        return cls(0, 0) if visit.voided_at else cls(1, visit.net_minor or 0)


def count(session: Session, book: Book, *, holders: Mapping[UUID, UUID] | None = None) -> None:
    """Count the new visits of a book that was written; the accounts of their cards are locked.

    `holders` is who holds the cards (the person), where that is known.
    """
    visits = book.rows.get(_VISIT, [])
    if not visits:
        return
    cards = {visit["card_id"] for visit in visits}
    holders = holders or lookup.holders_of(session, merchant_id=book.merchant_id, card_ids=cards)
    add = _add_one if len(visits) == 1 else _add
    if late := add(session.connection(), book, holders):
        restate(session, merchant_id=book.merchant_id, customer_ids=late)


def recount_days(session: Session, changed: Iterable[tuple[Visit, Stood]]) -> None:
    """Count visits anew on their days, whatever was done to them; members are restated apart.

    With each visit comes what it stood for until then: `Stood.of(visit)`, before it was changed.
    """
    days: dict[tuple[Any, ...], list[int]] = {}
    for visit, before in changed:
        after = Stood.of(visit)
        place = (visit.local_on, visit.location_id or NOWHERE, slot_of(visit.id))
        sums = days.setdefault((visit.merchant_id, *place), [0, 0])
        sums[0] += after.visits - before.visits
        sums[1] += after.spend_minor - before.spend_minor
    rows = [dict(zip(DAYS.names, (*key, *days[key]), strict=True)) for key in sorted(days)]
    bulk.upsert(session.connection(), DAYS.table, rows, on_conflict=DAYS.adding)


def restate_holders(session: Session, *, merchant_id: UUID, card_ids: Iterable[UUID]) -> None:
    """Add up afresh whoever holds these cards, whose accounts are locked."""
    holders = lookup.holders_of(session, merchant_id=merchant_id, card_ids=set(card_ids))
    restate(session, merchant_id=merchant_id, customer_ids=holders.values())


def restate(session: Session, *, merchant_id: UUID, customer_ids: Iterable[UUID]) -> None:
    """Add up afresh what is kept of these customers; one who was merged away keeps nothing."""
    ids = sorted(set(customer_ids))
    if not ids:
        return
    session.flush()
    connection = session.connection()
    empty = [{"merchant_id": merchant_id, "customer_id": each, **_NOTHING} for each in ids]
    bulk.upsert(connection, STATS.table, empty, on_conflict=STATS.replacing)  # and locks
    whose = of_customers(merchant_id, ids)
    for part in PARTS:
        connection.execute(asked(_FORGOTTEN.format(part.table.name)), whose)
    for kind in (STATS, *PARTS):
        query = f"INSERT INTO {kind.table.name} ({', '.join(kind.names)}) "
        query += kind.figures(connection.dialect.name)
        if kind is STATS:
            query += f" {kind.replacing}"
        connection.execute(asked(query), whose)
    connection.execute(asked(_FORGOTTEN.format("member_stats") + " AND last_on IS NULL"), whose)


def _add_one(connection: sa.Connection, book: Book, holders: Mapping[UUID, UUID]) -> list[UUID]:
    """Add the only visit to what is kept; who came later already is to be added up afresh."""
    (visit,) = book.rows[_VISIT]
    customer_id, is_late = at_once.add(connection, visit, holders[visit["card_id"]])
    if lines := book.rows.get(_LINE):
        products = products_of(book.merchant_id, lines, {visit["id"]: customer_id})
        bulk.upsert(connection, PRODUCTS.table, products, on_conflict=PRODUCTS.adding)
    return [customer_id] if is_late else []


def _add(connection: sa.Connection, book: Book, holders: Mapping[UUID, UUID]) -> list[UUID]:
    """The same for many visits: one row a member, month, hour, product and day."""
    sums = add_up(book.rows[_VISIT], book.rows.get(_LINE, ()), holders)
    bulk.upsert(connection, STATS.table, sums.stats, on_conflict=STATS.adding)
    whose = of_customers(book.merchant_id, [row["customer_id"] for row in sums.stats])
    late = set(connection.execute(_WHO_IS_LATE, whose).scalars())
    for kind, rows in ((MONTHS, sums.months), (HOURS, sums.hours), (PRODUCTS, sums.products)):
        of_others = [row for row in rows if row["customer_id"] not in late]
        bulk.upsert(connection, kind.table, of_others, on_conflict=kind.adding)
    bulk.upsert(connection, DAYS.table, sums.days, on_conflict=DAYS.adding)
    return list(late)
