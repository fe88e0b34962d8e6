"""One batch of rows into the ledger: look, admit, lock, compute in memory, write; then changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.counter import desk as desks
from loyalty.counter import sale as counter
from loyalty.counter.desk import Desk, Place
from loyalty.counter.rollups import upkeep
from loyalty.imports import changes, people, recorded, verdict
from loyalty.imports import run as runs
from loyalty.imports import target as targets
from loyalty.imports.basket import Basket
from loyalty.imports.changes import line_of
from loyalty.imports.models import ImportedSale
from loyalty.imports.run import Run
from loyalty.imports.spool import Batch
from loyalty.imports.target import Target
from loyalty.imports.verdict import Recorded, Sorted
from loyalty.ledger import store, writing
from loyalty.ledger.book import Book
from loyalty.programs.conditions import looks_at_birthday

Cards = dict[str, UUID]  # by the customer's own reference
_IMPORTED: Any = ImportedSale.__table__


def look(session: Session, *, target: Target, batch: Batch) -> Sorted:
    """What would become of a batch; changes nothing."""
    known = recorded.read(session, club=target.club, rows=batch.rows)
    return verdict.sort(batch.baskets, known)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch; `waiting` cards expire after their customer's last sale.

    `is_begun`: something of it was tried, so the run has its row.
    """

    found: Sorted
    waiting: Cards
    is_begun: bool


def take(session: Session, *, run: Run, batch: Batch, waiting: Cards) -> Taken:
    """Record the new sales of a batch, in its order, and what of it has expired since."""
    club = run.target.club
    known = recorded.read(session, club=club, rows=batch.rows)
    found = verdict.sort(batch.baskets, known)
    ends = {who: card for who, card in waiting.items() if who != batch.goes_on}
    if not found.baskets and not ends:
        return Taken(found, waiting, is_begun=False)
    cards = waiting | _admit(session, run, found, known)
    changed = {basket.customer for basket in found.changes}
    done = {who: card for who, card in cards.items() if who != batch.goes_on}
    # All at once and first: whoever waits for one of them then holds nothing that we shall need.
    store.lock(session, merchant_id=club.merchant_id, card_ids=list(cards.values()))
    _sell(session, run, found, known, cards, done.keys() - changed)
    if changed:
        ready = [who for who in done if who in changed]
        changes.apply(session, run=run, found=found, cards=cards, done=ready)
    left = {who: card for who, card in cards.items() if who == batch.goes_on}
    return Taken(found, left, is_begun=True)


def _admit(session: Session, run: Run, found: Sorted, known: Recorded) -> Cards:
    """The card of everybody who bought or brought something back."""
    sales = [row.sale for basket in found.baskets for row in basket.rows]
    runs.open_run(session, run)
    targets.open_locations(
        session, target=run.target, names=(sale.location for sale in sales), at=run.at
    )
    return people.admit(
        session,
        club=run.target.club,
        duty=run.target.duty,
        sales=sales,
        recorded=known,
        at=run.at,
    )


def _sell(
    session: Session, run: Run, found: Sorted, known: Recorded, cards: Cards, done: Iterable[str]
) -> None:
    """Record the new sales on one book; of those who are done, also what has expired since."""
    if not found.taken and not done:
        return
    buyers = {basket.customer for basket in found.taken} | set(done)
    book = store.open_book(
        session,
        merchant_id=run.target.club.merchant_id,
        card_ids=list(dict.fromkeys(card for who, card in cards.items() if who in buyers)),
        timezone=run.target.timezone,
    )
    lookup.stay_whole(session, merchant_id=run.target.club.merchant_id, card_ids=book.card_ids())
    counter = _Counter(session, run, book)
    for basket in found.taken:
        counter.take(basket, cards[basket.customer], known.named.get(basket.customer))
    counter.catch_up([cards[who] for who in cards if who in done])
    writing.write_book(session, book)
    upkeep.count(session, book)


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
        lines=tuple(map(line_of, sales)) if has_lines else (),
        external_ref=basket.external_ref,
    )


def _place(target: Target, card_id: UUID, birthday: str | None) -> Place:
    club = target.club
    return Place(
        club.merchant_id, card_id, club.program_id, target.currency, target.timezone, birthday
    )
