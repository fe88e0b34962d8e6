"""A visit on the wrong card is moved to the right one: taken back there, earned here, one deed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

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
from loyalty.counter import homecoming, lasting, receipts, refunds, sale, taking
from loyalty.counter import undoing as undoings
from loyalty.counter.desk import Desk, Place
from loyalty.counter.dossier import Counted
from loyalty.counter.models import Visit, VisitMove
from loyalty.counter.requests import Answer
from loyalty.counter.rollups import upkeep
from loyalty.counter.sale import Recorded
from loyalty.counter.taking import TakenBack
from loyalty.ledger import chart, store, writing
from loyalty.ledger.state import Intent
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue, earning
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.conditions import ORDINARY

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
    visit = undoings.find_visit(session, merchant_id=duty.merchant_id, visit_ref=visit_ref)
    facts = lookup.by_scan(session, merchant_id=duty.merchant_id, scan=read_scan(card))
    facts.demand_open()
    desks.refuse_own_card(facts, duty)
    counter = _lock(session, visit, facts, at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    refunds.demand_there(session, visit, counter.giver)
    if visit.voided_at is not None:
        raise AlreadyVoided(since=visit.voided_at.isoformat())
    for desk in (counter.giver, counter.taker):
        desks.catch_up(desk)
    operation = _begin(counter.taker, duty, intent, reason)
    shifted = shift(session, counter.giver, counter.taker, visit, operation)
    for desk in (counter.giver, counter.taker):
        desks.catch_up(desk)
    body = _receipt(counter, visit, operation, shifted)
    shifted.settle()
    if shifted.card_id == counter.taker.place.card_id:
        visit.scanned_card_id = counter.taker.place.scanned_card_id
    return _finish(session, counter, visit, body, operation)


def _receipt(counter: Counter, visit: Visit, operation: Row, shifted: "Shifted") -> dict[str, Any]:
    done = shifted.done
    cancelled = (receipts.voucher_row(row, "cancelled") for row in shifted.taken.cancelled)
    return receipts.receipt(
        counter.taker,
        operation,
        reasons=done.reasons,
        earned=done.earned,
        pledged=done.pledged,
        amount_minor=visit.net_minor,
        vouchers=[*done.vouchers, *cancelled],
        warnings=done.warnings,
        visit=ref("vis", visit.id),
        moved_from=ref("crd", counter.giver.place.card_id),
    )


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
    for one in cards:
        lookup.stay_put(session, one.merchant_id, one.card_id, one.scanned_card_id)
    giver, taker = (desks.desk_on(session, Place.of(one), version, book, at) for one in cards)
    return Counter(giver, taker)


def _begin(desk: Desk, duty: Duty, intent: Intent, reason: str) -> Row:
    origin = desks.origin(
        desk.place, duty, version=desk.version.number, occurred_at=desk.at, recorded_at=desk.at
    )
    return desk.book.begin("move", origin, intent=intent, reason=reason.strip() or None)


@dataclass(slots=True)
class Shifted:
    """A visit that has come to another card, in memory; its row still says the card it was on."""

    card_id: UUID
    visit: Visit
    operation: Row
    taken: TakenBack
    done: Recorded

    def settle(self) -> None:
        """Let the visit's row follow; until then it is counted from memory."""
        visit, done = self.visit, self.done
        visit.card_id, visit.posting_id = self.card_id, self.operation["id"]
        visit.occasion = None if done.occasion == ORDINARY else done.occasion.as_dict()


def shift(
    session: Session,
    giver: Desk,
    taker: Desk,
    visit: Visit,
    operation: Row,
    *,
    gone: Collection[UUID] = (),
) -> Shifted:
    """Take what is left of a visit from one card and earn it on the other, in memory.

    `gone` are visits that have left the giver in the same book before this one.
    """
    undoing = undoings.everything(session, visit, giver.version, "move")
    taken = taking.take_back(session, giver, undoing, operation)
    today, visits = taker.place.day(taker.at), int(visit.net_minor != 0)
    giver.ranks.dossier.add(
        Counted(visit.local_on, -(visit.net_minor or 0), taken.millionths, -visits)
    )
    giver.ranks.left(
        giver.version, operation, by=undoing.posting_id, sold_on=visit.local_on, on=today
    )
    lasting.unvisit(session, giver, visited_at=visit.occurred_at, gone=[visit.id, *gone])
    back = homecoming.look(session, taker, visit)
    done = Recorded(operation, back.occasion or sale.see(taker, visit.occurred_at))
    homecoming.earn(taker, undoing.before, visit.occurred_at, done, back)
    taker.ranks.dossier.add(Counted(visit.local_on, visit.net_minor or 0, done.millionths, visits))
    if back.away_id is not None:
        taker.ranks.returned(taker.version, operation, away=back.away_id, on=today)
    for on in dict.fromkeys((visit.local_on, today)):
        taker.ranks.sold(taker.version, operation, on)
    _note(taker, visit, operation, back.card_id)
    return Shifted(back.card_id, visit, operation, taken, done)


def _note(taker: Desk, visit: Visit, operation: Row, card_id: UUID) -> None:
    taker.book.also(
        _MOVE,
        {
            "merchant_id": visit.merchant_id,
            "id": operation["id"],
            "visit_id": visit.id,
            "from_id": visit.card_id,
            "to_id": card_id,
            "occasion_before": visit.occasion,
            "recorded_at": taker.at,
        },
    )


def _finish(
    session: Session, counter: Counter, visit: Visit, body: dict[str, Any], operation: Row
) -> Answer:
    operation["answer"] = body
    session.flush()
    writing.write_book(session, counter.taker.book)
    cards = (one.place.card_id for one in (counter.giver, counter.taker))
    upkeep.restate_holders(session, merchant_id=visit.merchant_id, card_ids=cards)
    outbox.add(
        session,
        merchant_id=visit.merchant_id,
        kind="visit.moved",
        facts={"visit": ref("vis", visit.id), "by": body["ref"]},
        at=counter.taker.at,
    )
    return Answer(body)
