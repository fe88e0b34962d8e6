"""The rewards of a version as a simulation gives them: when, to whom, and how many (pure)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

from loyalty.core.calendar import end_of, zone
from loyalty.programs import bounds
from loyalty.programs.document import Reward, VersionDocument

Turn = tuple[datetime, bytes, int]
"""A place in the queue for a stock: the moment, who, and which of their rewards it was."""

_SPARE = 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward that can be had from `opens_at` until before `closes_at` (None: always)."""

    reward: Reward
    costs: tuple[tuple[str, int], ...]
    opens_at: datetime | None
    closes_at: datetime | None

    def is_open(self, at: datetime) -> bool:
        """Whether it can be had at that moment."""
        return (self.opens_at is None or at >= self.opens_at) and (
            self.closes_at is None or at < self.closes_at
        )

    def is_for(self, tier: str | None) -> bool:
        """Whether somebody at that level may have it."""
        return not self.reward.tiers or tier in self.reward.tiers


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be had: `full` by filling a stamp card, `others` for units, the cheapest first.

    The cheapest asks for the fewest units, added up where it asks for several kinds; of equal ones
    the first of the version. `contested` are the units that more than one reward asks for.
    """

    full: Offer | None
    others: tuple[Offer, ...]
    contested: frozenset[str]

    @property
    def every(self) -> tuple[Offer, ...]:
        """All of them."""
        return (*self.others, self.full) if self.full else self.others


def offers(document: VersionDocument, timezone: str) -> Offers:
    """The rewards of a version. What costs nothing is left out: there are no free vouchers."""
    costing = [reward for reward in document.rewards if sum(reward.cost.values()) > 0]
    stamps = document.stamps
    filling = stamps.reward if stamps and stamps.on_full == "issue" else None
    asked = Counter(unit for reward in costing for unit in reward.cost)
    found = [_offer(reward, timezone) for reward in costing]
    return Offers(
        full=next((one for one in found if one.reward.key == filling), None),
        others=tuple(
            sorted(
                (one for one in found if one.reward.key != filling),
                key=lambda one: sum(one.reward.cost.values()),
            )
        ),
        contested=frozenset(unit for unit, times in asked.items() if times > 1),
    )


def _offer(reward: Reward, timezone: str) -> Offer:
    starts = bounds.read(reward.starts) if reward.starts else None
    ends = bounds.read(reward.ends) if reward.ends else None
    if ends is not None and not isinstance(ends, datetime):
        ends = end_of(ends, timezone)
    return Offer(reward, tuple(reward.cost.items()), _begin(starts, timezone), ends)


def _begin(starts: date | datetime | None, timezone: str) -> datetime | None:
    """A day begins at its midnight in the shop."""
    if starts is None or isinstance(starts, datetime):
        return starts
    return datetime.combine(starts, time.min, zone(timezone))


class Stock:
    """So many of a reward for everybody: the first in time get them, whoever is played first.

    Nobody knows who those are before all have been played. So everybody takes what they want, and
    `size` turns later it is known who was the last to get one; the next time all are played, it
    ends there. Until that turn nothing was different, so that turn is the right one.
    """

    def __init__(self, size: int) -> None:
        self.last: Turn | None = None
        self.is_over = size == 0
        self._size = size
        self._turns: list[Turn] = []

    def allows(self, turn: Turn) -> bool:
        """Whether there is still one at that turn."""
        if not self.is_over:
            return True
        return self.last is not None and turn <= self.last

    def take(self, turn: Turn) -> None:
        """Somebody took one."""
        if self.is_over:
            return
        self._turns.append(turn)
        if len(self._turns) > 2 * self._size + _SPARE:
            self._turns = self._first()

    def refused(self) -> Turn | None:
        """The first turn that came too late, if one did and that is not settled yet."""
        first = self._first()
        return first[self._size] if len(first) > self._size else None

    def close(self) -> None:
        """Let it end with the last turn that was in time."""
        self.is_over = True
        self.last = self._first()[self._size - 1]
        self._turns = []

    def play_again(self) -> None:
        """Forget what was taken: everybody is played once more."""
        self._turns = []

    def _first(self) -> list[Turn]:
        return sorted(self._turns)[: self._size + 1]


def close_the_first(stocks: dict[str, Stock]) -> bool:
    """End the stock that ran out first, if one did and does not end yet; then play again.

    Only the first is certain: after it, others may last longer.
    """
    late = {key: turn for key, stock in stocks.items() if (turn := stock.refused()) is not None}
    if late:
        stocks[min(late, key=lambda key: late[key])].close()
        for stock in stocks.values():
            stock.play_again()
    return bool(late)
