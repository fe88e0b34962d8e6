"""Two customers who were merged are parted again: each card gets its own back."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card
from loyalty.core import outbox
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import desk as desks
from loyalty.counter import merging, moves
from loyalty.counter.desk import Desk
from loyalty.counter.merging import MergeAnswer
from loyalty.counter.models import Visit, VisitRefund
from loyalty.customers import merging as people
from loyalty.ledger import joining, writing
from loyalty.ledger.joining import Parting
from loyalty.ledger.models import Entry, Operation
from loyalty.ledger.state import AccountState
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.tiers import Standing

Row = dict[str, Any]


def unmerge(session: Session, *, duty: Duty, customer_ref: str, at: datetime) -> MergeAnswer:
    """Part two customers again, within 30 days: each gets back its own, as far as it is there.

    Visits scanned with the codes of a card since go with it; what was spent since stays with the
    survivor. With nothing since, all is as it was. Raises Unknown("customer") and StateConflict.
    """
    duty.demand(Permission.MERGE)
    released = people.release(session, duty=duty, customer_ref=customer_ref, at=at)
    joined = list(released.cards or [])
    for kept in reversed(joined):
        _part_cards(session, duty, kept, at)
    loser, survivor = ref("cus", released.loser_id), ref("cus", released.survivor_id)
    note(session, duty=duty, act="customer.unmerge", target=loser, at=at, into=survivor)
    outbox.add(
        session,
        merchant_id=duty.merchant_id,
        kind="customer.unmerged",
        facts={"customer": loser, "from": survivor},
        at=at,
    )
    return MergeAnswer(survivor, loser, merging.shown(joined), released.merged_at)


def _part_cards(session: Session, duty: Duty, kept: Row, at: datetime) -> None:
    absorbed_id, keeper_id = _id("crd", kept["absorbed"]), _id("crd", kept["keeper"])
    merge_id = _id("mrg", kept["operation"])
    family = [absorbed_id, *(_id("crd", each) for each in kept["followed"])]
    _take_codes_back(session, duty.merchant_id, family)
    absorbed, keeper = (
        lookup.by_id(session, merchant_id=duty.merchant_id, card_id=card_id)
        for card_id in (absorbed_id, keeper_id)
    )
    counter = merging.lock_pair(session, (absorbed, keeper), at)
    mine, theirs = counter.taker, counter.giver
    desks.catch_up(mine)
    operation = merging.begin(mine, duty, "unmerge", reverses_id=merge_id)
    for unit in theirs.accounts:
        pair = (theirs.account(unit), mine.account(unit))
        parting = _parting(session, mine, pair, (merge_id, family), kept["millionths"].get(unit, 0))
        said = merging.said(mine, unit, undone=True)
        joining.part(session, mine.book, operation, pair, parting=parting, said=said)
    _restore_rank(mine, operation, kept)
    operation["answer"] = {"card": absorbed.ref, "from": keeper.ref}
    for visit in _scanned_since(session, keeper_id, family, merge_id, duty.merchant_id):
        _hand_back(session, duty, (mine, theirs), visit)
    for desk in (mine, theirs):
        desks.catch_up(desk)
    session.flush()
    writing.write_book(session, mine.book)


def _id(prefix: str, text: str) -> UUID:
    found = parse_ref(prefix, text)
    assert found is not None, "a merge keeps refs of ours"
    return found


def _take_codes_back(session: Session, merchant_id: UUID, family: list[UUID]) -> None:
    """The absorbed card stands alone; those merged into it before lead to it again."""
    absorbed, *followed = family
    for card_ids, home in (([absorbed], None), (followed, absorbed)):
        session.execute(
            sa.update(Card)
            .where(Card.merchant_id == merchant_id, Card.id.in_(card_ids))
            .values(merged_into_id=home)
            .execution_options(synchronize_session=False)
        )


def _parting(
    session: Session,
    desk: Desk,
    pair: tuple[AccountState, AccountState],
    merge: tuple[UUID, list[UUID]],
    millionths: int,
) -> Parting:
    (source, target), (merge_id, family) = pair, merge
    merchant_id = desk.place.merchant_id
    return Parting(
        joining.read(
            session,
            merchant_id=merchant_id,
            operation_id=merge_id,
            source_id=source.id,
            target_id=target.id,
        ),
        millionths + _refunded_since(session, desk, target, merge_id, family),
        tuple(
            joining.carried_lots(
                session, merchant_id=merchant_id, operation_id=merge_id, account_id=target.id
            )
        ),
        desks.lot_terms(desk, target.unit, desk.at),
    )


def _refunded_since(
    session: Session, desk: Desk, target: AccountState, merge_id: UUID, family: list[UUID]
) -> int:
    """Millionths (below 0) that refunds and voids of the absorbed card's own visits took since."""
    merchant_id = desk.place.merchant_id
    visits = sa.select(Visit.id).where(Visit.merchant_id == merchant_id, Visit.card_id.in_(family))
    refunds = sa.select(VisitRefund.id).where(
        VisitRefund.merchant_id == merchant_id, VisitRefund.visit_id.in_(visits)
    )
    voids = sa.select(Operation.id).where(
        Operation.merchant_id == merchant_id, Operation.reverses_id.in_(visits)
    )
    taken = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Entry.millionths), 0)).where(
            Entry.merchant_id == merchant_id,
            Entry.account_id == target.id,
            Entry.operation_id > merge_id,
            sa.or_(Entry.operation_id.in_(refunds), Entry.operation_id.in_(voids)),
        )
    ).scalar_one()
    return int(taken)


def _restore_rank(desk: Desk, operation: Row, kept: Row) -> None:
    """The level that the merge had brought goes, unless something has changed it since."""
    rules = desk.version.document.tiers
    if rules is None or "before" not in kept:
        return
    if merging.as_facts(desk.ranks.standing(rules)) == kept["after"]:
        today = desk.place.day(desk.at)
        desk.ranks.take_over(desk.version, operation, "unmerged", _standing(kept["before"]), today)


def _standing(facts: Row) -> Standing:
    days = [facts[key] for key in ("since_on", "review_on", "grace_until")]
    since_on, review_on, grace_until = (date.fromisoformat(day) if day else None for day in days)
    return Standing(facts["level"], since_on, review_on, grace_until)


def _scanned_since(
    session: Session, keeper_id: UUID, family: list[UUID], merge_id: UUID, merchant_id: UUID
) -> list[Visit]:
    """Living visits made since with a code of the absorbed card, the oldest first."""
    return list(
        session.execute(
            sa.select(Visit)
            .where(
                Visit.merchant_id == merchant_id,
                Visit.card_id == keeper_id,
                Visit.scanned_card_id.in_(family),
                Visit.id > merge_id,
                Visit.voided_at.is_(None),
            )
            .order_by(Visit.id)
        ).scalars()
    )


def _hand_back(session: Session, duty: Duty, pair: tuple[Desk, Desk], visit: Visit) -> None:
    version = catalogue.version(
        session,
        merchant_id=visit.merchant_id,
        program_id=visit.program_id,
        number=visit.version,
    )
    mine, theirs = (replace(desk, version=version) for desk in pair)
    operation = merging.begin(theirs, duty, "move")
    operation["answer"] = {}
    moves.shift(session, mine, theirs, visit, operation)
