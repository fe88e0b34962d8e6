"""A card on the counter: its rules, its locked accounts, and its due expiry written first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards.register import CardFacts
from loyalty.core.errors import OwnCard
from loyalty.core.text import Text
from loyalty.counter import reasons
from loyalty.ledger import chart, store
from loyalty.ledger.book import Book
from loyalty.ledger.lots import plan_expiry
from loyalty.ledger.state import Origin
from loyalty.merchants.roles import Duty
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Expiry, Unit
from loyalty.programs.expiry import last_day

_STRENGTH = {"typed": 0, "static": 1, "api": 1, "live": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """Which card of which program, and the shop's currency and zone."""

    merchant_id: UUID
    card_id: UUID
    program_id: UUID
    currency: str
    timezone: str

    @classmethod
    def of(cls, facts: CardFacts) -> "Place":
        """The place of a card that was looked up."""
        return cls(
            facts.merchant_id, facts.card_id, facts.program_id, facts.currency, facts.timezone
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that an operation on one card works with."""

    place: Place
    version: PublishedVersion
    book: Book
    at: datetime

    def unit(self, key: str) -> Unit:
        """The unit's rules; one that the version no longer names keeps its key as its name."""
        return unit_of(self.version, key)


def unit_of(version: PublishedVersion, key: str) -> Unit:
    """The unit of that key under a version."""
    return version.document.unit(key) or Unit(key, Text(key, key), 0, Expiry("never", 0))


def lock_desk(session: Session, *, place: Place, version: PublishedVersion, at: datetime) -> Desk:
    """Lock the card's accounts with all their lots; opens those of units new in this version."""
    book = store.open_book(session, merchant_id=place.merchant_id, card_ids=[place.card_id])
    if _open_new_units(session, place, version, book):
        book = store.open_book(session, merchant_id=place.merchant_id, card_ids=[place.card_id])
    return Desk(place, version, book, at)


def lock_desk_to_earn(
    session: Session, *, place: Place, version: PublishedVersion, at: datetime
) -> Desk:
    """The same for a purchase, which does not need every lot of the past."""
    stamps = version.document.stamps
    spending = stamps.unit if stamps and stamps.on_full == "issue" else None
    book = store.open_to_earn(
        session, merchant_id=place.merchant_id, card_id=place.card_id, spending=spending, at=at
    )
    if _open_new_units(session, place, version, book):
        return lock_desk(session, place=place, version=version, at=at)
    return Desk(place, version, book, at)


def _open_new_units(session: Session, place: Place, version: PublishedVersion, book: Book) -> bool:
    """Open accounts for units that the card has none of yet; whether there were any."""
    wanted = [unit.key for unit in version.document.units]
    if set(wanted) <= set(book.units_of(place.card_id)):
        return False
    chart.open_accounts(
        session,
        merchant_id=place.merchant_id,
        program_id=place.program_id,
        card_id=place.card_id,
        units=wanted,
    )
    return True


def origin(
    place: Place,
    duty: Duty,
    *,
    version: int | None,
    occurred_at: datetime,
    recorded_at: datetime,
    proof: str | None = None,
    location_id: UUID | None = None,
) -> Origin:
    """Who does it where and when, for the entries."""
    return Origin(
        merchant_id=place.merchant_id,
        program_id=place.program_id,
        card_id=place.card_id,
        version=version,
        actor=duty.actor,
        via=duty.via,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        location_id=location_id or duty.location_id,
        device=duty.device,
        proof=proof,
    )


def expire_due(
    book: Book,
    place: Place,
    version: PublishedVersion,
    *,
    judged_at: datetime,
    recorded_at: datetime,
) -> int:
    """Write an entry for each lot whose time had passed at `judged_at`; returns how many."""
    done = 0
    for account in book.units_of(place.card_id).values():
        for take in plan_expiry(account.lots, judged_at):
            ended = take.lot.expires_at
            assert ended is not None, "a lot that is over has an end"
            operation = book.begin("expiry", _system(place, take.lot.version, ended, recorded_at))
            said = reasons.expired(
                unit_of(version, account.unit), take.units, last_day(ended, place.timezone)
            )
            book.expire(operation, account, take, [said])
            done += 1
    return done


def _system(
    place: Place, version: int | None, occurred_at: datetime, recorded_at: datetime
) -> Origin:
    return Origin(
        merchant_id=place.merchant_id,
        program_id=place.program_id,
        card_id=place.card_id,
        version=version,
        actor="system",
        via="system",
        occurred_at=occurred_at,
        recorded_at=recorded_at,
    )


def proof_of(duty: Duty, scanned: str) -> str:
    """The proof level of a scan: other programs prove `api`, whatever form the text has."""
    return "api" if duty.via == "api" else scanned


def is_enough(given: str, needed: str) -> bool:
    """Whether a proof level reaches another: typed < static = api < live."""
    return _STRENGTH[given] >= _STRENGTH[needed]


def refuse_own_card(facts: CardFacts, duty: Duty) -> None:
    """Nobody serves their own card: the person's e-mail is the card holder's."""
    theirs, own = facts.customer_email, duty.email
    if theirs and own and theirs.casefold() == own.casefold():
        raise OwnCard


def origin_of(operation: dict[str, Any], place: Place) -> Origin:
    """The same hand at the same moment, for an operation that follows from another."""
    return Origin(
        merchant_id=place.merchant_id,
        program_id=place.program_id,
        card_id=place.card_id,
        version=operation["version"],
        actor=operation["actor"],
        via=operation["via"],
        occurred_at=operation["occurred_at"],
        recorded_at=operation["recorded_at"],
        location_id=operation["location_id"],
        device=operation["device"],
        proof=operation["proof"],
    )
