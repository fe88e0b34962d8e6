"""What visits count for, card by card and day by day, as it is known by now (pure)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from loyalty.programs.document import Tiers
from loyalty.programs.earning import MILLION


@dataclass(slots=True)
class Day:
    """The living visits of a day: how many, what is left of their money, and of their millionths.

    `recorded` is what they gave when they were recorded: refunds leave it as it is.
    """

    visits: int = 0
    spend_minor: int = 0
    exact: dict[str, int] = field(default_factory=dict)
    recorded: dict[str, int] = field(default_factory=dict)


class Days:
    """The days of some cards."""

    def __init__(self) -> None:
        self._days: dict[UUID, dict[date, Day]] = {}
        self._order: dict[UUID, list[date]] = {}

    def day(self, card_id: UUID, on: date) -> Day:
        """That day of a card, to be counted up or down."""
        days = self._days.setdefault(card_id, {})
        if on not in days:
            days[on] = Day()
            insort(self._order.setdefault(card_id, []), on)
        return days[on]

    def qualifying(self, cards: Iterable[UUID], rules: Tiers, first: date, last: date) -> int:
        """What counts towards a level in these days: minor units, whole units, or visits."""
        days = [day for card_id in cards for day in self._between(card_id, first, last)]
        if rules.measure == "spend":
            return sum(day.spend_minor for day in days)
        if rules.measure == "visits":
            return sum(day.visits for day in days)
        return sum(day.exact.get(rules.unit or "", 0) for day in days) // MILLION

    def recorded(self, cards: Iterable[UUID], unit: str, on: date) -> int:
        """The millionths of a unit that the visits of a day gave."""
        return sum(
            day.recorded.get(unit, 0) for card_id in cards for day in self._between(card_id, on, on)
        )

    def _between(self, card_id: UUID, first: date, last: date) -> list[Day]:
        order, days = self._order.get(card_id, []), self._days.get(card_id, {})
        return [days[on] for on in order[bisect_left(order, first) : bisect_right(order, last)]]


def count(sums: dict[str, int], more: Mapping[str, int], sign: int = 1) -> None:
    """Add millionths by unit to sums, or take them out of them."""
    for unit, millionths in more.items():
        sums[unit] = sums.get(unit, 0) + sign * millionths
