"""Which lots give way first: soonest expiry, then oldest, those without expiry last (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class LotState:
    """A lot as an operation sees and changes it."""

    id: UUID
    entry_id: UUID
    version: int | None
    units: int
    remaining: int
    expires_at: datetime | None
    is_grace: bool = False
    is_new: bool = False
    is_touched: bool = False

    def is_over(self, at: datetime) -> bool:
        """Whether the lot's time has passed; such a lot is never spendable."""
        return self.expires_at is not None and self.expires_at <= at


@dataclass(frozen=True, slots=True)
class Take:
    """So many units out of one lot."""

    lot: LotState
    units: int


def _turn(lot: LotState) -> tuple[datetime, UUID]:
    return (lot.expires_at or _NEVER, lot.id)


def soonest_first(lots: Iterable[LotState]) -> list[LotState]:
    """The order in which lots are spent. Ids grow with time, so they break ties by age."""
    return sorted(lots, key=_turn)


def takes_soonest_first(takes: Iterable[Take]) -> list[Take]:
    """The same order for what was taken out of lots."""
    return sorted(takes, key=lambda take: _turn(take.lot))


def available(lots: Iterable[LotState], at: datetime) -> int:
    """What could be spent at that moment."""
    return sum(lot.remaining for lot in lots if not lot.is_over(at))


def plan_spend(lots: Iterable[LotState], units: int, at: datetime) -> list[Take]:
    """Take up to `units` from living lots, soonest first; the caller compares the sum."""
    takes = []
    for lot in soonest_first(lots):
        if units == 0:
            break
        if lot.remaining == 0 or lot.is_over(at):
            continue
        part = min(units, lot.remaining)
        takes.append(Take(lot, part))
        units -= part
    return takes


def plan_expiry(lots: Iterable[LotState], at: datetime) -> list[Take]:
    """Everything left in lots whose time has passed, soonest first."""
    return [
        Take(lot, lot.remaining)
        for lot in soonest_first(lots)
        if lot.remaining > 0 and lot.is_over(at)
    ]
