"""Which lots give way first: soonest end, then oldest, those without an end last (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from loyalty.core.calendar import idle_end

_NEVER = datetime.max.replace(tzinfo=UTC)
# The last visit to a card whose units slide and that nobody has visited: nothing lives on from it.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LotTerms:
    """The terms under which units come: their end, when they may be used, and whether they slide.

    Units with `idle_months` live so long after the last visit since `slides_from_at`.
    """

    expires_at: datetime | None = None
    active_at: datetime | None = None
    idle_months: int | None = None
    slides_from_at: datetime | None = None
    is_grace: bool = False
    origin_id: UUID | None = None


@dataclass(slots=True)
class LotState:
    """A lot as an operation sees and changes it; `ends_at` is its end as the card's visits have it.

    Until `active_at` it is pending: it counts in the balance and cannot be spent, entry written or
    not. `is_pending` says whether the entry of its activation is still to come.
    """

    id: UUID
    account_id: UUID
    entry_id: UUID
    version: int | None
    units: int
    remaining: int
    expires_at: datetime | None
    is_grace: bool = False
    is_pending: bool = False
    active_at: datetime | None = None
    idle_months: int | None = None
    slides_from_at: datetime | None = None
    origin_id: UUID | None = None
    ends_at: datetime | None = None
    is_new: bool = False
    is_touched: bool = False

    def slide(self, last_active_at: datetime | None, timezone: str) -> None:
        """Work out the end anew after a visit at `last_active_at`."""
        self.ends_at = self.expires_at
        if self.idle_months is None or last_active_at is None or self.expires_at is None:
            return
        if self.slides_from_at is not None and last_active_at > self.slides_from_at:
            later = idle_end(last_active_at, self.idle_months, timezone)
            self.ends_at = None if later is None else max(self.expires_at, later)

    def is_over(self, at: datetime) -> bool:
        """Whether the lot's time has passed; such a lot is never spendable."""
        return self.ends_at is not None and self.ends_at <= at

    def ends_before(self, until: datetime | None) -> bool:
        """Whether another end, or none, would be a later one."""
        return self.expires_at is not None and (until is None or until > self.expires_at)

    def is_waiting(self, at: datetime) -> bool:
        """Whether its units cannot be used yet."""
        return self.is_pending and self.active_at is not None and self.active_at > at

    def terms(self, at: datetime) -> LotTerms:
        """The terms of the same units on another card from `at` on: the same life, no longer.

        Visits that were made there before do not count for them.
        """
        return LotTerms(
            expires_at=self.ends_at,
            active_at=self.active_at if self.is_pending else None,
            idle_months=self.idle_months,
            slides_from_at=at if self.idle_months is not None else None,
            is_grace=self.is_grace,
            origin_id=self.id,
        )


@dataclass(frozen=True, slots=True)
class Take:
    """So many units out of one lot."""

    lot: LotState
    units: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where units belong that come back to a card: at most so many, into a lot, or under terms."""

    units: int
    lot: LotState | None = None
    terms: LotTerms = LotTerms()


def _turn(lot: LotState) -> tuple[datetime, UUID]:
    return (lot.ends_at or _NEVER, lot.id)


def soonest_first(lots: Iterable[LotState]) -> list[LotState]:
    """The order in which lots are spent. Ids grow with time, so they break ties by age."""
    return sorted(lots, key=_turn)


def takes_soonest_first(takes: Iterable[Take]) -> list[Take]:
    """The same order for what was taken out of lots."""
    return sorted(takes, key=lambda take: _turn(take.lot))


def available(lots: Iterable[LotState], at: datetime) -> int:
    """What could be spent at that moment."""
    return sum(lot.remaining for lot in lots if not lot.is_over(at) and not lot.is_waiting(at))


def pending(lots: Iterable[LotState], at: datetime) -> int:
    """What is earned and cannot be used yet."""
    return sum(lot.remaining for lot in lots if not lot.is_over(at) and lot.is_waiting(at))


def plan_spend(lots: Iterable[LotState], units: int, at: datetime) -> list[Take]:
    """Take up to `units` from what can be spent, soonest first; the caller compares the sum."""
    usable = (lot for lot in lots if not lot.is_waiting(at))
    return _plan(soonest_first(usable), units, at)


Nearness = Mapping[UUID, tuple[int, int]]  # of each lot, or of none: the lower, the nearer
_ALIKE = (0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """Where units that are taken back come from: the lots of their sale first.

    Of those at most `coverable` units that have expired count as taken; what is `near` goes before
    what is far; lots that are over at `at` hold nothing any more (None: when it is written).
    """

    own: Sequence[UUID] = ()
    coverable: int = 0
    near: Nearness | None = None
    at: datetime | None = None


def plan_take_back(
    lots: Iterable[LotState], units: int, at: datetime, near: Nearness | None = None
) -> list[Take]:
    """Take up to `units` for a refund: what waits gives way first, then soonest first.

    Before that, what is `near` comes before what is far: lots that came with the sale's own card.
    """
    places = near or {}
    ordered = sorted(
        lots, key=lambda lot: (places.get(lot.id, _ALIKE), not lot.is_waiting(at), *_turn(lot))
    )
    return _plan(ordered, units, at)


def _plan(ordered: Iterable[LotState], units: int, at: datetime) -> list[Take]:
    takes = []
    for lot in ordered:
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


def plan_activation(lots: Iterable[LotState], at: datetime) -> list[LotState]:
    """The lots whose waiting is over and whose activation is not written yet, oldest first.

    Of one that was refunded while it waited nothing becomes ready.
    """
    return sorted(
        (lot for lot in lots if lot.remaining and lot.is_pending and not lot.is_waiting(at)),
        key=lambda lot: (lot.active_at or _NEVER, lot.id),
    )
