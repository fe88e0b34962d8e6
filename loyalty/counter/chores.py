"""What time does to cards by itself, some at once: expiry, activation, reviews, new rules."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core import outbox
from loyalty.core.ids import ref
from loyalty.counter import desk as desks
from loyalty.counter import reasons, sale
from loyalty.counter.desk import Desk, Place
from loyalty.counter.dossier import steps_of
from loyalty.counter.due import Shop
from loyalty.counter.sale import Recorded
from loyalty.ledger import store, writing
from loyalty.ledger.book import Book
from loyalty.ledger.lots import LotState
from loyalty.ledger.models import Entry, Lot, Operation
from loyalty.ledger.pages import ENTRY, OPERATION, Row
from loyalty.ledger.state import AccountState
from loyalty.programs import catalogue
from loyalty.programs.conditions import ORDINARY
from loyalty.programs.document import Tiers
from loyalty.programs.expiry import lot_expires_at

NOTICE_DAYS = 30  # so long before a review a customer is told what is missing


def catch_up(session: Session, *, shop: Shop, card_ids: Sequence[UUID], at: datetime) -> int:
    """Write down what time has done to these cards; how many operations that took.

    Safe to repeat: what is written down already is found done.
    """
    book = _open(session, shop, card_ids)
    for desk in _desks(session, shop, book, at):
        before = len(book.rows[ENTRY])
        desks.catch_up(desk)
        _fill(desk, book.rows[ENTRY][before:])
    writing.write_book(session, book)
    return len(book.rows[OPERATION])


def _open(session: Session, shop: Shop, card_ids: Sequence[UUID]) -> Book:
    return store.open_book(
        session, merchant_id=shop.merchant_id, card_ids=card_ids, timezone=shop.timezone
    )


def _desks(session: Session, shop: Shop, book: Book, at: datetime) -> Iterator[Desk]:
    version = catalogue.version(
        session,
        merchant_id=shop.merchant_id,
        program_id=shop.program_id,
        number=shop.version,
    )
    card_ids = _living(session, shop, book)
    has_levels = version.document.tiers is not None or version.number > 1
    steps = steps_of(session, merchant_id=shop.merchant_id, card_ids=card_ids if has_levels else ())
    for card_id in card_ids:
        place = Place(shop.merchant_id, card_id, shop.program_id, shop.currency, shop.timezone)
        desk = desks.desk_on(session, place, version, book, at)
        desk.ranks.dossier.know(steps.get(card_id, []))
        yield desk


def _living(session: Session, shop: Shop, book: Book) -> list[UUID]:
    """Without those that were merged since they were found; nobody merges them now."""
    merged = session.execute(
        sa.select(Card.id).where(
            Card.merchant_id == shop.merchant_id,
            Card.id.in_(book.card_ids()),
            Card.merged_into_id.is_not(None),
        )
    )
    gone = set(merged.scalars())
    return [card_id for card_id in book.card_ids() if card_id not in gone]


def _fill(desk: Desk, entries: Iterable[Row]) -> None:
    """Stamps that had to wait, and wait no longer by these entries, may fill a card now."""
    stamps = desk.version.document.stamps
    account = desk.accounts.get(stamps.unit) if stamps else None
    if stamps is None or account is None:
        return
    ready = [
        entry["operation_id"]
        for entry in entries
        if entry["kind"] == "activate" and entry["account_id"] == account.id
    ]
    if ready and account.available(desk.at) >= stamps.size:
        operation = next(row for row in desk.book.rows[OPERATION] if row["id"] == ready[-1])
        sale.fill(desk, Recorded({**operation, "occurred_at": desk.at}, ORDINARY))


def adopt(
    session: Session, *, shop: Shop, card_ids: Sequence[UUID], before: int | None, at: datetime
) -> int:
    """Let cards stand under the levels of the version in force: up at once, down only at a review.

    `before` is the version that was in force until now. Safe to repeat.
    """
    book, done = _open(session, shop, card_ids), 0
    old = None
    if before is not None:
        old = catalogue.version(
            session,
            merchant_id=shop.merchant_id,
            program_id=shop.program_id,
            number=before,
        ).document.tiers
    for desk in _desks(session, shop, book, at):
        done += go_over(desk, old)
    writing.write_book(session, book)
    return done


def go_over(desk: Desk, old: Tiers | None) -> bool:
    """Let one card stand under the levels of its desk's version instead of `old`.

    True where it stood where everybody starts, and does so no longer.
    """
    desks.catch_up(desk)
    if desk.ranks.dossier.steps():
        return False
    origin, on = desks.house(desk, desk.at), desk.place.day(desk.at)
    return desk.ranks.adopt(desk.version, old, origin, on) is not None


def notify(session: Session, *, shop: Shop, card_ids: Sequence[UUID], at: datetime) -> int:
    """Tell the house, once a review, whose level is about to be lost and what is missing."""
    book, done = _open(session, shop, card_ids), 0
    for desk in _desks(session, shop, book, at):
        said = desk.ranks.warn(desk.version, desks.house(desk, at), desk.place.day(at))
        if said is not None:
            done += 1
            outbox.add(
                session,
                merchant_id=shop.merchant_id,
                kind="tier.notice",
                facts={"card": ref("crd", desk.place.card_id), "review_on": said.isoformat()},
                at=at,
            )
    writing.write_book(session, book)
    return done


def notice_until(today: date) -> date:
    """Reviews before this day are near enough to say so."""
    return today + timedelta(days=NOTICE_DAYS)


def lengthen(session: Session, *, shop: Shop, card_ids: Sequence[UUID], at: datetime) -> int:
    """Give units earned before the longer life of the version in force; never a shorter one.

    Returns how many lots last longer now. Safe to repeat.
    """
    book, done = _open(session, shop, card_ids), 0
    for desk in _desks(session, shop, book, at):
        desks.catch_up(desk)
        for account in desk.accounts.values():
            done += _lengthen(session, desk, account, at)
    writing.write_book(session, book)
    return done


def _lengthen(session: Session, desk: Desk, account: AccountState, at: datetime) -> int:
    rules = desk.version.document.unit(account.unit)
    living = [lot for lot in account.lots if lot.remaining and lot.expires_at and not lot.is_grace]
    if rules is None or not living:
        return 0
    earned = _earned_at(session, desk.place.merchant_id, living)
    longer = [
        (lot, until)
        for lot in living
        if lot.id in earned
        and _is_later(
            until := lot_expires_at(rules.expiry, earned[lot.id], desk.place.timezone), lot
        )
    ]
    if not longer:
        return 0
    operation = desk.book.begin("extension", desks.house(desk, at))
    units = sum(lot.remaining for lot, _ in longer)
    desk.book.extend(operation, account, longer, [reasons.extended(desk.unit(account.unit), units)])
    return len(longer)


def _is_later(until: datetime | None, lot: LotState) -> bool:
    return until is None or (lot.expires_at is not None and until > lot.expires_at)


def _earned_at(
    session: Session, merchant_id: UUID, lots: Iterable[LotState]
) -> dict[UUID, datetime]:
    """When the units of lots were earned; of lots that came from another card, there."""
    roots = {lot.id: lot.origin_id or lot.id for lot in lots}
    rows = session.execute(
        sa.select(Lot.id, Operation.occurred_at)
        .join(Entry, sa.and_(Entry.merchant_id == Lot.merchant_id, Entry.id == Lot.entry_id))
        .join(
            Operation,
            sa.and_(Operation.merchant_id == Entry.merchant_id, Operation.id == Entry.operation_id),
        )
        .where(
            Lot.merchant_id == merchant_id,
            Lot.id.in_(set(roots.values())),
            Operation.kind.in_(("visit", "adjustment")),
        )
    )
    known = {row.id: row.occurred_at for row in rows}
    return {lot: known[root] for lot, root in roots.items() if root in known}
