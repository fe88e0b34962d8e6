"""Whose phone this is: the card that it may open, and under what duty its holder acts."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.cards.lookup import CardFacts
from loyalty.core.ids import ref
from loyalty.merchants.roles import Duty
from loyalty.wallet.opening import open_card


@dataclass(frozen=True, slots=True)
class Holder:
    """A card that this phone may open, and its holder."""

    facts: CardFacts
    at: datetime

    @property
    def customer_ref(self) -> str:
        """The ref under which the holder lives now."""
        return ref("cus", self.facts.customer_id)

    @property
    def duty(self) -> Duty:
        """The holder acting for themselves: it allows nothing that staff may do."""
        return Duty(self.facts.merchant_id, self.customer_ref, "card", frozenset())


def here(card_ref: str) -> Holder | None:
    """The holder of this card, if it is open on this phone."""
    mine = open_card(card_ref)
    return Holder(mine.facts, mine.at) if mine else None
