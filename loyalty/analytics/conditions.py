"""What may be asked of a member: fields, the ways to compare them, and what makes no sense (pure).

`parse` reads an audience as the contract writes it, within bounds, and names each fault by its
place: `audience.all.0.value`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from loyalty.analytics import values
from loyalty.analytics.values import FIELDS, Kind
from loyalty.core.errors import Invalid
from loyalty.core.text import Text

DEPTH_MAX, LIST_MAX, CONDITIONS_MAX, CHOICES_MAX = 5, 50, 100, 100
GROUPS = ("all", "any", "not")
KEY_MAX = 40
_SHAPE = Text(
    "Scrivi un segmento, una condizione, oppure all, any o not con delle condizioni.",
    "Write a segment, a condition, or all, any or not with conditions in it.",
)
_DEEP = Text(
    f"Le condizioni sono annidate oltre {DEPTH_MAX} livelli: semplificale.",
    f"Conditions are nested more than {DEPTH_MAX} deep: make them simpler.",
)
_LONG = Text(
    f"Da 1 a {LIST_MAX} condizioni in un gruppo, {CONDITIONS_MAX} in tutto.",
    f"Between 1 and {LIST_MAX} conditions in a group, {CONDITIONS_MAX} in all.",
)
_FIELD = Text("Questo campo non c'è.", "There is no such field.")
_NOT_YET = Text("Questo campo non si può ancora usare.", "This field cannot be used yet.")
_OP = Text("Per questo campo: {}.", "For this field: {}.")
_CHOICES = Text(f"Da 1 a {CHOICES_MAX} valori.", f"Between 1 and {CHOICES_MAX} values.")
_TWO = Text(
    "Due valori, il primo non oltre il secondo.", "Two values, the first not above the second."
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; `value` is what `values` made of it: a tuple for `in` and `between`."""

    field: str
    op: str
    value: Any

    @property
    def kind(self) -> Kind:
        """What the field is."""
        return values.kind_of(self.field)

    @property
    def part(self) -> str:
        """What stands after the dot: the unit, the purpose."""
        return self.field.partition(".")[2]

    @property
    def bounds(self) -> tuple[Any, Any]:
        """The least and the most, both inclusive; None where there is no such end, or choices."""
        if self.op == "between":
            return self.value[0], self.value[1]
        return (self.value if self.op == "gte" else None, self.value if self.op == "lte" else None)

    @property
    def choices(self) -> list[Any]:
        """What it has to be one of, where it has no bounds."""
        return list(self.value) if self.op == "in" else [self.value]

    def holds(self, number: int) -> bool:
        """Whether a number satisfies it."""
        low, high = self.bounds
        if low is None and high is None:
            return number in self.choices
        return (low is None or number >= low) and (high is None or number <= high)


@dataclass(frozen=True, slots=True)
class Named:
    """Everybody of a segment, built in or saved."""

    key: str


@dataclass(frozen=True, slots=True)
class Group:
    """All of these, at least one of those, and not that."""

    all: tuple["Node", ...] = ()
    any: tuple["Node", ...] = ()
    none: "Node | None" = None

    @property
    def parts(self) -> tuple["Node", ...]:
        """Everything in it."""
        return (*self.all, *self.any, *([self.none] if self.none else []))


Node = Condition | Named | Group


def parse(raw: Any) -> Node:
    """The audience that was written. Raises Invalid naming each fault by its place."""
    reading = _Reading({}, 0)
    node = reading.node(raw, "audience", DEPTH_MAX)
    if reading.faults or node is None:
        raise Invalid(reading.faults)
    return node


class _WrongError(Exception):
    """Something here makes no sense; `said` is what to do."""

    def __init__(self, said: Text, at: str) -> None:
        super().__init__(at)
        self.said, self.at = said, at


@dataclass
class _Reading:
    """Reads an audience and gathers what is wrong with it."""

    faults: dict[str, list[Text]]
    conditions: int

    def node(self, raw: Any, at: str, depth: int) -> Node | None:
        """What stands at a place; None where it makes no sense."""
        try:
            return self._node(raw, at, depth)
        except _WrongError as wrong:
            self.faults.setdefault(wrong.at, []).append(wrong.said)
            return None

    def _node(self, raw: Any, at: str, depth: int) -> Node:
        self.conditions += 1
        if depth == 0:
            _refuse(_DEEP, at)
        if self.conditions > CONDITIONS_MAX:
            _refuse(_LONG, at)
        said = set(raw) if isinstance(raw, Mapping) else set()
        if said == {"segment"}:
            return _named(raw["segment"], _place(at, "segment"))
        if "field" in said and said <= {"field", "op", "value"}:
            return _condition(raw, at)
        if not said or not said <= set(GROUPS):
            _refuse(_SHAPE, at)
        return self._group(raw, at, depth - 1)

    def _group(self, raw: Mapping[str, Any], at: str, depth: int) -> Group:
        lists = {
            name: self._list(raw[name], _place(at, name), depth) for name in raw if name != "not"
        }
        none = self.node(raw["not"], _place(at, "not"), depth) if "not" in raw else None
        return Group(lists.get("all", ()), lists.get("any", ()), none)

    def _list(self, raw: Any, at: str, depth: int) -> tuple[Node, ...]:
        if not isinstance(raw, list) or not 1 <= len(raw) <= LIST_MAX:
            _refuse(_LONG, at)
        found = [self.node(each, _place(at, str(number)), depth) for number, each in enumerate(raw)]
        return tuple(node for node in found if node is not None)


def _named(raw: Any, at: str) -> Named:
    if not isinstance(raw, str) or not 1 <= len(raw) <= KEY_MAX:
        _refuse(_SHAPE, at)
    return Named(raw)


def _condition(raw: Mapping[str, Any], at: str) -> Condition:
    field, op = raw["field"], raw.get("op")
    kind = values.find(field) if isinstance(field, str) else None
    if kind is None:
        _refuse(_FIELD, _place(at, "field"))
    if kind.is_waiting:
        _refuse(_NOT_YET, _place(at, "field"))
    if op not in kind.ops:
        said = ", ".join(kind.ops)
        _refuse(Text(_OP.it.format(said), _OP.en.format(said)), _place(at, "op"))
    value = _value(kind, op, raw.get("value", True if op == "set" else None), _place(at, "value"))
    return Condition(field, op, value)


def _value(kind: Kind, op: str, raw: Any, at: str) -> Any:
    if op == "set":
        return _read(values.SET, raw, at)
    if op not in ("in", "between"):
        return _read(kind, raw, at)
    if not isinstance(raw, list) or not 1 <= len(raw) <= CHOICES_MAX:
        _refuse(_CHOICES, at)
    read = tuple(_read(kind, each, at) for each in raw)
    if op == "between" and (len(read) != 2 or read[0] > read[1]):  # noqa: PLR2004  # two ends
        _refuse(_TWO, at)
    return read


def _read(kind: Kind, raw: Any, at: str) -> Any:
    fault = kind.fault(raw)
    if fault is not None:
        _refuse(fault, at)
    return raw


def _refuse(said: Text, at: str) -> NoReturn:
    raise _WrongError(said, at)


def _place(at: str, name: str) -> str:
    return f"{at}.{name}"


__all__ = ["FIELDS", "Condition", "Group", "Named", "Node", "parse"]
