"""What rows of a file change in sales that are recorded: lines that came later, and returns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core.db import table
from loyalty.core.errors import InsufficientUnits
from loyalty.counter import additions, refunds, returns
from loyalty.counter import desk as desks
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Visit
from loyalty.counter.requests import LineRequest
from loyalty.imports import histories, matching, words
from loyalty.imports.basket import Basket, Row
from loyalty.imports.matching import Matched, SoldVisit
from loyalty.imports.models import ImportedChange, ImportedSale
from loyalty.imports.run import Run
from loyalty.imports.sale import Sale
from loyalty.imports.verdict import Added, Sorted
from loyalty.ledger import writing
from loyalty.ledger.state import Origin
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion

_IMPORTED: Any = table(ImportedSale)
_CHANGE: Any = table(ImportedChange)
_PIECE_MILLI = 1_000


def line_of(sale: Sale) -> LineRequest:
    """A row as a line of its sale."""
    quantity_milli = sale.quantity_milli or _PIECE_MILLI
    return LineRequest(sale.sku, sale.item, sale.category, quantity_milli, sale.amount_minor)


def apply(session: Session, *, run: Run, found: Sorted, cards: Mapping[str, UUID]) -> None:
    """Add lines to sales, then take returns; those that the program refuses move to `refused`."""
    changes = _Changes(session, run, cards)
    for added in found.added:
        changes.add(added)
    for basket in found.returned[:]:
        try:
            with session.begin_nested():
                changes.take_return(basket)
        except InsufficientUnits:
            changes.forget(basket.customer)
            found.returned.remove(basket)
            found.refuse(basket, "amount", words.DEBT_REFUSED)


def catch_up(session: Session, *, run: Run, card_ids: Iterable[UUID]) -> None:
    """Write down what of these cards has expired by now; while rows came in, their time counted."""
    for card_id in card_ids:
        desk = _desk(session, run, card_id, run.target.current, run.at)
        desks.catch_up(desk)
        writing.write_book(session, desk.book)


def _desk(
    session: Session, run: Run, card_id: UUID, version: PublishedVersion, at: datetime
) -> Desk:
    facts = lookup.by_id(session, merchant_id=run.target.club.merchant_id, card_id=card_id)
    desk = desks.lock_desk(session, place=Place.of(facts), version=version, at=run.at)
    return desk.as_of(at)


@dataclass(slots=True)
class _Changes:
    """Changes of one batch; the visits of a customer are read once."""

    session: Session
    run: Run
    cards: Mapping[str, UUID]
    visits: dict[str, list[SoldVisit]] = field(default_factory=dict)

    def add(self, added: Added) -> None:
        """Lines that came later; the sale is rated again as a whole, at its own time."""
        visit = self.session.get_one(Visit, (self.run.target.club.merchant_id, added.visit_id))
        desk = self._desk(visit, visit.occurred_at)
        lines = [line_of(row.sale) for row in added.basket.rows]
        operation_id = additions.add_lines(
            self.session, desk, visit, lines, origin=self._origin(desk, added.basket)
        )
        self.forget(added.basket.customer)
        self._note(added.basket.rows, [operation_id] * len(lines), [operation_id])

    def take_return(self, basket: Basket) -> None:
        """Lower the sales that a return belongs to; take the rest from the balance."""
        card_id = self.cards[basket.customer]
        matched = matching.match(basket, self._visits(basket.customer, card_id))
        made = {key: self._lower(basket, key, matched) for key in matched.lowered}
        operations = [each for ids in made.values() for each in ids]
        if matched.unmatched:
            operations.append(self._give_up(basket, card_id, matched))
        firsts = [made[keys[0]][0] if keys else operations[-1] for keys in matched.targets]
        self._note(basket.rows, firsts, operations)

    def forget(self, customer: str) -> None:
        """What was read of the customer's visits is no longer so."""
        self.visits.pop(customer, None)

    def _lower(self, basket: Basket, visit_id: UUID, matched: Matched) -> list[UUID]:
        visit = self.session.get_one(Visit, (self.run.target.club.merchant_id, visit_id))
        at, made = max(basket.occurred_at, visit.occurred_at), []
        for given in matching.together(matched.lowered[visit_id]):
            desk = self._desk(visit, at)
            origin = self._origin(desk, basket)
            made.append(returns.lower(self.session, desk, visit, given, origin=origin))
        return made

    def _give_up(self, basket: Basket, card_id: UUID, matched: Matched) -> UUID:
        version = self.run.target.version_at(basket.occurred_at)
        desk = _desk(self.session, self.run, card_id, version, basket.occurred_at)
        origin = self._origin(desk, basket)
        return returns.give_up(self.session, desk, matched.unmatched, origin=origin)

    def _desk(self, visit: Visit, at: datetime) -> Desk:
        """The card that the visit is on, under its rules. Raises Busy if it has just moved."""
        version = catalogue.version(
            self.session,
            merchant_id=visit.merchant_id,
            program_id=visit.program_id,
            number=visit.version,
        )
        desk = _desk(self.session, self.run, visit.card_id, version, at)
        refunds.demand_there(self.session, visit, desk)
        return desk

    def _origin(self, desk: Desk, basket: Basket) -> Origin:
        target = self.run.target
        return desks.origin(
            desk.place,
            target.duty,
            version=desk.version.number,
            occurred_at=desk.at,
            recorded_at=self.run.at,
            proof="import",
            location_id=target.locations.get(basket.location or ""),
        )

    def _visits(self, customer: str, card_id: UUID) -> list[SoldVisit]:
        if customer not in self.visits:
            desk = _desk(self.session, self.run, card_id, self.run.target.current, self.run.at)
            self.visits[customer] = histories.read(
                self.session,
                merchant_id=desk.place.merchant_id,
                card_ids=desk.ranks.dossier.card_ids(),
            )
        return self.visits[customer]

    def _note(self, rows: Iterable[Row], firsts: list[UUID], operations: list[UUID]) -> None:
        """By what the rows are known from now on, and what this import will have to take back."""
        key = {"merchant_id": self.run.target.club.merchant_id, "import_id": self.run.import_id}
        club = {"program_id": self.run.target.club.program_id}
        identities = [
            key | club | {"identity": row.identity, "visit_id": first}
            for row, first in zip(rows, firsts, strict=True)
        ]
        self.session.execute(_IMPORTED.insert(), identities)
        self.session.execute(_CHANGE.insert(), [key | {"operation_id": one} for one in operations])
