"""What is on a card, in the words and shapes that the till and the customer's page share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.cards.tokens import shown
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import VersionDocument
from loyalty.web.locale import gettext, number, pick

Facts = Mapping[str, Any]
STAMPS_DRAWN_MAX = 30  # a longer row says less than its number


@dataclass(frozen=True, slots=True)
class Stamps:
    """A stamp card to draw: `size` cells and a gift after them."""

    unit: str
    size: int
    filled: int


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher that waits to be used."""

    code: str
    name: str
    until: datetime | None
    ref: str


@dataclass(frozen=True, slots=True)
class Prize:
    """A reward and how far it is."""

    key: str
    name: str
    cost: str
    ready: bool
    distance: str
    progress: str
    needed: int
    have: int


def label_of(document: VersionDocument, unit: str) -> Text:
    """What the unit is called; one that the rules no longer name keeps its key."""
    found = document.unit(unit)
    return found.label if found else Text(unit, unit)


def counted(document: VersionDocument, units: Mapping[str, int]) -> str:
    """Some units in words: "12 punti e 1 timbro"."""
    parts = [_count(many, label_of(document, unit)) for unit, many in units.items()]
    return gettext(" and ").join(parts)


def _count(many: int, label: Text) -> str:
    return f"{number(many)} {pick(words.singular(label) if abs(many) == 1 else label)}"


def gain(document: VersionDocument, earned: Mapping[str, int]) -> str:
    """What a visit gave: "+12 punti"; nothing where nothing was earned."""
    some = {unit: many for unit, many in earned.items() if many}
    return f"+{counted(document, some)}" if some else ""


def stamps(document: VersionDocument, balances: Facts) -> Stamps | None:
    """The stamp card to draw, if the program has one of a size that can be drawn."""
    card = document.stamps
    if card is None or card.size > STAMPS_DRAWN_MAX:
        return None
    return Stamps(card.unit, card.size, min(available(balances, card.unit), card.size))


def available(balances: Facts, unit: str) -> int:
    """How many of a unit could be spent now."""
    held: int = balances.get(unit, {}).get("available", 0)
    return held


def prizes(document: VersionDocument, standing: Facts) -> list[Prize]:
    """Every reward with its distance: those within reach first, then the nearest."""
    found = [_prize(document, standing["balances"], facts) for facts in standing["rewards"]]
    return sorted(found, key=lambda prize: (not prize.ready, prize.needed - prize.have))


def _prize(document: VersionDocument, balances: Facts, facts: Facts) -> Prize:
    cost: Mapping[str, int] = facts["cost"]
    unit, needed = next(iter(cost.items()), ("", 0))
    held, missing = available(balances, unit), facts["missing"]
    return Prize(
        key=facts["key"],
        name=pick(facts["name"]),
        cost=counted(document, cost),
        ready=not missing,
        distance=(
            gettext("%(units)s to go", units=counted(document, missing))
            if missing
            else gettext("Ready")
        ),
        progress=f"{number(held)} / {number(needed)}",
        needed=needed,
        have=min(held, needed),
    )


def vouchers(document: VersionDocument, found: Sequence[Facts]) -> list[Voucher]:
    """The vouchers of a receipt or a standing, with their rewards by name."""
    return [_voucher(document, facts) for facts in found]


def _voucher(document: VersionDocument, facts: Facts) -> Voucher:
    reward = document.reward(facts["reward"])
    until = facts["until"]
    return Voucher(
        code=shown(facts["code"]),
        name=pick(facts.get("name") or (reward.name if reward else facts["reward"])),
        until=datetime.fromisoformat(until) if until else None,
        ref=facts["redemption"],
    )
