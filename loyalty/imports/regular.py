"""A customer's card while a file changes what is recorded on it, on a book with those of others."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.errors import Busy
from loyalty.counter import additions, returns
from loyalty.counter import desk as desks
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Visit
from loyalty.counter.net import Given
from loyalty.counter.requests import LineRequest
from loyalty.counter.rerating import Later
from loyalty.counter.undoing import Past
from loyalty.imports import histories
from loyalty.imports.basket import Basket
from loyalty.imports.matching import SoldVisit
from loyalty.imports.run import Run
from loyalty.ledger.book import Book
from loyalty.ledger.state import Origin
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion


class Regular:
    """One card, with those merged into it, on a book; who changes it twice writes in between."""

    def __init__(self, session: Session, run: Run, book: Book, card_ids: list[UUID]) -> None:
        self._session, self._run, self._book, self._card_ids = session, run, book, card_ids
        target, club = run.target, run.target.club
        self._place = Place(
            club.merchant_id, card_ids[0], club.program_id, target.currency, target.timezone
        )

    @cached_property
    def visits(self) -> list[SoldVisit]:
        """The living visits of the card, the latest first, as the changes leave them.

        Whoever has read them with those of others sets them.
        """
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

    def lower(self, sold: SoldVisit, given: Given, basket: Basket, later: Later) -> UUID:
        """Give back a part of a visit that a return has found."""
        visit = sold.recorded
        desk = self._desk(self._version(visit.version), max(basket.occurred_at, visit.occurred_at))
        past = Past(visit, sold.sold, sold.given, sold.change_ids)
        origin = self._origin(desk, basket)
        made = returns.lower(self._session, desk, past, given, origin=origin, later=later)
        sold.given.append(given)
        sold.change_ids.append(made)
        return made

    def give_up(self, lines: Sequence[LineRequest], basket: Basket) -> UUID:
        """Take what no sale answers for, under the rules of the return's moment."""
        at = basket.occurred_at
        desk = self._desk(self._run.target.version_at(at), at)
        return returns.give_up(desk, lines, origin=self._origin(desk, basket))

    def catch_up(self) -> None:
        """What has expired by now; while rows came in, their own time counted."""
        desks.catch_up(self._desk(self._run.target.current, self._run.at))

    def _visit(self, visit_id: UUID) -> Visit:
        """The visit, on this card. Raises Busy if it has just gone to another."""
        visit = self._session.get_one(Visit, (self._place.merchant_id, visit_id))
        if visit.card_id not in self._card_ids:
            raise Busy
        return visit

    def _desk(self, version: PublishedVersion, at: datetime) -> Desk:
        """The card as of a moment; what the book has written is read anew."""
        desk = desks.desk_on(self._session, self._place, version, self._book, self._run.at)
        desk.ranks.dossier.know_cards(self._card_ids)
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
