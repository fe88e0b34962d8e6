"""What a refund takes back: what the visit earned before, less what it earns after."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.errors import InsufficientUnits
from loyalty.counter import desk as desks
from loyalty.counter import reasons, vouchers
from loyalty.counter.desk import Desk
from loyalty.counter.models import Redemption
from loyalty.counter.undoing import Undoing
from loyalty.ledger import past, store
from loyalty.ledger.chart import side
from loyalty.ledger.lots import Source
from loyalty.ledger.state import AccountState, Reason
from loyalty.programs import catalogue, earning
from loyalty.programs.conditions import Occasion
from loyalty.programs.earning import Share

Row = dict[str, Any]


@dataclass(slots=True)
class TakenBack:
    """What was taken, unit by unit (below 0), and why."""

    earned: dict[str, int] = field(default_factory=dict)
    pledged: dict[str, int] = field(default_factory=dict)
    millionths: dict[str, int] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    cancelled: list[Redemption] = field(default_factory=list)


def take_back(session: Session, desk: Desk, undoing: Undoing, operation: Row) -> TakenBack:
    """Post the difference of what the visit earned before and after, unit by unit.

    Raises InsufficientUnits where the shop lets no debt come about.
    """
    document, seen = desk.version.document, Occasion.kept(undoing.visit.occasion)
    before = earning.by_unit(earning.shares(document, undoing.before, seen))
    after = earning.by_unit(earning.shares(document, undoing.after, seen))
    done = TakenBack()
    for unit, shares in before.items():
        difference = earning.total(shares) - earning.total(after[unit])
        taken = _take(session, desk, undoing, operation, (shares[0], difference), done)
        done.millionths[unit] = -difference
        if earning.is_cause(unit):
            done.pledged[unit.removeprefix(earning.CAUSE_PREFIX)] = taken
        else:
            done.earned[unit] = taken
    return done


def _take(
    session: Session,
    desk: Desk,
    undoing: Undoing,
    operation: Row,
    what: tuple[Share, int],
    done: TakenBack,
) -> int:
    share, difference = what
    account = desk.account(share.unit)
    if difference < 0:
        return _earn_more(desk, undoing, operation, what, done)
    own = past.lots_made_by(
        session,
        merchant_id=desk.place.merchant_id,
        operation_ids=undoing.operation_ids,
        unit=share.unit,
        card_ids=desk.ranks.dossier.card_ids(),
    )
    coverable = _coverable(session, desk, undoing, account, own)
    due = account.lifetime - (account.earned_millionths - difference) // earning.MILLION
    done.cancelled += _unfill(session, desk, operation, account, due - coverable)
    owed_before = account.debt
    why: list[Reason] = []
    units = desk.book.take_back(
        operation,
        account,
        millionths=difference,
        source=Source(own, coverable, past.nearness(session, desk.book, account, own), desk.at),
        reasons=why,
    )
    why.append(_why(desk, share, (-units, due), undoing.by))
    done.reasons += why
    return units + _settle_debt(
        desk, operation, account, (-units, account.debt - owed_before), done
    )


def _earn_more(
    desk: Desk, undoing: Undoing, operation: Row, what: tuple[Share, int], done: TakenBack
) -> int:
    """What is left earns more than before: a rule that halves no longer holds."""
    share, difference = what
    why: list[Reason] = []
    units = desk.book.earn(
        operation,
        desk.account(share.unit),
        millionths=-difference,
        terms=desks.lot_terms(desk, share.unit, undoing.visit.occurred_at),
        reasons=why,
    )
    why.append(_why(desk, share, (-units, -units), undoing.by))
    done.reasons += why
    return units


def _why(desk: Desk, share: Share, moved: tuple[int, int], by: str) -> Reason:
    """What was taken, out of what was due; the rest had expired and counts as taken."""
    taken, due = moved
    if earning.is_cause(share.unit):
        return reasons.pledge_lowered(share.key, share.unit, taken, desk.place.currency, by)
    return reasons.taken(share.key, desk.unit(share.unit), taken, expired=due - taken, by=by)


def _settle_debt(
    desk: Desk, operation: Row, account: AccountState, taken: tuple[int, int], done: TakenBack
) -> int:
    """A debt that came about is carried, written off or refused, as the rules of the sale say.

    `taken` is how many units were due, and how many of them were not there.
    """
    (due, fresh), policy = taken, desk.version.document.debt
    if fresh <= 0 or policy == "carry" or earning.is_cause(account.unit):
        return 0
    if policy == "block":
        raise InsufficientUnits(unit=account.unit, needed=due, available=due - fresh)
    why = reasons.forgiven(desk.unit(account.unit), fresh)
    done.reasons.append(why)
    return desk.book.forgive(operation, account, fresh, [why])


def _coverable(
    session: Session, desk: Desk, undoing: Undoing, account: AccountState, own: list[UUID]
) -> int:
    """Units of the sale's own lots that have expired and that no earlier refund has counted.

    Lots that expire in this very operation are counted from the book, where they are gone already.
    """
    if not own:
        return 0
    lots = store.load_lots(session, desk.book, own)
    # Whole lots lost nothing yet: what comes back to a lot was spent from it, never expired.
    if all(lot.ends_at is None or lot.remaining == lot.units for lot in lots.values()):
        return 0
    written = past.expired_units(session, desk.book, account, own)
    unwritten = sum(
        row["units"]
        for row in desk.book.postings
        if row["lot_id"] in lots and row["to_id"] == _expired_side(account)
    )
    cards = desk.ranks.dossier.card_ids()
    covered = past.covered_units(session, desk.book, undoing.operation_ids, account.unit, cards)
    return int(written + unwritten - covered)


def _expired_side(account: AccountState) -> UUID:
    return side(account.program_id, account.unit, "expired")


def _unfill(
    session: Session, desk: Desk, operation: Row, account: AccountState, due: int
) -> list[Redemption]:
    """When free stamps do not suffice, the youngest unused vouchers of full cards are cancelled."""
    stamps = desk.version.document.stamps
    if stamps is None or stamps.unit != account.unit:
        return []
    cancelled = []
    for redemption in vouchers.unused_filled(session, desk) if _short(desk, account, due) else ():
        if not _short(desk, account, due):
            break
        if account.unit not in redemption.cost:
            continue  # a card of other rules: its stamps would not help
        rules = catalogue.version(
            session,
            merchant_id=redemption.merchant_id,
            program_id=redemption.program_id,
            number=redemption.version,
        )
        origin = desks.origin_of(operation, desk.place)
        vouchers.give_back(session, desk, redemption, version=rules, origin=origin)
        cancelled.append(redemption)
    return cancelled


def _short(desk: Desk, account: AccountState, due: int) -> bool:
    """Whether less is there than is due; what waits can be taken too."""
    return due > account.available(desk.at) + account.pending(desk.at)
