"""What is worth a little joy on the card: something good that happened a moment ago (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.wallet.faces import Face
from loyalty.wallet.statement import Line
from loyalty.web.locale import gettext
from loyalty.web.looks import capital

_A_MOMENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Party:
    """The sentence, or an empty one; and how many of the stamps are new."""

    text: str
    stamps: int


def party(card: Face, lines: Sequence[Line], *, at: datetime) -> Party:
    """Look at what happened within ten minutes: a voucher that came, a reward within reach."""
    fresh = [line for line in lines if at - line.at <= _A_MOMENT]
    gained = _gained(card, fresh)
    if card.vouchers and any(line.kind == "redemption" for line in fresh):
        return Party(_yours(card.vouchers[0].name), gained)
    visited = any(line.kind == "visit" for line in fresh)
    ready = next((goal for goal in card.goals if goal.ready), None)
    if visited and ready is not None:
        return Party(gettext("You have made it: %(reward)s.", reward=ready.name), gained)
    return Party("", gained)


def _yours(name: str) -> str:
    return gettext("%(reward)s: it is yours!", reward=capital(name))


def _gained(card: Face, fresh: Sequence[Line]) -> int:
    """Stamps that came a moment ago, as far as they still stand on the card."""
    stamps, headline = card.front.stamps, card.front.headline
    if stamps is None or headline is None:
        return 0
    units = sum(
        change.units
        for line in fresh
        for change in line.changes
        if line.kind == "visit" and change.label == headline.label
    )
    return max(0, min(units, stamps.filled))
