"""Vouchers: units leave their lots when one is issued, and come back when it is cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import AlreadyCancelled, AlreadyUsed, RewardUnavailable
from loyalty.core.ids import random_code
from loyalty.counter import reasons
from loyalty.counter.desk import Desk, Place, unit_of
from loyalty.counter.models import Redemption
from loyalty.ledger import store
from loyalty.ledger.book import Book
from loyalty.ledger.lots import Take
from loyalty.ledger.models import Entry, Posting
from loyalty.ledger.state import Intent, Origin, Reason
from loyalty.programs import expiry
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Reward

Row = dict[str, Any]
GRACE_DAYS = 7
_REDEMPTION = table(Redemption)


@dataclass(slots=True)
class Issued:
    """A redemption that has just been reserved."""

    operation: Row
    redemption: Row
    reasons: list[Reason] = field(default_factory=list)


def issue(
    book: Book,
    place: Place,
    version: PublishedVersion,
    reward: Reward,
    *,
    origin: Origin,
    intent: Intent | None = None,
    filled: bool = False,
) -> Issued:
    """Reserve a reward: its units are spent and a voucher is out. Raises InsufficientUnits."""
    operation = book.begin("redemption", origin, intent=intent)
    said: list[Reason] = []
    for key, units in reward.cost.items():
        unit = unit_of(version, key)
        why = (
            reasons.filled(unit, units, reward) if filled else reasons.redeemed(unit, units, reward)
        )
        book.spend(
            operation,
            book.account(place.card_id, key),
            units,
            at=origin.occurred_at,
            reasons=[why],
        )
        said.append(why)
    row = _row(place, version, reward, operation, filled=filled)
    book.also(_REDEMPTION, row)
    return Issued(operation, row, said)


def _row(
    place: Place, version: PublishedVersion, reward: Reward, operation: Row, *, filled: bool
) -> Row:
    until = (
        expiry.days_later(operation["occurred_at"], reward.voucher_days, place.timezone)
        if reward.voucher_days
        else None
    )
    return {
        "merchant_id": place.merchant_id,
        "id": operation["id"],
        "card_id": place.card_id,
        "program_id": place.program_id,
        "version": version.number,
        "reward": reward.key,
        "cost": dict(reward.cost),
        "code": random_code(CODE_LETTERS),
        "filled": filled,
        "state": "reserved",
        "until_at": until,
        "created_at": operation["occurred_at"],
        "used_at": None,
        "cancelled_at": None,
    }


def is_over(until_at: datetime | None, at: datetime) -> bool:
    """Whether a voucher's last day has passed."""
    return until_at is not None and until_at <= at


def demand_usable(redemption: Redemption, at: datetime) -> None:
    """Raise AlreadyCancelled, AlreadyUsed or RewardUnavailable unless it can be handed over."""
    if redemption.state == "cancelled":
        raise AlreadyCancelled
    if redemption.state == "fulfilled":
        raise AlreadyUsed(used_at=redemption.used_at.isoformat() if redemption.used_at else None)
    if is_over(redemption.until_at, at):
        raise RewardUnavailable(reward=redemption.reward, until=str(redemption.until_at))


def give_back(
    session: Session,
    desk: Desk,
    redemption: Redemption,
    *,
    version: PublishedVersion,
    origin: Origin,
    intent: Intent | None = None,
    reason: str | None = None,
) -> tuple[Row, list[Reason]]:
    """Cancel a redemption: the same lots get their units back, with their own expiry."""
    operation = desk.book.begin(
        "cancel", origin, intent=intent, reverses_id=redemption.id, reason=reason
    )
    until = expiry.end_of(
        expiry.local_day(desk.at, desk.place.timezone) + timedelta(days=GRACE_DAYS),
        desk.place.timezone,
    )
    reward = version.document.reward(redemption.reward)
    assert reward is not None, "a version keeps its rewards"
    said: list[Reason] = []
    for key, units in redemption.cost.items():
        account = desk.book.account(desk.place.card_id, key)
        takes = _taken(session, desk, redemption.id, account.id)
        late = any(take.lot.is_over(desk.at) and not take.lot.is_grace for take in takes)
        grace = expiry.last_day(until, desk.place.timezone) if late else None
        why = reasons.given_back(unit_of(version, key), units, reward, grace)
        desk.book.give_back(operation, account, takes, at=desk.at, grace_until=until, reasons=[why])
        said.append(why)
    _set(session, redemption, "cancelled", cancelled_at=desk.at)
    return operation, said


def _taken(session: Session, desk: Desk, redemption_id: UUID, account_id: UUID) -> list[Take]:
    """What the redemption took out of which lots."""
    rows = session.execute(
        sa.select(Posting.lot_id, Posting.units)
        .join(
            Entry,
            sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id),
        )
        .where(
            Posting.merchant_id == desk.place.merchant_id,
            Entry.operation_id == redemption_id,
            Posting.from_id == account_id,
        )
    ).all()
    lots = store.load_lots(session, desk.book, [row.lot_id for row in rows])
    return [Take(lots[row.lot_id], row.units) for row in rows]


def hand_over(session: Session, redemption: Redemption, at: datetime) -> None:
    """Mark a reserved redemption as handed over; the caller has checked that it can be."""
    _set(session, redemption, "fulfilled", used_at=at)


def _set(session: Session, redemption: Redemption, state: str, **when: datetime) -> None:
    moved = session.execute(
        sa.update(Redemption)
        .where(
            Redemption.merchant_id == redemption.merchant_id,
            Redemption.id == redemption.id,
            Redemption.state == redemption.state,
        )
        .values(state=state, **when)
        .execution_options(synchronize_session=False)
    )
    assert rows_changed(moved) == 1, "the card's accounts are locked"


def unused_filled(session: Session, desk: Desk, *, limit: int = 100) -> Sequence[Redemption]:
    """Vouchers of full stamp cards that nobody has used yet, the youngest first."""
    return (
        session.execute(
            sa.select(Redemption)
            .where(
                Redemption.merchant_id == desk.place.merchant_id,
                Redemption.card_id == desk.place.card_id,
                Redemption.filled.is_(True),
                Redemption.state == "reserved",
                sa.or_(Redemption.until_at.is_(None), Redemption.until_at > desk.at),
            )
            .order_by(Redemption.id.desc())
            .limit(limit)
        )
        .scalars()
        .all()
    )
