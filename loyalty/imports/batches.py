"""One batch of sales into the ledger: look, admit, lock, compute in memory, write."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core import outbox
from loyalty.core.ids import ref
from loyalty.counter import desk as desks
from loyalty.counter import sale as counter
from loyalty.counter.desk import Desk, Place
from loyalty.counter.requests import LineRequest
from loyalty.imports import people, recorded, verdict
from loyalty.imports import target as targets
from loyalty.imports.basket import Basket
from loyalty.imports.models import ImportedSale, ImportRun
from loyalty.imports.result import Count
from loyalty.imports.sale import Sale
from loyalty.imports.spool import Batch
from loyalty.imports.target import Target
from loyalty.imports.verdict import Sorted
from loyalty.ledger import store, writing
from loyalty.ledger.book import Book
from loyalty.programs.conditions import looks_at_birthday

_PIECE_MILLI = 1_000
Cards = dict[str, UUID]  # by the customer's own reference
_IMPORTED: Any = ImportedSale.__table__


@dataclass(frozen=True, slots=True)
class Run:
    """This import: its id, where its sales go, when it was started, and from which file."""

    import_id: UUID
    target: Target
    at: datetime
    file_name: str


def look(session: Session, *, target: Target, batch: Batch) -> Sorted:
    """What would become of a batch; changes nothing."""
    known = recorded.read(session, club=target.club, rows=batch.rows)
    return verdict.sort(batch.baskets, known)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch; `waiting` cards expire after their customer's last sale."""

    found: Sorted
    waiting: Cards


def take(session: Session, *, run: Run, batch: Batch, waiting: Cards) -> Taken:
    """Record the new sales of a batch, in its order, and what of it has expired since."""
    club = run.target.club
    known = recorded.read(session, club=club, rows=batch.rows)
    found = verdict.sort(batch.baskets, known)
    ends = {who: card for who, card in waiting.items() if who != batch.goes_on}
    if not found.taken and not ends:
        return Taken(found, waiting)
    sales = [row.sale for basket in found.taken for row in basket.rows]
    _open_run(session, run)
    targets.open_locations(
        session, target=run.target, names=(sale.location for sale in sales), at=run.at
    )
    cards = waiting | people.admit(
        session, club=club, duty=run.target.duty, sales=sales, recorded=known, at=run.at
    )
    book = store.open_book(
        session,
        merchant_id=club.merchant_id,
        card_ids=list(dict.fromkeys(cards.values())),
        timezone=run.target.timezone,
    )
    lookup.stay_whole(session, merchant_id=club.merchant_id, card_ids=book.card_ids())
    counter = _Counter(session, run, book)
    for basket in found.taken:
        counter.take(basket, cards[basket.customer], known.named.get(basket.customer))
    counter.catch_up([card for who, card in cards.items() if who != batch.goes_on])
    writing.write_book(session, book)
    return Taken(found, {who: card for who, card in cards.items() if who == batch.goes_on})


class _Counter:
    """The counter for one batch: a desk for each card and version, all on one book."""

    def __init__(self, session: Session, run: Run, book: Book) -> None:
        self._session, self._run, self._book = session, run, book
        self._desks: dict[UUID, Desk] = {}

    def take(self, basket: Basket, card_id: UUID, named_id: UUID | None) -> None:
        """Record a sale under the rules of its day, and by what its rows are known from now on.

        `named_id` is the customer's own card, where that was merged into this one.
        """
        target, occurred_at = self._run.target, basket.occurred_at
        desk = self._desk(card_id)
        place = replace(desk.place, scanned_card_id=named_id)
        desk = replace(desk, version=target.version_at(occurred_at), place=place)
        desks.review(desk, occurred_at)
        origin = desks.origin(
            desk.place,
            target.duty,
            version=desk.version.number,
            occurred_at=occurred_at,
            recorded_at=self._run.at,
            proof="import",
            location_id=target.locations.get(basket.location or ""),
        )
        done = counter.record(desk, _sold(basket), origin=origin)
        for row in basket.rows:
            self._book.also(
                _IMPORTED,
                {
                    "merchant_id": self._book.merchant_id,
                    "program_id": target.club.program_id,
                    "identity": row.identity,
                    "import_id": self._run.import_id,
                    "visit_id": done.operation["id"],
                },
            )

    def catch_up(self, card_ids: Iterable[UUID]) -> None:
        """Posted last: while sales came in, filling and expiry were judged at their own time."""
        for card_id in card_ids:
            desks.catch_up(self._desk(card_id))

    def _desk(self, card_id: UUID) -> Desk:
        if card_id not in self._desks:
            target = self._run.target
            self._desks[card_id] = desks.desk_on(
                self._session,
                _place(target, card_id, self._birthday(card_id)),
                target.current,
                self._book,
                self._run.at,
            )
        return self._desks[card_id]

    def _birthday(self, card_id: UUID) -> str | None:
        """Asked only where a rule looks at it."""
        target = self._run.target
        if not any(looks_at_birthday(version.document) for _, version in target.versions):
            return None
        return lookup.by_id(
            self._session, merchant_id=target.club.merchant_id, card_id=card_id
        ).customer_birthday


def _sold(basket: Basket) -> counter.Sale:
    sales = [row.sale for row in basket.rows]
    one = sales[0]
    has_lines = len(sales) > 1 or one.sku or one.item or one.category or one.quantity_milli
    return counter.Sale(
        occurred_at=basket.occurred_at,
        amount_minor=basket.amount_minor,
        lines=tuple(map(_line, sales)) if has_lines else (),
        external_ref=basket.external_ref,
    )


def _line(sale: Sale) -> LineRequest:
    quantity_milli = sale.quantity_milli or _PIECE_MILLI
    return LineRequest(sale.sku, sale.item, sale.category, quantity_milli, sale.amount_minor)


def _place(target: Target, card_id: UUID, birthday: str | None) -> Place:
    club = target.club
    return Place(
        club.merchant_id, card_id, club.program_id, target.currency, target.timezone, birthday
    )


def _open_run(session: Session, run: Run) -> None:
    """The run's own row, written with its first sale."""
    if session.get(ImportRun, (run.target.club.merchant_id, run.import_id)) is not None:
        return
    session.add(
        ImportRun(
            merchant_id=run.target.club.merchant_id,
            id=run.import_id,
            program_id=run.target.club.program_id,
            file_name=run.file_name,
            accepted=0,
            refused=0,
            no_customer=0,
            replayed=0,
            started_at=run.at,
        )
    )
    session.flush()


def close_run(session: Session, *, run: Run, count: Count) -> None:
    """Note how the run went, and tell the house once: not a word for each sale."""
    row = session.get_one(ImportRun, (run.target.club.merchant_id, run.import_id))
    row.accepted, row.refused = count.accepted, count.refused
    row.no_customer, row.replayed = count.no_customer, count.replayed
    row.finished_at = run.at
    session.flush()
    outbox.add(
        session,
        merchant_id=row.merchant_id,
        kind="sales.imported",
        facts={
            "import": ref("imp", row.id),
            "program": ref("prg", row.program_id),
            "sales": count.sales,
        },
        at=run.at,
    )
