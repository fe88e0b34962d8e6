"""A visit on the wrong card is moved to the right one: taken back there, earned here, one deed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import read_scan
from loyalty.core import outbox
from loyalty.core.db import table
from loyalty.core.errors import AlreadyVoided, Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import receipts, refunds, sale, taking
from loyalty.counter.desk import Desk, Place
from loyalty.counter.dossier import Counted
from loyalty.counter.models import Visit, VisitMove
from loyalty.counter.requests import Answer
from loyalty.counter.sale import Recorded
from loyalty.counter.taking import TakenBack
from loyalty.ledger import chart, store, writing
from loyalty.ledger.state import Intent
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue, earning
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.conditions import ORDINARY, Occasion

Row = dict[str, Any]
_MOVE = table(VisitMove)
_OTHER_PROGRAM = Text(
    "è di un altro programma: annulla la visita e registrala di nuovo lì",
    "belongs to another program: void the visit and record it anew there",
)
_SAME_CARD = Text("la visita è già su questa carta", "the visit is on this card already")


@dataclass(frozen=True, slots=True)
class Counter:
    """Both cards on one book."""

    giver: Desk
    taker: Desk


def move(
    session: Session,
    *,
    duty: Duty,
    visit_ref: str,
    card: str,
    reason: str,
    intent: Intent,
    at: datetime,
) -> Answer:
    """Put a visit on another card of the program (QR text, code or ref), as if it had been there.

    It is rated with the level which that card held then, and keeps its own time. Moved back, it
    stands as before. Raises Unknown, AlreadyVoided, CardBlocked, OwnCard, Invalid (another program,
    the same card), KeyReused, and InsufficientUnits where the program lets no debt come about.
    """
    duty.demand(Permission.VOID)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    visit = refunds.find_visit(session, merchant_id=duty.merchant_id, visit_ref=visit_ref)
    facts = lookup.by_scan(session, merchant_id=duty.merchant_id, scan=read_scan(card))
    facts.demand_open()
    desks.refuse_own_card(facts, duty)
    counter = _lock(session, visit, facts, at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    session.refresh(visit)
    if visit.voided_at is not None:
        raise AlreadyVoided(since=visit.voided_at.isoformat())
    for desk in (counter.giver, counter.taker):
        desks.catch_up(desk)
    operation = _begin(counter.taker, duty, intent, reason)
    taken, done = shift(session, counter.giver, counter.taker, visit, operation)
    body = receipts.receipt(
        counter.taker,
        operation,
        reasons=done.reasons,
        earned=done.earned,
        pledged=done.pledged,
        amount_minor=visit.net_minor,
        vouchers=[*done.vouchers, *(refunds.voucher_row(row) for row in taken.cancelled)],
        warnings=done.warnings,
        visit=ref("vis", visit.id),
        moved_from=ref("crd", counter.giver.place.card_id),
    )
    return _finish(session, counter.taker, visit, body, operation)


def _lock(session: Session, visit: Visit, facts: CardFacts, at: datetime) -> Counter:
    giver = lookup.by_id(session, merchant_id=visit.merchant_id, card_id=visit.card_id)
    if facts.program_id != giver.program_id:
        raise Invalid({"card": [_OTHER_PROGRAM]})
    if facts.card_id == giver.card_id:
        raise Invalid({"card": [_SAME_CARD]})
    version = catalogue.version(
        session,
        merchant_id=visit.merchant_id,
        program_id=visit.program_id,
        number=visit.version,
    )
    return lock_two(session, (giver, facts), version, at)


def lock_two(
    session: Session,
    cards: tuple[CardFacts, CardFacts],
    version: PublishedVersion,
    at: datetime,
    *,
    units: Iterable[str] = (),
) -> Counter:
    """Two cards of a program on one book, both with every unit of the version and these more."""
    first, every = cards[0], {*units, *earning.account_units(version.document)}
    wanted = [(one.card_id, unit) for one in cards for unit in sorted(every)]
    chart.open_missing(
        session, merchant_id=first.merchant_id, program_id=first.program_id, wanted=wanted
    )
    book = store.open_book(
        session,
        merchant_id=first.merchant_id,
        card_ids=[one.card_id for one in cards],
        timezone=first.timezone,
    )
    giver, taker = (desks.desk_on(session, Place.of(one), version, book, at) for one in cards)
    return Counter(giver, taker)


def _begin(desk: Desk, duty: Duty, intent: Intent, reason: str) -> Row:
    origin = desks.origin(
        desk.place, duty, version=desk.version.number, occurred_at=desk.at, recorded_at=desk.at
    )
    return desk.book.begin("move", origin, intent=intent, reason=reason.strip() or None)


def shift(
    session: Session, giver: Desk, taker: Desk, visit: Visit, operation: Row
) -> tuple[TakenBack, Recorded]:
    """Take what is left of a visit from one card and earn it on the other, in memory."""
    undoing = refunds.everything(session, visit, giver.version, "move")
    taken = taking.take_back(session, giver, undoing, operation)
    refunds.uncount(giver, undoing, operation, taken)
    done = Recorded(operation, _seen(session, taker, visit))
    sale.earn(taker, undoing.before, visit.occurred_at, done)
    taker.ranks.dossier.add(Counted(visit.local_on, visit.net_minor or 0, done.millionths))
    for on in dict.fromkeys((visit.local_on, taker.place.day(taker.at))):
        taker.ranks.sold(taker.version, operation, on)
    for desk in (giver, taker):
        desks.catch_up(desk)
    _note(taker, visit, operation, done)
    return taken, done


def _seen(session: Session, taker: Desk, visit: Visit) -> Occasion:
    """As the rules saw it when it was on that card before, else as they would have seen it."""
    before = session.execute(
        sa.select(VisitMove.occasion_before)
        .where(
            VisitMove.merchant_id == visit.merchant_id,
            VisitMove.visit_id == visit.id,
            VisitMove.from_id == taker.place.card_id,
        )
        .order_by(VisitMove.id.desc())
        .limit(1)
    ).first()
    if before is not None:
        return Occasion.kept(before.occasion_before)
    return sale.see(taker, visit.occurred_at)


def _note(taker: Desk, visit: Visit, operation: Row, done: Recorded) -> None:
    taker.book.also(
        _MOVE,
        {
            "merchant_id": visit.merchant_id,
            "id": operation["id"],
            "visit_id": visit.id,
            "from_id": visit.card_id,
            "to_id": taker.place.card_id,
            "occasion_before": visit.occasion,
            "recorded_at": taker.at,
        },
    )
    visit.card_id, visit.posting_id = taker.place.card_id, operation["id"]
    visit.occasion = None if done.occasion == ORDINARY else done.occasion.as_dict()


def _finish(
    session: Session, desk: Desk, visit: Visit, body: dict[str, Any], operation: Row
) -> Answer:
    operation["answer"] = body
    session.flush()
    writing.write_book(session, desk.book)
    outbox.add(
        session,
        merchant_id=visit.merchant_id,
        kind="visit.moved",
        facts={"visit": ref("vis", visit.id), "by": body["ref"]},
        at=desk.at,
    )
    return Answer(body)
