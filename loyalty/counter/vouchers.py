"""Vouchers: units leave their lots when one is issued, and come back when it is cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core.calendar import end_of
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import AlreadyCancelled, AlreadyUsed, LoyaltyError, RewardUnavailable
from loyalty.core.ids import random_code
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import offers, reasons
from loyalty.counter.desk import Desk, unit_of
from loyalty.counter.models import Redemption
from loyalty.ledger import past, store
from loyalty.ledger.lots import Source, Take
from loyalty.ledger.models import Account, Entry, Posting
from loyalty.ledger.state import Intent, Origin, Reason
from loyalty.programs import earning, expiry
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Reward, Unit

Row = dict[str, Any]
GRACE_DAYS = 7
_REDEMPTION = table(Redemption)


@dataclass(slots=True)
class Issued:
    """A redemption that has just been reserved."""

    operation: Row
    redemption: Row
    reasons: list[Reason] = field(default_factory=list)


def refusal(desk: Desk, reward: Reward, at: datetime) -> LoyaltyError | None:
    """Why the reward cannot be given to this card at that moment, or None; the stock apart."""
    document, place = desk.version.document, desk.place
    held = desk.ranks.held_on(desk.version, place.day(at)) if reward.tiers else None
    found = offers.out_of_season(reward, at, place.timezone)
    found = found or offers.not_for_level(reward, document.tiers, held)
    if found is not None or reward.per_customer is None:
        return found
    fresh = [
        row
        for row in desk.book.rows.get(_REDEMPTION, [])
        if row["card_id"] == place.card_id and row["reward"] == reward.key
    ]
    return desk.offers.too_often(
        reward, desk.ranks.dossier.card_ids(), at, place.timezone, more=len(fresh)
    )


def issue(
    desk: Desk,
    reward: Reward,
    *,
    origin: Origin,
    intent: Intent | None = None,
    filled: bool = False,
) -> Issued:
    """Reserve a reward: its units are spent and a voucher is out. Raises InsufficientUnits.

    A donation is done at once: its value is pledged to the cause.
    """
    operation = desk.book.begin("redemption", origin, intent=intent)
    said: list[Reason] = []
    for key, units in reward.cost.items():
        unit = desk.unit(key)
        why = (
            reasons.filled(unit, units, reward) if filled else reasons.redeemed(unit, units, reward)
        )
        desk.book.spend(operation, desk.account(key), units, at=origin.occurred_at, reasons=[why])
        said.append(why)
    row = _row(desk, reward, operation, filled=filled)
    if reward.kind == "donation":
        said.append(_donate(desk, reward, operation))
    desk.book.also(_REDEMPTION, row)
    return Issued(operation, row, said)


def _donate(desk: Desk, reward: Reward, operation: Row) -> Reason:
    cause, minor = desk.version.document.cause, reward.value_minor
    assert cause is not None, "checked at publish"
    assert minor is not None, "checked at publish"
    unit = earning.cause_unit(cause.key)
    why = reasons.donated(cause.key, unit, minor, desk.place.currency)
    desk.book.earn(
        operation,
        desk.account(unit),
        millionths=minor * earning.MILLION,
        terms=desks.lot_terms(desk, unit, operation["occurred_at"]),
        reasons=[why],
    )
    return why


def _row(desk: Desk, reward: Reward, operation: Row, *, filled: bool) -> Row:
    at, place = operation["occurred_at"], desk.place
    days, given = reward.voucher_days, reward.kind == "donation"
    until = expiry.days_later(at, days, place.timezone) if days and not given else None
    return {
        "merchant_id": place.merchant_id,
        "id": operation["id"],
        "card_id": place.card_id,
        "program_id": place.program_id,
        "version": desk.version.number,
        "reward": reward.key,
        "cost": dict(reward.cost),
        "code": random_code(CODE_LETTERS),
        "filled": filled,
        "state": "fulfilled" if given else "reserved",
        "until_at": until,
        "created_at": at,
        "used_at": at if given else None,
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
    demand_in_time(redemption, at)


def demand_in_time(redemption: Redemption, at: datetime) -> None:
    """Raise RewardUnavailable if the voucher's last day has passed unused: it has ended."""
    if redemption.state == "reserved" and is_over(redemption.until_at, at):
        raise RewardUnavailable(
            Text(
                "Questo buono è scaduto: i suoi punti non tornano.",
                "This voucher has expired: what it cost does not come back.",
            ),
            reward=redemption.reward,
            reason="ended",
            until=str(redemption.until_at),
        )


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
    """Cancel a redemption: the same lots get their units back, with their own expiry.

    `version` is that of the redemption.
    """
    operation = desk.book.begin(
        "cancel", origin, intent=intent, reverses_id=redemption.id, reason=reason
    )
    reward = version.document.reward(redemption.reward)
    assert reward is not None, "a version keeps its rewards"
    said = [
        _return(session, desk, redemption, operation, (reward, unit_of(version, key), units))
        for key, units in redemption.cost.items()
    ]
    if reward.kind == "donation":
        said.append(_take_donation_back(session, desk, redemption, operation, version))
    desk.offers.put_back(reward)
    _set(session, redemption, "cancelled", cancelled_at=desk.now)
    return operation, said


def _return(
    session: Session,
    desk: Desk,
    redemption: Redemption,
    operation: Row,
    what: tuple[Reward, Unit, int],
) -> Reason:
    """The units of one kind; those that expired meanwhile come back for a few days."""
    reward, unit, units = what
    zone = desk.place.timezone
    until = end_of(desk.place.day(desk.now) + timedelta(days=GRACE_DAYS), zone)
    account = desk.account(unit.key)
    takes = _taken(session, desk, redemption, unit.key)
    late = any(take.lot.is_over(desk.at) and not take.lot.is_grace for take in takes)
    grace = expiry.last_day(until, zone) if late else None
    why = reasons.given_back(unit, units, reward, grace)
    desk.book.give_back(operation, account, takes, at=desk.at, grace_until=until, reasons=[why])
    return why


def _take_donation_back(
    session: Session,
    desk: Desk,
    redemption: Redemption,
    operation: Row,
    version: PublishedVersion,
) -> Reason:
    cause = version.document.cause
    reward = version.document.reward(redemption.reward)
    assert cause is not None, "a version keeps its cause"
    assert reward is not None, "a version keeps its rewards"
    unit, minor = earning.cause_unit(cause.key), reward.value_minor or 0
    account = desk.account(unit)
    made = past.lots_made_by(
        session,
        merchant_id=redemption.merchant_id,
        operation_ids=[redemption.id],
        unit=unit,
        card_ids=desk.ranks.dossier.card_ids(),
    )
    own = store.load_lots(session, desk.book, made)
    why = reasons.donated(cause.key, unit, -minor, desk.place.currency)
    desk.book.take_back(
        operation,
        account,
        millionths=minor * earning.MILLION,
        source=Source(list(own)),
        reasons=[why],
    )
    return why


def _taken(session: Session, desk: Desk, redemption: Redemption, unit: str) -> list[Take]:
    """What the redemption took out of which lots, as the card holds them now."""
    rows = session.execute(
        sa.select(Posting.lot_id, Posting.units)
        .join(
            Entry,
            sa.and_(Entry.merchant_id == Posting.merchant_id, Entry.id == Posting.entry_id),
        )
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        .where(
            Posting.merchant_id == desk.place.merchant_id,
            Entry.operation_id == redemption.id,
            Entry.kind == "spend",
            Account.unit == unit,
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
                Redemption.card_id.in_(desk.ranks.dossier.card_ids()),
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
