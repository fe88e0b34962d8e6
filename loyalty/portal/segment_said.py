"""An audience in one line of words, as the list of segments says it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from loyalty.core.money import format_amount
from loyalty.portal import segment_fields
from loyalty.portal.segment_fields import MONEY, OP_WORDS, SEGMENT, YES, Field
from loyalty.web.locale import gettext, language, number, pick, shop

_LETTERS_MAX = 240
Known = Mapping[str, Field]


def audience(records: Session, raw: Mapping[str, Any]) -> str:
    """What is asked, as: State: lapsed; Spent: at least 40,00 €; not: Tag: friends."""
    said = "; ".join(_node(raw, segment_fields.fields(records)))
    said = said[:1].upper() + said[1:]
    return said if len(said) <= _LETTERS_MAX else f"{said[:_LETTERS_MAX]}…"


def _node(raw: Mapping[str, Any], known: Known) -> Iterator[str]:
    if "segment" in raw:
        yield _segments([raw], known)
    elif "field" in raw:
        yield _leaf(raw, known)
    for each in raw.get("all", ()):
        yield from _node(each, known)
    if "any" in raw:
        yield _any(raw["any"], known)
    if "not" in raw:
        yield gettext("not: %(what)s", what="; ".join(_node(raw["not"], known)))


def _any(parts: Sequence[Mapping[str, Any]], known: Known) -> str:
    if all("segment" in one for one in parts):
        return _segments(parts, known)
    return gettext(" or ").join("; ".join(_node(one, known)) for one in parts)


def _segments(parts: Sequence[Mapping[str, Any]], known: Known) -> str:
    """One of these segments, as Segment: cooling, lapsed or lost."""
    every = dict(known[SEGMENT].options)
    *names, last = [every.get(one["segment"], one["segment"]) for one in parts]
    said = f"{', '.join(names)}{gettext(' or ')}{last}" if names else last
    return f"{known[SEGMENT].label}: {said}"


def _leaf(raw: Mapping[str, Any], known: Known) -> str:
    kind = known.get(raw["field"])
    label = kind.label if kind else raw["field"]
    op, value = raw["op"], raw.get("value", True)
    if op == "set" or (kind and kind.kind == YES):
        return f"{label}: {pick(OP_WORDS[_known(op, value=value)])}"
    values = value if isinstance(value, list) else [value]
    said = [_value(each, kind) for each in values]
    if op == "between":
        return f"{label}: {said[0]}\N{EN DASH}{said[1]}"
    if op in ("gte", "lte"):
        return f"{label}: {pick(OP_WORDS[op])} {said[0]}"
    return f"{label}: {', '.join(said)}"


def _known(op: str, *, value: bool) -> str:
    if op == "set":
        return "known" if value else "unknown"
    return "yes" if value else "no"


def _value(value: Any, kind: Field | None) -> str:
    if kind and kind.kind == MONEY:
        here = shop()
        return format_amount(value, here.currency if here else "EUR", language())
    if isinstance(value, int):
        return f"{number(value)} {kind.after}".strip() if kind else number(value)
    return dict(kind.options).get(value, str(value)) if kind else str(value)
