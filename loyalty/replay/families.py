"""Which cards are one: a card that was merged into another is counted with it (pure)."""

from uuid import UUID


class Families:
    """Cards and those that were merged into them, as the log has it by now."""

    def __init__(self) -> None:
        self._home: dict[UUID, UUID] = {}
        self._guests: dict[UUID, list[UUID]] = {}

    def root(self, card_id: UUID) -> UUID:
        """The card that holds what this one had: itself, unless it was merged."""
        return self._home.get(card_id, card_id)

    def home(self, card_id: UUID) -> UUID | None:
        """The card it was merged into, if it was."""
        return self._home.get(card_id)

    def members(self, card_id: UUID) -> list[UUID]:
        """A card and those merged into it."""
        return [card_id, *self._guests.get(card_id, ())]

    def join(self, absorbed: UUID, keeper: UUID) -> list[UUID]:
        """Put a card, and those that were merged into it, to another; those that went, it first."""
        family = self.members(absorbed)
        self._guests.pop(absorbed, None)
        for card_id in family:
            self._home[card_id] = keeper
        self._guests.setdefault(keeper, []).extend(family)
        return family

    def part(self, family: list[UUID], keeper: UUID) -> None:
        """Let them go again: the first stands alone, the others are its own."""
        absorbed, *followed = family
        gone = set(family)
        self._guests[keeper] = [each for each in self._guests[keeper] if each not in gone]
        del self._home[absorbed]
        for card_id in followed:
            self._home[card_id] = absorbed
        self._guests[absorbed] = followed
