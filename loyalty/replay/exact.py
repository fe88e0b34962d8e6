"""The exact sums of cards, in millionths by unit, as operations must have moved them (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from loyalty.programs.tiers import Standing
from loyalty.replay.days import count
from loyalty.replay.families import Families
from loyalty.replay.log import Row


@dataclass(slots=True)
class Joined:
    """A merge that has not been undone: who went, and what of their sums is still theirs.

    `kept` is where the keeper stood before and after, in a program with levels.
    """

    family: list[UUID]
    sums: dict[str, int]
    kept: tuple[Standing, Standing] | None = None


class Exact:
    """What operations move, and what that comes to.

    `millionths` are by operation, card and unit, `sums` by card and unit.
    """

    def __init__(self, families: Families) -> None:
        self._families = families
        self._joined: dict[UUID, Joined] = {}
        self.millionths: dict[tuple[UUID, UUID, str], int] = {}
        self.sums: dict[tuple[UUID, str], int] = {}

    def post(
        self, card_id: UUID, operation: Row, millionths: Mapping[str, int], sign: int = 1
    ) -> None:
        """Move millionths by unit on a card."""
        for unit, each in millionths.items():
            deed, place = (operation.id, card_id, unit), (card_id, unit)
            self.millionths[deed] = self.millionths.get(deed, 0) + sign * each
            self.sums[place] = self.sums.get(place, 0) + sign * each

    def change(self, card_id: UUID, operation: Row, change: Mapping[str, int]) -> None:
        """Give or take (below 0) millionths of a card's own, wherever they are by now.

        What is taken of a merged card's own past does not go back to it, what comes does.
        """
        self.post(self._families.root(card_id), operation, change)
        for joined in self._joined.values():
            if card_id in joined.family:
                count(joined.sums, change)

    def join(self, absorbed: UUID, operation: Row) -> Joined:
        """Everything of a card goes to the one that the operation names."""
        sums = {unit: each for (card_id, unit), each in self.sums.items() if card_id == absorbed}
        joined = Joined(self._families.join(absorbed, operation.card_id), sums)
        self._joined[operation.id] = joined
        self.post(absorbed, operation, sums, -1)
        self.post(operation.card_id, operation, sums)
        return joined

    def part(self, operation: Row) -> Joined:
        """What of it is left goes back. Raises LookupError if there was no such merge."""
        joined = self._joined.pop(operation.reverses_id)
        self._families.part(joined.family, operation.card_id)
        self.post(operation.card_id, operation, joined.sums, -1)
        self.post(joined.family[0], operation, joined.sums)
        return joined
