"""The fields of an audience: what each takes for a value, and how it may be compared (pure)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loyalty.analytics.rhythm import STATES
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.customers.consents import Purpose

NUMBER_OPS = ("eq", "in", "gte", "lte", "between")
WORD_OPS = ("eq", "in")
WHOLE_MAX = 1_000_000_000_000
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,31}")
LETTERS_MAX = 120

Fault = Callable[[Any], Text | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A field, or a family of them; `fault` says what is wrong with a value.

    `is_behaviour`: it tells what somebody did here, so a mail by it needs their word on profiling.
    `is_habit`: it tells what they like, so it finds only who agreed to that. `is_waiting`: its part
    of the product is not there yet.
    """

    ops: tuple[str, ...]
    fault: Fault
    is_behaviour: bool = False
    is_habit: bool = False
    is_waiting: bool = False


def _whole(low: int, high: int) -> Fault:
    said = Text(f"Un numero intero da {low} a {high}.", f"A whole number from {low} to {high}.")

    def fault(value: Any) -> Text | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return None if is_whole and low <= value <= high else said

    return fault


def _one_of(*words: str) -> Fault:
    said = Text(f"Scegli tra: {', '.join(words)}.", f"Choose from: {', '.join(words)}.")
    return lambda value: None if isinstance(value, str) and value in words else said


def _truth(value: Any) -> Text | None:
    return None if isinstance(value, bool) else Text("true oppure false.", "true or false.")


def _words(value: Any) -> Text | None:
    said = Text(f"Da 1 a {LETTERS_MAX} caratteri.", f"Between 1 and {LETTERS_MAX} characters.")
    is_fit = isinstance(value, str) and 0 < len(value) <= LETTERS_MAX and value.isprintable()
    return None if is_fit else said


def _key(value: Any) -> Text | None:
    is_key = isinstance(value, str) and _KEY.fullmatch(value) is not None
    return None if is_key else Text("La chiave di un livello.", "The key of a level.")


def _location(value: Any) -> Text | None:
    is_ref = isinstance(value, str) and parse_ref("loc", value) is not None
    return None if is_ref else Text("Il riferimento di una sede.", "The ref of a location.")


SET = Kind(("set",), _truth)
_AMOUNT = _whole(0, WHOLE_MAX)
_DAYS = _whole(0, 36_500)
_LIKED = Kind((*WORD_OPS, "set"), _words, is_behaviour=True, is_habit=True)
FIELDS: dict[str, Kind] = {
    "state": Kind(WORD_OPS, _one_of(*STATES), is_behaviour=True),
    "visits": Kind(NUMBER_OPS, _AMOUNT, is_behaviour=True),
    "spend_minor": Kind(NUMBER_OPS, _AMOUNT, is_behaviour=True),
    "last_visit_days": Kind((*NUMBER_OPS, "set"), _DAYS, is_behaviour=True),
    "units": Kind((*NUMBER_OPS, "set"), _whole(-WHOLE_MAX, WHOLE_MAX), is_behaviour=True),
    "tier": Kind((*WORD_OPS, "set"), _key, is_behaviour=True),
    "birthday_in_days": Kind((*NUMBER_OPS, "set"), _whole(0, 366)),
    "location": Kind((*WORD_OPS, "set"), _location, is_behaviour=True),
    "source": Kind((*WORD_OPS, "set"), _one_of("poster", "till", "link", "referral")),
    "bought.sku": _LIKED,
    "bought.category": _LIKED,
    "nps": Kind((*NUMBER_OPS, "set"), _whole(0, 10), is_behaviour=True, is_waiting=True),
    "tag": Kind((*WORD_OPS, "set"), _words),
    "consent": Kind(("eq", "set"), _truth),
    "joined_days": Kind(NUMBER_OPS, _DAYS),
}
_FAMILIES: dict[str, Callable[[str], bool]] = {
    "units": lambda part: _KEY.fullmatch(part) is not None,
    "consent": lambda part: part in {purpose.value for purpose in Purpose},
}


def kind_of(field: str) -> Kind:
    """The kind of a field that there is."""
    kind = find(field)
    assert kind is not None, "a condition names a field that there is"
    return kind


def find(field: str) -> Kind | None:
    """The kind of a field, or None: `units.points` and `consent.marketing` are of a family."""
    family, _, part = field.partition(".")
    if family in _FAMILIES:
        return FIELDS[family] if _FAMILIES[family](part) else None
    return FIELDS.get(field)
