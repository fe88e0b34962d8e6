"""Two customers who are one person: their cards, levels and units come together, and part again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import codes, lookup
from loyalty.cards.lookup import CardFacts
from loyalty.cards.models import Card
from loyalty.core import outbox
from loyalty.core.ids import ref
from loyalty.counter import desk as desks
from loyalty.counter import lasting, moves, reasons, standing
from loyalty.counter.desk import Desk
from loyalty.counter.rollups import upkeep
from loyalty.customers import merging as people
from loyalty.ledger import chart, joining, store, writing
from loyalty.ledger.state import Reason
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import earning
from loyalty.programs.document import Tiers
from loyalty.programs.tiers import Standing

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MergeAnswer:
    """Who lives on, who was merged into them and when, and which cards were joined."""

    survivor: str
    loser: str
    cards: list[dict[str, str]]
    merged_at: datetime


def merge(
    session: Session, *, duty: Duty, customer_ref: str, into_ref: str, at: datetime
) -> MergeAnswer:
    """Let one customer live on as another, with all cards, units, levels and codes.

    Cards of one program become one: the older unblocked one. Each lot keeps its end. Raises
    Unknown("customer"), and StateConflict for the same person or one who was merged already.
    """
    duty.demand(Permission.MERGE)
    merged = people.absorb(session, duty=duty, loser_ref=customer_ref, survivor_ref=into_ref, at=at)
    hold_still(session, duty.merchant_id, merged.survivor_id)
    joined = [
        _join_cards(session, duty, pair, at)
        for pair in _pairs(session, duty.merchant_id, merged.survivor_id)
    ]
    both = (merged.loser_id, merged.survivor_id)
    upkeep.restate(session, merchant_id=duty.merchant_id, customer_ids=both)
    people.keep_cards(session, merchant_id=duty.merchant_id, merge_id=merged.merge_id, cards=joined)
    note(session, duty=duty, act="customer.merge", target=customer_ref, at=at, into=into_ref)
    outbox.add(
        session,
        merchant_id=duty.merchant_id,
        kind="customer.merged",
        facts={"customer": customer_ref, "into": into_ref},
        at=at,
    )
    return MergeAnswer(into_ref, customer_ref, shown(joined), at)


def hold_still(session: Session, merchant_id: UUID, *customer_ids: UUID) -> None:
    """Let no sale come between: none of these people's cards moves before this write ends."""
    cards = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=customer_ids)
    every = [card_id for theirs in cards.values() for card_id in theirs]
    store.lock(session, merchant_id=merchant_id, card_ids=every)


def shown(joined: list[Row]) -> list[dict[str, str]]:
    """Which card went into which."""
    return [{"card": kept["absorbed"], "into": kept["keeper"]} for kept in joined]


def _pairs(session: Session, merchant_id: UUID, customer_id: UUID) -> list[tuple[UUID, UUID]]:
    """Two cards of one program in one hand: (the one that gives way, the one that stays)."""
    mine = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=[customer_id])
    rows = session.execute(
        sa.select(Card.program_id, Card.id, Card.blocked_at)
        .where(Card.merchant_id == merchant_id, Card.id.in_(mine.get(customer_id, [])))
        .order_by(Card.program_id, Card.blocked_at.is_not(None), Card.id)
    ).all()
    kept: dict[UUID, UUID] = {}
    pairs = []
    for row in rows:
        if row.program_id in kept:
            pairs.append((row.id, kept[row.program_id]))
        kept.setdefault(row.program_id, row.id)
    return pairs


def _join_cards(session: Session, duty: Duty, pair: tuple[UUID, UUID], at: datetime) -> Row:
    """One card takes over everything of another; what the way back needs."""
    absorbed, keeper = (
        lookup.by_id(session, merchant_id=duty.merchant_id, card_id=card_id) for card_id in pair
    )
    counter = lock_pair(session, (absorbed, keeper), at)
    giver, taker = counter.giver, counter.taker
    # What was due until now is judged by what each card had until now.
    for desk in (giver, taker):
        desks.catch_up(desk)
    family = codes.lend(
        session,
        merchant_id=duty.merchant_id,
        card_id=absorbed.card_id,
        keeper_id=keeper.card_id,
    )
    operation = begin(taker, duty, "merge")
    sums = {key: one.earned_millionths for key, one in giver.accounts.items()}
    ranked = _join_ranks(giver, taker, operation)
    _join_units(session, giver, taker, operation)
    desks.catch_up(taker)
    operation["answer"] = {"card": absorbed.ref, "into": keeper.ref}
    session.flush()
    writing.write_book(session, taker.book)
    return {
        "absorbed": absorbed.ref,
        "keeper": keeper.ref,
        "operation": ref("mrg", operation["id"]),
        "followed": [ref("crd", card_id) for card_id in family[1:]],
        "millionths": sums,
        **ranked,
    }


def _join_units(session: Session, giver: Desk, taker: Desk, operation: Row) -> None:
    """What two remainders complete is of their last visit, so that joining again gains nothing."""
    cards = taker.ranks.dossier.card_ids()
    last = lasting.last_visit(session, merchant_id=taker.place.merchant_id, card_ids=cards)
    for unit, account in giver.accounts.items():
        joining.join(
            taker.book,
            operation,
            (account, taker.account(unit)),
            said=said(taker, unit),
            terms=desks.lot_terms(taker, unit, last or taker.at),
        )


def lock_pair(session: Session, cards: tuple[CardFacts, CardFacts], at: datetime) -> moves.Counter:
    """Both cards on one book, with every unit that either has ever had."""
    version = standing.rules_of(session, cards[1])
    units = set(earning.account_units(version.document))
    for one in cards:
        units |= chart.card_units(session, merchant_id=one.merchant_id, card_id=one.card_id)
    chart.open_sides(
        session, merchant_id=cards[0].merchant_id, program_id=cards[0].program_id, units=units
    )
    return moves.lock_two(session, cards, version, at, units=units)


def begin(desk: Desk, duty: Duty, kind: str, reverses_id: UUID | None = None) -> Row:
    """Open the operation on the card that stays."""
    origin = desks.origin(
        desk.place, duty, version=desk.version.number, occurred_at=desk.at, recorded_at=desk.at
    )
    return desk.book.begin(kind, origin, reverses_id=reverses_id)


def said(desk: Desk, unit: str, *, undone: bool = False) -> Callable[[int], Reason]:
    """How units that go with a card are called; a cause's money is said as money."""
    if earning.is_cause(unit):
        return lambda units: reasons.impact_moved(unit, units, desk.place.currency, undone=undone)
    return lambda units: reasons.moved(desk.unit(unit), units, undone=undone)


def _join_ranks(giver: Desk, taker: Desk, operation: Row) -> Row:
    """The better of two levels stays, and what counts for both may reach a higher one."""
    rules, today = taker.version.document.tiers, taker.place.day(taker.at)
    if rules is None:
        return {}
    before, theirs = taker.ranks.standing(rules), giver.ranks.standing(rules)
    taker.ranks.dossier.take_in(giver.ranks.dossier.card_ids())
    if _worth(rules, theirs) > _worth(rules, before):
        taker.ranks.take_over(taker.version, operation, "merged", theirs, today)
    taker.ranks.sold(taker.version, operation, today)
    after = taker.ranks.standing(rules)
    return {"before": as_facts(before), "after": as_facts(after)}


def _worth(rules: Tiers, held: Standing) -> tuple[int, date]:
    """The higher level is the better one; of equal ones, that which is safe for longer."""
    order = [None, *(level.key for level in rules.levels)]
    return order.index(held.level), held.grace_until or held.review_on or date.max


def as_facts(held: Standing) -> Row:
    """A standing as it is kept with a merge."""
    return {
        "level": held.level,
        "since_on": held.since_on.isoformat() if held.since_on else None,
        "review_on": held.review_on.isoformat() if held.review_on else None,
        "grace_until": held.grace_until.isoformat() if held.grace_until else None,
    }
