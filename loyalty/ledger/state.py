"""Accounts as one operation sees and changes them, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.core.errors import InsufficientUnits
from loyalty.core.ids import new_id
from loyalty.ledger import lots as fifo
from loyalty.ledger.lots import LotState, LotTerms

EXPIRING_MAX = 8  # a receipt names the next ends only
Reason = dict[str, Any]  # rule, unit, units, it, en


@dataclass(frozen=True, slots=True)
class Origin:
    """Who does something to which card, where, when and under which version of the rules."""

    merchant_id: UUID
    program_id: UUID
    card_id: UUID
    version: int | None
    actor: str
    via: str
    occurred_at: datetime
    recorded_at: datetime
    location_id: UUID | None = None
    device: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A caller's idempotency key and body, as 16-byte digests."""

    key_hash: bytes
    body_hash: bytes


@dataclass(slots=True)
class AccountState:
    """One card's account of one unit, under lock.

    `lots` are its open ones. To earn, they need not be known: then `is_whole` is false, `lots` are
    those that wait, none of the others is over, and `soon` says what of them expires when, the next
    ones first.
    """

    id: UUID
    card_id: UUID
    program_id: UUID
    unit: str
    balance: int
    debt: int
    earned_millionths: int
    moves: int
    has_waiting: bool = False
    last_active_at: datetime | None = None
    lots: list[LotState] = field(default_factory=list)
    before: tuple[int, int, int, bool, datetime | None] = (0, 0, 0, False, None)
    is_whole: bool = True
    soon: list[tuple[datetime, int]] = field(default_factory=list)

    def available(self, at: datetime) -> int:
        """What could be redeemed at that moment: nothing while there is a debt."""
        if self.debt:
            return 0
        if self.is_whole:
            return fifo.available(self.lots, at)
        return self.balance - fifo.pending(self.lots, at)

    def pending(self, at: datetime) -> int:
        """What is earned and cannot be used yet."""
        return fifo.pending(self.lots, at)

    @property
    def lifetime(self) -> int:
        """Whole units earned by visits so far, net of refunds."""
        return self.earned_millionths // 1_000_000

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return self.now != self.before

    @property
    def now(self) -> tuple[int, int, int, bool, datetime | None]:
        """What the account's row holds, as `before` has it."""
        return (
            self.balance,
            self.debt,
            self.earned_millionths,
            self.has_waiting,
            self.last_active_at,
        )

    def visited(self, at: datetime, timezone: str) -> None:
        """A visit lets units live on that last so long after the last one."""
        if self.last_active_at is None or at > self.last_active_at:
            self.last_active_at = at
            for lot in self.lots:
                lot.slide(at, timezone)

    def expiring(self, at: datetime) -> list[tuple[datetime, int]]:
        """What is left in living lots that end one day: when, and how many units."""
        ends: dict[datetime, int] = {}
        for end, units in self.soon:
            ends[end] = ends.get(end, 0) + units
        for lot in self.lots:
            if lot.remaining and lot.ends_at is not None and not lot.is_over(at):
                ends[lot.ends_at] = ends.get(lot.ends_at, 0) + lot.remaining
        return sorted(ends.items())

    def lot(self, key: UUID) -> LotState | None:
        """The lot of that id, if it is loaded."""
        return next((lot for lot in self.lots if lot.id == key), None)


def require(account: AccountState, units: int, at: datetime) -> None:
    """Raise InsufficientUnits unless that much could be spent now."""
    there = account.available(at)
    if there < units:
        raise InsufficientUnits(unit=account.unit, needed=units, available=there)


def total(takes: Sequence[fifo.Take]) -> int:
    """How many units the takes add up to."""
    return sum(take.units for take in takes)


def operation_row(
    kind: str,
    origin: Origin,
    intent: Intent | None,
    reverses_id: UUID | None,
    reason: str | None,
) -> dict[str, Any]:
    """A new operation as it will be written; its answer is still to come."""
    return {
        "merchant_id": origin.merchant_id,
        "id": new_id(),
        "kind": kind,
        "key_hash": intent.key_hash if intent else None,
        "body_hash": intent.body_hash if intent else None,
        "answer": None,
        "card_id": origin.card_id,
        "version": origin.version,
        "actor": origin.actor,
        "via": origin.via,
        "location_id": origin.location_id,
        "device": origin.device,
        "proof": origin.proof,
        "reason": reason,
        "reverses_id": reverses_id,
        "occurred_at": origin.occurred_at,
        "recorded_at": origin.recorded_at,
    }


def new_lot(operation: dict[str, Any], entry: dict[str, Any], terms: LotTerms) -> LotState:
    """An empty lot that this entry will fill."""
    return LotState(
        id=new_id(),
        account_id=entry["account_id"],
        entry_id=entry["id"],
        version=operation["version"],
        units=0,
        remaining=0,
        expires_at=terms.expires_at,
        is_grace=terms.is_grace,
        is_pending=terms.active_at is not None,
        active_at=terms.active_at,
        idle_months=terms.idle_months,
        slides_from_at=terms.slides_from_at,
        origin_id=terms.origin_id,
        ends_at=terms.expires_at,
        is_new=True,
    )
