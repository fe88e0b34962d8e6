"""A version document as it stands in the form (pure); `reading` is the way back."""

from collections.abc import Mapping
from typing import Any

from loyalty.portal.designing import leaves
from loyalty.portal.designing.kinds import Writing
from loyalty.portal.designing.leaves import MONEY, NAMES, NUMBERS, TICKS
from loyalty.portal.designing.sheet import HAS, SECTIONS, Sheet

Raw = Mapping[str, Any]
Typed = dict[str, list[str]]


def sheet_of(raw: Raw, writing: Writing) -> Sheet:
    """Every field of canonical JSON, as somebody would have typed it."""
    typed: Typed = {HAS: [each for each in SECTIONS if raw.get(each)]}
    _put(typed, "", raw, leaves.HOUSE, writing)
    for section in typed[HAS]:
        _put(typed, section, raw[section], leaves.SECTIONS[section], writing)
    for of, kinds in leaves.ROWS.items():
        for place, row in enumerate(_found(raw, of) or []):
            _put(typed, f"{of}.{place}", row, kinds, writing)
    _put_pers(typed, raw, writing)
    _put_costs(typed, raw)
    _put_starts(typed, raw, writing)
    if raw.get("cause"):
        typed["cause.rate"] = [writing.share(raw["cause"]["rate"])]
    return Sheet(typed)


def _put(typed: Typed, prefix: str, raw: Raw, kinds: Mapping[str, str], writing: Writing) -> None:
    for path, kind in kinds.items():
        value = _found(raw, path)
        if value is not None:
            typed[f"{prefix}.{path}".lstrip(".")] = _texts(kind, value, writing)


def _found(raw: Raw, path: str) -> Any:
    value: Any = raw
    for name in path.split("."):
        value = (value or {}).get(name)
    return value


def _texts(kind: str, value: Any, writing: Writing) -> list[str]:
    if kind in (TICKS, NUMBERS):
        return [str(each) for each in value]
    if kind == NAMES:
        return ["\n".join(value)]
    return [writing.amount(value) if kind == MONEY else str(value)]


def _put_pers(typed: Typed, raw: Raw, writing: Writing) -> None:
    """What a rule counts, and how much of it, in two fields."""
    for place, rule in enumerate(raw["earn"]):
        for kind, size in (rule.get("per") or {}).items():
            typed[f"earn.{place}.per"] = [kind]
            said = writing.amount(size) if kind == "amount_minor" else str(size)
            typed[f"earn.{place}.per_size"] = [said]


def _put_costs(typed: Typed, raw: Raw) -> None:
    for place, reward in enumerate(raw.get("rewards") or []):
        for unit, units in (reward.get("cost") or {}).items():
            typed[f"rewards.{place}.cost.{unit}"] = [str(units)]


def _put_starts(typed: Typed, raw: Raw, writing: Writing) -> None:
    """Where a level begins: money, where levels count what was spent."""
    tiers = raw.get("tiers") or {}
    is_money = tiers.get("measure") == "spend"
    for place, level in enumerate(tiers.get("levels") or []):
        starts = level["from"]
        said = writing.amount(starts) if is_money else str(starts)
        typed[f"tiers.levels.{place}.from"] = [said]
