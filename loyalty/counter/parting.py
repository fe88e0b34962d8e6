"""Two customers who were merged are parted again: each card gets its own back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import codes, lookup
from loyalty.core import outbox
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import aftermath, arrears, merging, moves, reasons
from loyalty.counter import desk as desks
from loyalty.counter.desk import Desk
from loyalty.counter.merging import MergeAnswer
from loyalty.counter.models import Visit
from loyalty.counter.rollups import upkeep
from loyalty.customers import merging as people
from loyalty.ledger import joining, parting, since, writing
from loyalty.ledger.parting import Parting, Words
from loyalty.ledger.state import AccountState
from loyalty.ledger.stays import Span
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs.tiers import Standing

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a merge of two cards kept: the operation, the cards, and what came from where.

    `family` is the absorbed card and those that had been merged into it before.
    """

    merge_id: UUID
    keeper_id: UUID
    family: list[UUID]
    facts: Row

    @classmethod
    def of(cls, facts: Row) -> "Kept":
        """As it was kept with the customers."""
        family = [_id("crd", each) for each in (facts["absorbed"], *facts["followed"])]
        return cls(_id("mrg", facts["operation"]), _id("crd", facts["keeper"]), family, facts)


def _id(prefix: str, text: str) -> UUID:
    found = parse_ref(prefix, text)
    assert found is not None, "a merge keeps refs of ours"
    return found


def unmerge(session: Session, *, duty: Duty, customer_ref: str, at: datetime) -> MergeAnswer:
    """Part two customers again, within 30 days: each gets back its own, as far as it is there.

    Visits scanned with the codes of a card since go with it; what was spent since stays with the
    survivor. With nothing since, all is as it was. Raises Unknown("customer"), StateConflict, and
    InsufficientUnits where the program lets no debt come about.
    """
    duty.demand(Permission.MERGE)
    released = people.release(session, duty=duty, customer_ref=customer_ref, at=at)
    both = (released.loser_id, released.survivor_id)
    merging.hold_still(session, duty.merchant_id, *both)
    joined = list(released.cards or [])
    for facts in reversed(joined):
        _part_cards(session, duty, Kept.of(facts), at)
    upkeep.restate(session, merchant_id=duty.merchant_id, customer_ids=both)
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


def _part_cards(session: Session, duty: Duty, kept: Kept, at: datetime) -> None:
    merchant_id = duty.merchant_id
    aftermath.demand_last(
        session, merchant_id=merchant_id, absorbed_id=kept.family[0], keeper_id=kept.keeper_id
    )
    codes.take_back(session, merchant_id=merchant_id, cards=kept.family, at=at)
    absorbed, keeper = (
        lookup.by_id(session, merchant_id=merchant_id, card_id=card_id)
        for card_id in (kept.family[0], kept.keeper_id)
    )
    counter = merging.lock_pair(session, (absorbed, keeper), at)
    mine, theirs = counter.taker, counter.giver
    # What was due until now is judged by what the card had until now.
    mine.ranks.dossier.take_in(kept.family)
    desks.catch_up(mine)
    mine.ranks.dossier.let_go(kept.family)
    operation = merging.begin(mine, duty, "unmerge", reverses_id=kept.merge_id)
    for unit in theirs.accounts:
        _part_unit(session, (mine, theirs), unit, operation, kept)
    _restore_rank(mine, operation, kept.facts)
    operation["answer"] = {"card": absorbed.ref, "from": keeper.ref}
    _hand_back(session, duty, (mine, theirs), kept)
    for desk in (mine, theirs):
        desks.catch_up(desk)
    session.flush()
    writing.write_book(session, mine.book)


def _part_unit(
    session: Session, pair: tuple[Desk, Desk], unit: str, operation: Row, kept: Kept
) -> None:
    mine, theirs = pair
    accounts = (theirs.account(unit), mine.account(unit))
    parting.part(
        session,
        mine.book,
        operation,
        accounts,
        parting=_parting(session, mine, accounts, kept),
        words=Words(
            merging.said(mine, unit, undone=True),
            lambda units: reasons.extended(mine.unit(unit), units),
        ),
    )


def _parting(
    session: Session, desk: Desk, accounts: tuple[AccountState, AccountState], kept: Kept
) -> Parting:
    (source, target), merge_id = accounts, kept.merge_id
    merchant_id = desk.place.merchant_id
    changed = aftermath.changed_since(
        session,
        span=Span(merchant_id, target.id, merge_id),
        source_id=source.id,
        family=kept.family,
    )
    return Parting(
        merge_id=merge_id,
        joined=joining.read(
            session,
            merchant_id=merchant_id,
            operation_id=merge_id,
            source_id=source.id,
            target_id=target.id,
        ),
        brought=kept.facts["millionths"].get(target.unit, 0),
        changed=(changed.millionths, changed.units),
        carried=since.carried(session, desk.book, operation_id=merge_id, target=target),
        lent=since.lent_since(
            session,
            merchant_id=merchant_id,
            merge_id=merge_id,
            card_id=kept.keeper_id,
            accounts=accounts,
        ),
        repaid=list(arrears.repaid(session, desk, target.unit, since_id=merge_id)),
    )


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


def _hand_back(session: Session, duty: Duty, pair: tuple[Desk, Desk], kept: Kept) -> None:
    """The visits scanned since go with the card, each in its turn, as its day had it."""
    theirs = pair[1]
    visits = aftermath.scanned_since(
        session,
        merchant_id=duty.merchant_id,
        merge_id=kept.merge_id,
        family=kept.family,
        keeper_id=kept.keeper_id,
    )
    shifted: list[moves.Shifted] = []
    for visit in visits:
        desks.review(theirs, visit.occurred_at)
        shifted.append(_shift(session, duty, pair, visit, [each.visit for each in shifted]))
    for each in shifted:
        each.settle()


def _shift(
    session: Session, duty: Duty, pair: tuple[Desk, Desk], visit: Visit, gone: Sequence[Visit]
) -> moves.Shifted:
    version = arrears.version_of(session, pair[0], visit.version)
    mine, theirs = (replace(desk, version=version) for desk in pair)
    operation = merging.begin(theirs, duty, "move")
    operation["answer"] = {}
    return moves.shift(session, mine, theirs, visit, operation, gone=[one.id for one in gone])
