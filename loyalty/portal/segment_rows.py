"""The builder's rows and an audience of the contract: each made from the other.

All of some conditions, at least one of others, and none of a third kind: what an audience says
beyond that was written by another program, and is shown in words only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from loyalty.core.money import NotAnAmount, digits, parse_amount
from loyalty.core.text import Text
from loyalty.portal.segment_fields import MONEY, NUMBER, SEGMENT, WORDS, YES, Field

PARTS = ("all", "any", "none")
ROWS_MAX = 20  # in a part
LETTERS_MAX = 400
_NUMBER = re.compile(r"[0-9]{1,12}")
_WHOLE = Text("Scrivi un numero intero.", "Write a whole number.")
_MONEY = Text("Scrivi una somma, come 12,40.", "Write an amount, like 12.40.")
_SOME = Text("Scegline almeno uno.", "Choose at least one.")
_WRITE = Text("Scrivi almeno una parola.", "Write at least one word.")
_ENDS = Text(
    "Il primo numero viene prima del secondo.", "The first number comes before the second."
)
_PLACE = re.compile(r"audience\.(all|any|not\.any)\.([0-9]+)(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as it was typed: a field, a way to compare, and up to two values or choices."""

    field: str
    op: str = ""
    first: str = ""
    second: str = ""
    chosen: tuple[str, ...] = ()


Rows = dict[str, list[Row]]


@dataclass
class Written:
    """An audience made of rows, and what is wrong with which row."""

    audience: dict[str, Any]
    faults: dict[tuple[str, int], list[Text]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)  # the rows of the leaves

    def blame(self, place: str, sentences: Sequence[Text]) -> bool:
        """Put what is wrong at its row; whether there is such a row."""
        found = _PLACE.match(place)
        if found is None:
            return False
        part = "none" if found[1] == "not.any" else found[1]
        number = self.places[part][int(found[2])]
        self.faults.setdefault((part, number), []).extend(sentences)
        return True


def read(form: MultiDict[str, str]) -> Rows:
    """The rows of a form, in their order; a row without a field asks nothing yet."""
    found: Rows = {part: [] for part in PARTS}
    for part in PARTS:
        for number in range(ROWS_MAX):
            name = f"{part}-{number}"
            if f"{name}-field" not in form:
                break
            found[part].append(
                Row(
                    form[f"{name}-field"][:LETTERS_MAX],
                    form.get(f"{name}-op", "")[:LETTERS_MAX],
                    form.get(f"{name}-first", "").strip()[:LETTERS_MAX],
                    form.get(f"{name}-second", "").strip()[:LETTERS_MAX],
                    tuple(each[:LETTERS_MAX] for each in form.getlist(f"{name}-chosen")),
                )
            )
    return found


def fitting(rows: Rows, known: Mapping[str, Field]) -> Rows:
    """The same with a way to compare that the field has: another field was chosen meanwhile."""

    def fit(row: Row) -> Row:
        kind = known.get(row.field)
        if kind is None or row.op in kind.ops:
            return row
        return Row(row.field, kind.ops[0], row.first, row.second, row.chosen)

    return {part: [fit(row) for row in some] for part, some in rows.items()}


def write(rows: Rows, known: Mapping[str, Field], *, currency: str, language: str) -> Written:
    """The audience that the rows mean; a row without a field is left out."""
    made: dict[str, list[Any]] = {}
    faults: dict[tuple[str, int], list[Text]] = {}
    places = {}
    for part, some in rows.items():
        leaves = []
        for number, row in enumerate(some):
            kind = known.get(row.field)
            if kind is None:
                continue
            try:
                leaves.append((number, _leaf(row, kind, currency, language)))
            except _WrongError as wrong:
                faults[part, number] = [wrong.said]
        made[part] = [leaf for _, leaf in leaves]
        places[part] = [number for number, _ in leaves]
    audience: dict[str, Any] = {part: made[part] for part in ("all", "any") if made[part]}
    if made["none"]:
        audience["not"] = {"any": made["none"]}
    return Written(audience, faults, places)


class _WrongError(Exception):
    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


def _leaf(row: Row, kind: Field, currency: str, language: str) -> dict[str, Any]:
    op = row.op if row.op in kind.ops else kind.ops[0]
    if op in ("known", "unknown"):
        return {"field": kind.key, "op": "set", "value": op == "known"}
    if kind.kind == YES:
        return {"field": kind.key, "op": "eq", "value": op == "yes"}
    if kind.kind in (NUMBER, MONEY):
        return {"field": kind.key, "op": op, "value": _numbers(row, kind, op, currency, language)}
    chosen = _chosen(row, kind)
    if kind.key == SEGMENT:
        leaves = [{"segment": key} for key in chosen]
        return leaves[0] if len(leaves) == 1 else {"any": leaves}
    return {"field": kind.key, "op": "in", "value": chosen}


def _chosen(row: Row, kind: Field) -> list[str]:
    if kind.kind == WORDS:
        found = list(dict.fromkeys(filter(None, (each.strip() for each in row.first.split(",")))))
        if not found:
            raise _WrongError(_WRITE)
        return found
    allowed = [key for key, _ in kind.options if key in row.chosen]
    if not allowed:
        raise _WrongError(_SOME)
    return allowed


def _numbers(row: Row, kind: Field, op: str, currency: str, language: str) -> int | list[int]:
    first = _number(row.first, kind, currency, language)
    if op != "between":
        return first
    second = _number(row.second, kind, currency, language)
    if first > second:
        raise _WrongError(_ENDS)
    return [first, second]


def _number(text: str, kind: Field, currency: str, language: str) -> int:
    if kind.kind == MONEY:
        try:
            return parse_amount(text, currency, language)
        except NotAnAmount as error:
            raise _WrongError(_MONEY) from error
    if not _NUMBER.fullmatch(text):
        raise _WrongError(_WHOLE)
    return int(text)


def rows_of(
    audience: Mapping[str, Any], known: Mapping[str, Field], *, currency: str, language: str
) -> Rows | None:
    """An audience as rows; None where it says more than rows can."""
    raw: dict[str, Any] = (
        dict(audience) if set(audience) <= {"all", "any", "not"} else {"all": [dict(audience)]}
    )
    none = raw.get("not")
    if isinstance(none, Mapping):
        raw["not"] = none["any"] if set(none) == {"any"} and _are_leaves(none["any"]) else [none]
    parts = {"all": raw.get("all", []), "any": raw.get("any", []), "none": raw.get("not", [])}
    found: Rows = {}
    for part, leaves in parts.items():
        made = [_row(leaf, known, currency, language) for leaf in leaves]
        if None in made or len(made) > ROWS_MAX:
            return None
        found[part] = [row for row in made if row is not None]
    return found


def _are_leaves(some: Any) -> bool:
    return all(set(each) & {"field", "segment"} or _segments(each) for each in some)


def _segments(leaf: Mapping[str, Any]) -> list[str]:
    """The segments of a leaf that is nothing but some of them."""
    if set(leaf) == {"segment"}:
        return [leaf["segment"]]
    some = leaf.get("any") if set(leaf) == {"any"} else None
    if some and all(set(each) == {"segment"} for each in some):
        return [each["segment"] for each in some]
    return []


def _row(
    leaf: Mapping[str, Any], known: Mapping[str, Field], currency: str, language: str
) -> Row | None:
    if segments := _segments(leaf):
        is_known = set(segments) <= {key for key, _ in known[SEGMENT].options}
        return Row(SEGMENT, "in", chosen=tuple(segments)) if is_known else None
    kind = known.get(leaf.get("field", ""))
    if kind is None:
        return None
    op, value = leaf["op"], leaf.get("value", True)
    if op == "set" or kind.kind == YES:
        yes, no = ("known", "unknown") if op == "set" else ("yes", "no")
        return Row(kind.key, yes if value else no)
    values = list(_listed(value))
    if kind.kind in (NUMBER, MONEY):
        return _number_row(kind, op, values, currency, language)
    is_words = kind.kind == WORDS
    return Row(
        kind.key,
        "in",
        ", ".join(values) if is_words else "",
        chosen=() if is_words else tuple(values),
    )


def _listed(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list | tuple) else [value]


def _number_row(
    kind: Field, op: str, values: Sequence[int], currency: str, language: str
) -> Row | None:
    if op == "in":
        op = "eq"
        if len(values) > 1:
            return None
    if op not in kind.ops:
        return None
    said = [_typed(each, kind, currency, language) for each in values]
    return Row(kind.key, op, said[0], said[1] if len(said) > 1 else "")


def _typed(value: int, kind: Field, currency: str, language: str) -> str:
    places = digits(currency) if kind.kind == MONEY else 0
    if not places:
        return str(value)
    whole, rest = divmod(value, 10**places)
    mark = "," if language == "it" else "."
    return f"{whole}{mark}{rest:0{places}d}" if rest else str(whole)
