"""A card on the counter: its rules, its locked accounts, and its due expiry written first."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.core.calendar import local_day
from loyalty.core.errors import OwnCard
from loyalty.core.text import Text
from loyalty.counter import reasons
from loyalty.counter.dossier import Dossier
from loyalty.counter.offers import Offers
from loyalty.counter.ranks import Ranks
from loyalty.ledger import chart, store
from loyalty.ledger.book import Book
from loyalty.ledger.lots import LotState, LotTerms, plan_activation, plan_expiry
from loyalty.ledger.pages import OPERATION
from loyalty.ledger.state import AccountState, Origin
from loyalty.merchants.roles import Duty
from loyalty.programs import catalogue, earning
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Expiry, Unit, VersionDocument
from loyalty.programs.expiry import days_later, last_day, lot_expires_at


@dataclass(frozen=True, slots=True)
class Place:
    """Which card of which program, its holder's birthday (MM-DD), the shop's currency and zone.

    `scanned_card_id` is the card whose code was read, where that one was merged into this.
    """

    merchant_id: UUID
    card_id: UUID
    program_id: UUID
    currency: str
    timezone: str
    birthday: str | None = None
    scanned_card_id: UUID | None = None

    @classmethod
    def of(cls, facts: CardFacts) -> "Place":
        """The place of a card that was looked up."""
        return cls(
            facts.merchant_id,
            facts.card_id,
            facts.program_id,
            facts.currency,
            facts.timezone,
            facts.customer_birthday,
            facts.scanned_card_id,
        )

    def day(self, moment: datetime) -> date:
        """The shop's date at that moment."""
        return local_day(moment, self.timezone)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that an operation on one card works with, judged as of `at`."""

    place: Place
    version: PublishedVersion
    book: Book
    at: datetime
    ranks: Ranks
    offers: Offers
    recorded_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """When it is written down: another moment only where an import enters the past."""
        return self.recorded_at or self.at

    def as_of(self, at: datetime) -> "Desk":
        """The same card judged as of another moment, written down when this one is."""
        return replace(self, at=at, recorded_at=self.now)

    def unit(self, key: str) -> Unit:
        """The unit's rules; one that the version no longer names keeps its key as its name."""
        return unit_of(self.version, key)

    def account(self, unit: str) -> AccountState:
        """The card's account of a unit."""
        return self.book.account(self.place.card_id, unit)

    @property
    def accounts(self) -> dict[str, AccountState]:
        """The card's accounts by unit, a cause's money among them."""
        return self.book.units_of(self.place.card_id)


def unit_of(version: PublishedVersion, key: str) -> Unit:
    """The unit of that key under a version."""
    return version.document.unit(key) or Unit(key, Text(key, key), 0, Expiry("never", 0))


def ranks_of(session: Session, place: Place, book: Book) -> Ranks:
    """Where the card stands; nothing is read before it is asked."""

    def rules_of(number: int) -> VersionDocument:
        return catalogue.version(
            session, merchant_id=place.merchant_id, program_id=place.program_id, number=number
        ).document

    dossier = Dossier(session, merchant_id=place.merchant_id, card_id=place.card_id)
    return Ranks(book, place.card_id, place.currency, dossier, rules_of)


def lock_desk(session: Session, *, place: Place, version: PublishedVersion, at: datetime) -> Desk:
    """Lock the card's accounts with all their lots; opens those of units new in this version."""
    book = _open(session, place)
    if _open_new_units(session, place, version, book):
        book = _open(session, place)
    lookup.stay_put(session, place.merchant_id, place.card_id, place.scanned_card_id)
    return desk_on(session, place, version, book, at)


def desk_on(
    session: Session, place: Place, version: PublishedVersion, book: Book, at: datetime
) -> Desk:
    """The desk of one card on a book that is open already."""
    offers = Offers(session, merchant_id=place.merchant_id, program_id=place.program_id)
    return Desk(place, version, book, at, ranks_of(session, place, book), offers)


def _open(session: Session, place: Place) -> Book:
    return store.open_book(
        session,
        merchant_id=place.merchant_id,
        card_ids=[place.card_id],
        timezone=place.timezone,
    )


def lock_desk_to_earn(
    session: Session, *, place: Place, version: PublishedVersion, at: datetime
) -> Desk:
    """The same for a purchase, which does not need every lot of the past."""
    stamps = version.document.stamps
    whole = {unit.key for unit in version.document.units if unit.expiry.kind == "inactivity"}
    if stamps is not None and stamps.on_full == "issue":
        whole.add(stamps.unit)
    book = store.open_to_earn(
        session,
        merchant_id=place.merchant_id,
        card_id=place.card_id,
        timezone=place.timezone,
        whole=whole,
        at=at,
    )
    if _open_new_units(session, place, version, book):
        return lock_desk(session, place=place, version=version, at=at)
    holds = any(each.balance or each.debt or each.earned_millionths for each in book.all_accounts())
    if place.scanned_card_id is not None or not holds:  # a card merged meanwhile holds nothing
        lookup.stay_put(session, place.merchant_id, place.card_id, place.scanned_card_id)
    return desk_on(session, place, version, book, at)


def _open_new_units(session: Session, place: Place, version: PublishedVersion, book: Book) -> bool:
    """Open accounts for units that the card has none of yet; whether there were any."""
    wanted = earning.account_units(version.document)
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


def catch_up(desk: Desk, *, judged_at: datetime | None = None) -> int:
    """Write down what time has done to the card by `judged_at`, or by now.

    What may be used since, what has expired, which reviews of its level were due. Returns how many
    operations that took.
    """
    at, before = judged_at or desk.at, len(desk.book.rows[OPERATION])
    for account in desk.accounts.values():
        for lot in plan_activation(account.lots, at):
            _activate(desk, account, lot)
        expire(desk, account, at)
    review(desk, at)
    return len(desk.book.rows[OPERATION]) - before


def review(desk: Desk, judged_at: datetime) -> None:
    """The part of catch_up that is about the card's level."""
    if desk.version.document.tiers is not None or desk.version.number > 1:
        desk.ranks.catch_up(desk.version, house(desk, judged_at), desk.place.timezone)


def _activate(desk: Desk, account: AccountState, lot: LotState) -> None:
    assert lot.active_at is not None, "a lot that waited knows how long"
    operation = desk.book.begin("activation", house(desk, lot.active_at, lot.version))
    said = reasons.activated(desk.version, account.unit, lot.remaining, desk.place.currency)
    desk.book.activate(operation, account, lot, [said])


def expire(desk: Desk, account: AccountState, at: datetime) -> None:
    """Write off what is left in the account's lots whose time has passed by then."""
    for take in plan_expiry(account.lots, at):
        ended = take.lot.ends_at
        assert ended is not None, "a lot that is over has an end"
        operation = desk.book.begin("expiry", house(desk, ended, take.lot.version))
        until = last_day(ended, desk.place.timezone)
        said = reasons.expired(desk.unit(account.unit), take.units, until)
        desk.book.expire(operation, account, take, [said])


def lot_terms(desk: Desk, unit: str, occurred_at: datetime) -> LotTerms:
    """The terms of units that a sale of that moment brings."""
    zone = desk.place.timezone
    if earning.is_cause(unit):
        cause = desk.version.document.cause
        days = cause.payable_after_days if cause else desk.version.document.return_days
        return LotTerms(active_at=days_later(occurred_at, days, zone))
    rules = desk.unit(unit)
    slides, hours = rules.expiry.kind == "inactivity", rules.pending_hours
    return LotTerms(
        expires_at=lot_expires_at(rules.expiry, occurred_at, zone),
        active_at=occurred_at + timedelta(hours=hours) if hours else None,
        idle_months=rules.expiry.months if slides else None,
        slides_from_at=occurred_at if slides else None,
    )


def house(desk: Desk, occurred_at: datetime, version: int | None = None) -> Origin:
    """The house's own hand: what time does, not a person."""
    return Origin(
        merchant_id=desk.place.merchant_id,
        program_id=desk.place.program_id,
        card_id=desk.place.card_id,
        version=version or desk.version.number,
        actor="system",
        via="system",
        occurred_at=occurred_at,
        recorded_at=desk.now,
    )


def refuse_own_card(facts: CardFacts, duty: Duty) -> None:
    """Nobody serves their own card, or lets others go too far with it: the e-mail tells."""
    theirs = (facts.customer_email or "").casefold()
    hands = (duty.email, duty.approval.email if duty.approval else None)
    if theirs and theirs in [own.casefold() for own in hands if own]:
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
