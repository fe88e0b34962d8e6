"""What rows of a file change in sales that are recorded: lines that came later, and returns."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core import bulk
from loyalty.core.db import part, table
from loyalty.core.errors import InsufficientUnits
from loyalty.counter.requests import LineRequest
from loyalty.imports import matching, words
from loyalty.imports.basket import Basket, Row
from loyalty.imports.models import ImportedChange, ImportedSale
from loyalty.imports.regular import Regular
from loyalty.imports.run import Run
from loyalty.imports.sale import Sale
from loyalty.imports.verdict import Added, Sorted

_PIECE_MILLI = 1_000


def line_of(sale: Sale) -> LineRequest:
    """A row as a line of its sale."""
    quantity_milli = sale.quantity_milli or _PIECE_MILLI
    return LineRequest(sale.sku, sale.item, sale.category, quantity_milli, sale.amount_minor)


def apply(
    session: Session, *, run: Run, found: Sorted, cards: Mapping[str, UUID], done: Iterable[str]
) -> None:
    """Add lines to sales, then take returns; those that the program refuses move to `refused`.

    Of the cards of those who are `done`, what has expired by now is written down at the end.
    """
    changes = _Changes(session, run, cards)
    for added in found.added:
        changes.add(added)
    for basket in found.returned[:]:
        try:
            with changes.one_by_one():
                changes.take_return(basket)
        except InsufficientUnits:
            changes.forget(basket.customer)
            found.returned.remove(basket)
            found.refuse(basket, "amount", words.DEBT_REFUSED)
    for customer in done:
        changes.of(customer).catch_up()
    changes.write()


@dataclass(slots=True)
class _Changes:
    """Changes of one batch, customer by customer, and by what their rows are known from now on."""

    session: Session
    run: Run
    cards: Mapping[str, UUID]
    people: dict[str, Regular] = field(default_factory=dict)
    identities: list[dict[str, Any]] = field(default_factory=list)
    operations: list[dict[str, Any]] = field(default_factory=list)

    def of(self, customer: str) -> Regular:
        """The customer with the card; locked and read once."""
        if customer not in self.people:
            self.people[customer] = Regular(self.session, self.run, self.cards[customer])
        return self.people[customer]

    def forget(self, customer: str) -> None:
        """What is known of the customer is no longer so."""
        if regular := self.people.pop(customer, None):
            regular.restate()

    @contextmanager
    def one_by_one(self) -> Iterator[None]:
        """What the block did is undone if the program refuses it; where that may happen at all."""
        if self.run.target.may_block:
            with part(self.session):
                yield
        else:
            yield

    def add(self, added: Added) -> None:
        """Lines that came later; the sale is rated again as a whole, at its own time."""
        lines = [line_of(row.sale) for row in added.basket.rows]
        made = self.of(added.basket.customer).add_lines(added.visit_id, lines, added.basket)
        self._note(added.basket.rows, [made] * len(lines), [made])

    def take_return(self, basket: Basket) -> None:
        """Lower the sales that a return belongs to; take the rest from the balance."""
        regular = self.of(basket.customer)
        matched = matching.match(basket, regular.visits)
        made = {key: regular.lower(visit, basket) for key, visit in matched.lowered.items()}
        operations = [each for ids in made.values() for each in ids]
        if matched.unmatched:
            operations.append(regular.give_up(matched.unmatched, basket))
        firsts = [made[keys[0]][0] if keys else operations[-1] for keys in matched.targets]
        self._note(basket.rows, firsts, operations)

    def _note(self, rows: Iterable[Row], firsts: list[UUID], operations: list[UUID]) -> None:
        """By what the rows are known from now on, and what this import will have to take back."""
        key = {"merchant_id": self.run.target.club.merchant_id, "import_id": self.run.import_id}
        club = {"program_id": self.run.target.club.program_id}
        self.identities += [
            key | club | {"identity": row.identity, "visit_id": first}
            for row, first in zip(rows, firsts, strict=True)
        ]
        self.operations += [key | {"operation_id": one} for one in operations]

    def write(self) -> None:
        """Keep what was noted, and let the roll-ups follow."""
        for regular in self.people.values():
            regular.restate()
        connection = self.session.connection()
        bulk.insert(connection, table(ImportedSale), self.identities)
        bulk.insert(connection, table(ImportedChange), self.operations)
