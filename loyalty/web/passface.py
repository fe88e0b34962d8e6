"""The front of a card, as on the phone: for the card itself and for every preview of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.programs.document import Unit, VersionDocument
from loyalty.web import cardface
from loyalty.web.cardface import Facts, Stamps
from loyalty.web.locale import number, pick

_COFFEE = frozenset({"coffee", "caffè", "caffe", "espresso", "cappuccino"})
_SAMPLE_UNITS = 120
_SAMPLE_CODE = "7K3M-2Q9X-4T"


@dataclass(frozen=True, slots=True)
class Balance:
    """A unit's name and how much of it there is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the pass; `sign` is its icon as long as the shop has chosen none."""

    first_name: str
    code: str
    stamps: Stamps | None
    sign: str
    headline: Balance | None
    also: list[Balance]
    waiting: list[str]
    level: str


def front(document: VersionDocument, balances: Facts, *, name: str, code: str, level: str) -> Front:
    """The front of a card with these balances; `name` is the holder's, `code` as it is shown."""
    drawn = cardface.stamps(document, balances)
    shown = [_balance(unit, balances, drawn) for unit in document.units]
    words = name.split(maxsplit=1)
    return Front(
        first_name=words[0] if words else "",
        code=code,
        stamps=drawn,
        sign=_sign(document),
        headline=shown[0] if shown else None,
        also=shown[1:],
        waiting=[
            text
            for unit in document.units
            if unit.key in balances
            for text in cardface.waiting(unit.label, balances[unit.key])
        ],
        level=level,
    )


def sample(document: VersionDocument) -> Front:
    """The card of a customer who does not exist, some way along."""
    size = document.stamps.size if document.stamps else 0
    stamped = document.stamps.unit if document.stamps else None
    balances: Mapping[str, Any] = {
        unit.key: {
            "available": size * 7 // 10 if unit.key == stamped else _SAMPLE_UNITS,
            "waiting": [],
        }
        for unit in document.units
    }
    levels = document.tiers.levels if document.tiers else ()
    return front(
        document,
        balances,
        name="Giulia",
        code=_SAMPLE_CODE,
        level=pick(levels[-1].name) if levels else "",
    )


def _sign(document: VersionDocument) -> str:
    if any(rule.when.categories & _COFFEE for rule in document.earn):
        return "coffee"
    return "check" if document.stamps else "star"


def _balance(unit: Unit, balances: Facts, drawn: Stamps | None) -> Balance:
    held = number(cardface.available(balances, unit.key))
    if drawn and drawn.unit == unit.key:
        return Balance(pick(unit.label), f"{held} / {drawn.size}")
    return Balance(pick(unit.label), held)
