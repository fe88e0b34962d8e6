"""What a refund takes back: what the visit earned before, less what it earns after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.counter import desk as desks
from loyalty.counter import reasons, vouchers
from loyalty.counter.desk import Desk
from loyalty.counter.models import Redemption, Visit, VisitRefund
from loyalty.counter.net import Given
from loyalty.ledger import past, store
from loyalty.ledger.chart import side
from loyalty.ledger.state import AccountState, Reason
from loyalty.programs import catalogue, earning
from loyalty.programs.earning import Line, Share

Row = dict[str, Any]
Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Undoing:
    """Which visit is undone, how far, and what was done to it before."""

    visit: Visit
    earlier: Sequence[VisitRefund]
    before: Lines
    after: Lines
    given: Given | None  # None: voided

    @property
    def operation_ids(self) -> list[UUID]:
        """The operations of the earlier refunds."""
        return [row.id for row in self.earlier]


def take_back(
    session: Session, desk: Desk, undoing: Undoing, operation: Row
) -> tuple[dict[str, int], list[Reason], list[Redemption]]:
    """Post the difference of what the visit earned before and after, unit by unit."""
    document = desk.version.document
    before = earning.by_unit(earning.shares(document, undoing.before))
    after = earning.by_unit(earning.shares(document, undoing.after))
    made = past.lots_made_by(session, desk.book, operation_id=undoing.visit.id)
    earned: dict[str, int] = {}
    said: list[Reason] = []
    cancelled: list[Redemption] = []
    for key, shares in before.items():
        account = desk.book.account(desk.place.card_id, key)
        own = made.get(account.id, [])
        coverable = _coverable(session, desk, undoing, account, own)
        due = _due(account, shares, after[key])
        cancelled += _unfill(session, desk, operation, account, due - coverable)
        why: list[Reason] = []
        earned[key] = desk.book.take_back(
            operation,
            account,
            millionths=_difference(shares, after[key]),
            own=own,
            coverable=coverable,
            reasons=why,
        )
        why.append(_why(desk, shares[0].rule.key, key, (-earned[key], due), undoing))
        said += why
    return earned, said, cancelled


def _why(desk: Desk, rule: str, unit: str, moved: tuple[int, int], undoing: Undoing) -> Reason:
    """What was taken, out of what was due; the rest had expired and counts as taken."""
    taken, due = moved
    return reasons.taken(
        rule, desk.unit(unit), taken, expired=due - taken, voided=undoing.given is None
    )


def _difference(before: list[Share], after: list[Share]) -> int:
    return sum(share.millionths for share in before) - sum(share.millionths for share in after)


def _due(account: AccountState, before: list[Share], after: list[Share]) -> int:
    rest = account.earned_millionths - _difference(before, after)
    return account.lifetime - rest // earning.MILLION


def _coverable(
    session: Session, desk: Desk, undoing: Undoing, account: AccountState, own: list[UUID]
) -> int:
    """Units of the sale's own lots that have expired and that no earlier refund has counted.

    Lots that expire in this very operation are counted from the book, where they are gone already.
    """
    if not own:
        return 0
    lots = store.load_lots(session, desk.book, own)
    written = past.expired_units(session, desk.book, account, own)
    unwritten = sum(
        row["units"]
        for row in desk.book.postings
        if row["lot_id"] in lots and row["to_id"] == _expired_side(account)
    )
    covered = past.covered_units(session, desk.book, account, undoing.operation_ids)
    return int(written + unwritten - covered)


def _expired_side(account: AccountState) -> UUID:
    return side(account.program_id, account.unit, "expired")


def _unfill(
    session: Session, desk: Desk, operation: Row, account: AccountState, due: int
) -> list[Redemption]:
    """When free stamps do not suffice, the youngest unused vouchers of full cards are cancelled."""
    stamps = desk.version.document.stamps
    short = due - account.available(desk.at)
    if stamps is None or stamps.unit != account.unit or short <= 0:
        return []
    cancelled = []
    for redemption in vouchers.unused_filled(session, desk):
        if short <= 0:
            break
        rules = catalogue.version(
            session,
            merchant_id=redemption.merchant_id,
            program_id=redemption.program_id,
            number=redemption.version,
        )
        origin = desks.origin_of(operation, desk.place)
        vouchers.give_back(session, desk, redemption, version=rules, origin=origin)
        cancelled.append(redemption)
        short = due - account.available(desk.at)
    return cancelled
