"""A customer's card while a file changes what is recorded on it: locked and read once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core.errors import Busy
from loyalty.counter import additions, returns
from loyalty.counter import desk as desks
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Visit
from loyalty.counter.requests import LineRequest
from loyalty.counter.rollups import upkeep
from loyalty.counter.undoing import Past
from loyalty.imports import histories, matching
from loyalty.imports.basket import Basket
from loyalty.imports.matching import SoldVisit
from loyalty.imports.run import Run
from loyalty.ledger import writing
from loyalty.ledger.state import Origin
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion


class Regular:
    """One card on one book, which is written after each change and goes on."""

    def __init__(self, session: Session, run: Run, card_id: UUID) -> None:
        self._session, self._run = session, run
        facts = lookup.by_id(session, merchant_id=run.target.club.merchant_id, card_id=card_id)
        first = desks.lock_desk(
            session, place=Place.of(facts), version=run.target.current, at=run.at
        )
        self._place, self._book = first.place, first.book
        self._card_ids = first.ranks.dossier.card_ids()
        self._is_lowered = False

    @cached_property
    def visits(self) -> list[SoldVisit]:
        """The living visits of the card, the latest first, as the changes leave them."""
        return histories.read(
            self._session, merchant_id=self._place.merchant_id, card_ids=self._card_ids
        )

    def add_lines(self, visit_id: UUID, lines: Sequence[LineRequest], basket: Basket) -> UUID:
        """Lines that came later to a visit. Raises Busy if it has just gone to another card."""
        visit = self._visit(visit_id)
        desk = self._desk(self._version(visit.version), visit.occurred_at)
        made = additions.add_lines(
            self._session, desk, visit, lines, origin=self._origin(desk, basket)
        )
        self._book.go_on()
        self.__dict__.pop("visits", None)
        return made

    def lower(self, sold: SoldVisit, basket: Basket) -> list[UUID]:
        """Give back what a return has found of a visit; by one operation, or two."""
        visit, made = self._visit(sold.id), []
        version = self._version(visit.version)
        desk_at = max(basket.occurred_at, sold.occurred_at)
        for given in matching.together(sold.found):
            desk = self._desk(version, desk_at)
            past = Past(visit, sold.sold, sold.given, sold.change_ids)
            origin = self._origin(desk, basket)
            made.append(
                returns.lower(self._session, desk, past, given, origin=origin, restate=False)
            )
            self._book.go_on()
            sold.given.append(given)
            sold.change_ids.append(made[-1])
        sold.found.clear()
        self._is_lowered = True
        return made

    def give_up(self, lines: Sequence[LineRequest], basket: Basket) -> UUID:
        """Take what no sale answers for, under the rules of the return's moment."""
        at = basket.occurred_at
        desk = self._desk(self._run.target.version_at(at), at)
        made = returns.give_up(self._session, desk, lines, origin=self._origin(desk, basket))
        self._book.go_on()
        return made

    def restate(self) -> None:
        """Let the member's roll-ups follow, once for all that came back."""
        if self._is_lowered:
            upkeep.restate_holders(
                self._session, merchant_id=self._place.merchant_id, card_ids=self._card_ids
            )

    def catch_up(self) -> None:
        """Write down what has expired by now; while rows came in, their own time counted."""
        desks.catch_up(self._desk(self._run.target.current, self._run.at))
        writing.write_book(self._session, self._book)
        self._book.go_on()

    def _visit(self, visit_id: UUID) -> Visit:
        """The visit, on this card. Raises Busy if it has just gone to another."""
        visit = self._session.get_one(Visit, (self._place.merchant_id, visit_id))
        if visit.card_id not in self._card_ids:
            raise Busy
        return visit

    def _desk(self, version: PublishedVersion, at: datetime) -> Desk:
        """The card as of a moment; what the book has written is read anew."""
        desk = desks.desk_on(self._session, self._place, version, self._book, self._run.at)
        return desk.as_of(at)

    def _version(self, number: int) -> PublishedVersion:
        return catalogue.version(
            self._session,
            merchant_id=self._place.merchant_id,
            program_id=self._place.program_id,
            number=number,
        )

    def _origin(self, desk: Desk, basket: Basket) -> Origin:
        target = self._run.target
        return desks.origin(
            desk.place,
            target.duty,
            version=desk.version.number,
            occurred_at=desk.at,
            recorded_at=self._run.at,
            proof="import",
            location_id=target.locations.get(basket.location or ""),
        )
