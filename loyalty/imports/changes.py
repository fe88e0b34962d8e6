"""What rows of a file change in sales that are recorded: lines that came later, and returns."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core import bulk
from loyalty.core.db import part, table
from loyalty.core.errors import InsufficientUnits
from loyalty.counter import dossier, rerating
from loyalty.counter.requests import LineRequest
from loyalty.counter.rerating import Later
from loyalty.counter.rollups import upkeep
from loyalty.imports import histories, matching, words
from loyalty.imports.basket import Basket, Row
from loyalty.imports.matching import SoldVisit
from loyalty.imports.models import ImportedChange, ImportedSale
from loyalty.imports.regular import Regular
from loyalty.imports.run import Run
from loyalty.imports.sale import Sale
from loyalty.imports.verdict import Added, Sorted
from loyalty.ledger import store

_PIECE_MILLI = 1_000


def line_of(sale: Sale) -> LineRequest:
    """A row as a line of its sale."""
    quantity_milli = sale.quantity_milli or _PIECE_MILLI
    return LineRequest(sale.sku, sale.item, sale.category, quantity_milli, sale.amount_minor)


def apply(
    session: Session, *, run: Run, found: Sorted, cards: Mapping[str, UUID], done: Collection[str]
) -> None:
    """Add lines to sales, then take returns; those that the program refuses move to `refused`.

    Of the cards of those who are `done`, what has expired by now is written down at the end.
    """
    whose = {basket.customer for basket in found.changes} | set(done)
    changes = _Changes(session, run, {who: card for who, card in cards.items() if who in whose})
    for added in found.added:
        changes.add(added)
    changes.look_back({basket.customer for basket in found.returned})
    for basket in _in_turns(found.returned):
        try:
            # What a return looks up is the past: its visits are written together, with the book.
            with session.no_autoflush, changes.one_by_one():
                changes.take_return(basket)
        except InsufficientUnits:
            changes.read_again()
            found.returned.remove(basket)
            found.refuse(basket, "amount", words.DEBT_REFUSED)
    changes.catch_up(done)
    changes.close()


def _in_turns(baskets: Iterable[Basket]) -> Iterator[Basket]:
    """Everybody's first, then everybody's second: what different cards do is written at once."""
    queues: dict[str, deque[Basket]] = {}
    for basket in baskets:
        queues.setdefault(basket.customer, deque()).append(basket)
    while queues:
        for customer in list(queues):
            yield queues[customer].popleft()
            if not queues[customer]:
                del queues[customer]


class _Changes:
    """Changes of one batch on one book, and by what their rows are known from now on."""

    def __init__(self, session: Session, run: Run, cards: Mapping[str, UUID]) -> None:
        self._session, self._run, self._cards = session, run, cards
        self._identities: list[dict[str, Any]] = []
        self._operations: list[dict[str, Any]] = []
        self._lowered: set[UUID] = set()
        self.read_again()

    def read_again(self) -> None:
        """Read the cards, which are locked; what is not written is forgotten."""
        self._people: dict[UUID, Regular] = {}  # by card: several may be one person by now
        self._unwritten: set[UUID] = set()
        self._later: Later = []
        merchant_id = self._run.target.club.merchant_id
        self._book = store.open_book(
            self._session,
            merchant_id=merchant_id,
            card_ids=list(dict.fromkeys(self._cards.values())),
            timezone=self._run.target.timezone,
        )
        lookup.stay_whole(self._session, merchant_id=merchant_id, card_ids=self._book.card_ids())
        self._families = dossier.families_of(
            self._session, merchant_id=merchant_id, card_ids=set(self._cards.values())
        )

    def look_back(self, customers: Iterable[str]) -> None:
        """Read what these customers have bought, in one look."""
        families = [self._families[self._cards[who]] for who in customers]
        bought = {family[0]: list[SoldVisit]() for family in families}
        whose = {card_id: family[0] for family in families for card_id in family}
        merchant_id = self._run.target.club.merchant_id
        for sold in histories.read(self._session, merchant_id=merchant_id, card_ids=list(whose)):
            bought[whose[sold.recorded.card_id]].append(sold)
        for card_id, visits in bought.items():
            self._of(card_id).visits = visits

    @contextmanager
    def one_by_one(self) -> Iterator[None]:
        """What the block did is undone if the program refuses it; where that may happen at all."""
        if self._run.target.may_block:
            with part(self._session):
                yield
                self._write()
        else:
            yield

    def add(self, added: Added) -> None:
        """Lines that came later; the sale is rated again as a whole, at its own time."""
        lines = [line_of(row.sale) for row in added.basket.rows]
        regular = self._of(self._cards[added.basket.customer])
        made = regular.add_lines(added.visit_id, lines, added.basket)
        self._note(added.basket.rows, [made] * len(lines), [made])

    def take_return(self, basket: Basket) -> None:
        """Lower the sales that a return belongs to; take the rest from the balance."""
        card_id = self._cards[basket.customer]
        matched = matching.match(basket, self._of(card_id).visits)
        made = {key: self._lower(visit, basket) for key, visit in matched.lowered.items()}
        operations = [each for ids in made.values() for each in ids]
        if matched.unmatched:
            operations.append(self._to_change(card_id).give_up(matched.unmatched, basket))
        firsts = [made[keys[0]][0] if keys else operations[-1] for keys in matched.targets]
        self._note(basket.rows, firsts, operations)

    def catch_up(self, customers: Iterable[str]) -> None:
        """Write down what has expired by now of these customers' cards."""
        self._write()
        for card_id in {self._cards[who] for who in customers}:
            self._of(card_id).catch_up()

    def close(self) -> None:
        """Write what is left, keep what was noted, and let the roll-ups follow."""
        self._write()
        merchant_id = self._run.target.club.merchant_id
        upkeep.restate_holders(self._session, merchant_id=merchant_id, card_ids=self._lowered)
        connection = self._session.connection()
        bulk.insert(connection, table(ImportedSale), self._identities)
        bulk.insert(connection, table(ImportedChange), self._operations)

    def _of(self, card_id: UUID) -> Regular:
        if card_id not in self._people:
            family = self._families[card_id]
            self._people[card_id] = Regular(self._session, self._run, self._book, family)
        return self._people[card_id]

    def _to_change(self, card_id: UUID) -> Regular:
        """The card, of which everything is written that was changed before."""
        if card_id in self._unwritten:
            self._write()
        self._unwritten.add(card_id)
        return self._of(card_id)

    def _lower(self, visit: SoldVisit, basket: Basket) -> list[UUID]:
        """Give back what a return has found of a visit; by one operation, or two."""
        parts, made = matching.together(visit.found), []
        for given in parts:
            regular = self._to_change(self._cards[basket.customer])
            made.append(regular.lower(visit, given, basket, self._later))
        visit.found.clear()
        return made

    def _write(self) -> None:
        rerating.write_all(self._session, self._book, self._later)
        self._lowered |= {visit.card_id for visit, _ in self._later}
        self._book.go_on()
        self._unwritten.clear()
        self._later.clear()

    def _note(self, rows: Iterable[Row], firsts: list[UUID], operations: list[UUID]) -> None:
        """By what the rows are known from now on, and what this import will have to take back."""
        key = {"merchant_id": self._run.target.club.merchant_id, "import_id": self._run.import_id}
        club = {"program_id": self._run.target.club.program_id}
        self._identities += [
            key | club | {"identity": row.identity, "visit_id": first}
            for row, first in zip(rows, firsts, strict=True)
        ]
        self._operations += [key | {"operation_id": one} for one in operations]
