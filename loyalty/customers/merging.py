"""Two customers who turn out to be one: the person's side of a merge and of its undo.

Upstairs, in the same write, it is asked whether somebody may, noted that they did, and decided
what becomes of the cards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.clock import rfc3339
from loyalty.core.ids import new_id, ref
from loyalty.customers import directory, living, tags
from loyalty.customers.acting import Acting
from loyalty.customers.consents_merged import part_consents, take_strictest
from loyalty.customers.models import Customer, CustomerMerge
from loyalty.customers.refusals import MergedTooLongAgo, NotMerged, SamePerson, SeveralMerged

UNDO_DAYS = 30
# Never the own reference: it is how another program knows the loser, and must still find them.
_COPIED = (*(field for field in directory.FIELDS if field != "external_ref"), "note")
resolve = living.resolve


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that was made; whoever moves cards keeps what the way back needs by `keep_cards`."""

    merge_id: UUID
    loser_id: UUID
    survivor_id: UUID


@dataclass(frozen=True, slots=True)
class Released:
    """A merge that was undone; `cards` is what `keep_cards` kept, or None."""

    merge_id: UUID
    loser_id: UUID
    survivor_id: UUID
    merged_at: datetime
    cards: Any


def absorb(
    session: Session, *, duty: Acting, loser_ref: str, survivor_ref: str, at: datetime
) -> Merged:
    """Let one customer live on as another: profile and consents; both rows stay locked.

    The survivor takes what it lacks of the profile, and agrees only to what both agreed to.
    Raises Unknown("customer"), SamePerson, and MergedAway naming the living one.
    """
    loser, survivor = _lock_two(session, duty.merchant_id, loser_ref, survivor_ref)
    if loser is survivor:
        raise SamePerson(customer=survivor_ref)
    living.demand_living(session, customer=loser)
    living.demand_living(session, customer=survivor)
    merge = CustomerMerge(
        merchant_id=duty.merchant_id,
        id=new_id(),
        loser_id=loser.id,
        survivor_id=survivor.id,
        actor=duty.actor,
        merged_at=at,
        facts={"copied": _copy(loser, survivor, _COPIED)},
    )
    session.add(merge)
    loser.merged_into_id, loser.merged_at = survivor.id, at
    session.flush()
    take_strictest(session, duty=duty, merge=merge, at=at)
    tags.join(session, merge=merge, at=at)
    return Merged(merge.id, loser.id, survivor.id)


def release(session: Session, *, duty: Acting, customer_ref: str, at: datetime) -> Released:
    """Undo a merge within UNDO_DAYS; with nothing since, all is as it was. Both rows stay locked.

    `customer_ref` is the loser's, or the survivor's if nobody else was merged into it. Raises
    Unknown("customer"), NotMerged, SeveralMerged naming them, MergedTooLongAgo, and MergedAway
    naming the one into whom the survivor itself has been merged since.
    """
    merge = _open_merge(session, duty.merchant_id, customer_ref)
    loser_ref, survivor_ref = ref("cus", merge.loser_id), ref("cus", merge.survivor_id)
    loser, survivor = _lock_two(session, duty.merchant_id, loser_ref, survivor_ref)
    session.refresh(merge)  # it may have been undone while we waited
    if merge.undone_at is not None:
        raise NotMerged(customer=customer_ref)
    living.demand_living(session, customer=survivor)
    _demand_recent(merge, at)
    loser.merged_into_id, loser.merged_at, merge.undone_at = None, None, at
    emptied = _put_back(loser, survivor, merge.facts["copied"])
    session.flush()
    part_consents(session, duty=duty, merge=merge, at=at)
    tags.part(session, merge=merge)
    _join_again(session, duty, survivor, emptied, at)
    return Released(
        merge.id, loser.id, survivor.id, merge.merged_at, cards=merge.facts.get("cards")
    )


def undoable(session: Session, *, merchant_id: UUID, survivor_id: UUID, at: datetime) -> list[str]:
    """Refs of those who were merged into a customer and can still be parted, the latest first."""
    open_ones = _open_merges(session, merchant_id, CustomerMerge.survivor_id == survivor_id)
    since = at - timedelta(days=UNDO_DAYS)
    return [ref("cus", one.loser_id) for one in reversed(open_ones) if one.merged_at >= since]


def keep_cards(session: Session, *, merchant_id: UUID, merge_id: UUID, cards: Any) -> None:
    """Keep with a merge what undoing it needs of the cards: plain JSON, refs and numbers."""
    merge = session.get_one(CustomerMerge, (merchant_id, merge_id))
    # A new value, for a change inside the old one would not be noticed.
    merge.facts = {**merge.facts, "cards": cards}
    session.flush()


def _lock_two(
    session: Session, merchant_id: UUID, one_ref: str, other_ref: str
) -> tuple[Customer, Customer]:
    """Always in the order of their ids, so that two merges wait instead of blocking each other."""
    locked = {
        each: directory.lock(session, merchant_id=merchant_id, customer_ref=each)
        for each in sorted({one_ref, other_ref})
    }
    return locked[one_ref], locked[other_ref]


def _copy(loser: Customer, survivor: Customer, fields: Iterable[str]) -> list[str]:
    """Fill in what the survivor lacks; the names of what was filled in."""
    copied = [
        field
        for field in fields
        if getattr(survivor, field) is None and getattr(loser, field) is not None
    ]
    for field in copied:
        setattr(survivor, field, getattr(loser, field))
    if "email" in copied:
        survivor.email_confirmed_at = loser.email_confirmed_at
    return copied


def _put_back(loser: Customer, survivor: Customer, copied: Iterable[str]) -> list[str]:
    """Empty what was copied and nobody has changed since; the names of what was emptied."""
    same = [field for field in copied if getattr(survivor, field) == getattr(loser, field)]
    for field in same:
        setattr(survivor, field, None)
    return same


def _open_merge(session: Session, merchant_id: UUID, customer_ref: str) -> CustomerMerge:
    customer = directory.find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    lost = _open_merges(session, merchant_id, CustomerMerge.loser_id == customer.id)
    found = lost or _open_merges(session, merchant_id, CustomerMerge.survivor_id == customer.id)
    if not found:
        raise NotMerged(customer=customer_ref)
    if len(found) > 1:
        raise SeveralMerged(customers=[ref("cus", merge.loser_id) for merge in found])
    return found[0]


def _open_merges(
    session: Session, merchant_id: UUID, whose: sa.ColumnElement[bool]
) -> list[CustomerMerge]:
    query = sa.select(CustomerMerge).where(
        CustomerMerge.merchant_id == merchant_id, CustomerMerge.undone_at.is_(None), whose
    )
    return list(session.execute(query.order_by(CustomerMerge.id)).scalars())


def _demand_recent(merge: CustomerMerge, at: datetime) -> None:
    until = merge.merged_at + timedelta(days=UNDO_DAYS)
    if at > until:
        raise MergedTooLongAgo(until=rfc3339(until))


def _join_again(
    session: Session, duty: Acting, survivor: Customer, emptied: list[str], at: datetime
) -> None:
    """Those who stay merged into the survivor may have what it lacks now, and bind it as before."""
    whose = CustomerMerge.survivor_id == survivor.id
    for merge in _open_merges(session, duty.merchant_id, whose):
        loser = session.get_one(Customer, (duty.merchant_id, merge.loser_id))
        copied = _copy(loser, survivor, emptied)
        merge.facts = {**merge.facts, "copied": [*merge.facts["copied"], *copied]}
        take_strictest(session, duty=duty, merge=merge, at=at)
        tags.join(session, merge=merge, at=at)
    session.flush()
