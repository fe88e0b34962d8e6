"""What stands in the form as a version document (pure); `showing` is the way there."""

from collections.abc import Mapping
from typing import Any

from loyalty.core.text import Text
from loyalty.portal.designing import leaves
from loyalty.portal.designing.kinds import Writing
from loyalty.portal.designing.leaves import MONEY, NAMES, NUMBERS, TICKS, WHOLE
from loyalty.portal.designing.sheet import SECTIONS, Sheet

Raw = dict[str, Any]
_HOW_OFTEN = Text("Scrivi ogni quanto.", "Write for how much.")


def document_of(sheet: Sheet, writing: Writing) -> Raw:
    """The document as far as the fields can be read; `writing.faults` says which could not.

    It is for the one schema to judge: what was left out is left out here too.
    """
    raw: Raw = {}
    for of in ("units", "earn", "caps", "rewards"):
        rows = [_row(sheet, of, place, writing) for place in sheet.rows(of)]
        if rows or of in ("units", "earn"):
            raw[of] = rows
    for section in SECTIONS:
        if sheet.has(section):
            raw[section] = _taken(sheet, section, leaves.SECTIONS[section], writing)
    if sheet.has("tiers"):
        places = sheet.rows("tiers.levels")
        raw["tiers"]["levels"] = [_row(sheet, "tiers.levels", place, writing) for place in places]
    if sheet.has("cause"):
        _add(raw["cause"], "rate", writing.rate("cause.rate", sheet.one("cause.rate")))
    return {**raw, **_taken(sheet, "", leaves.HOUSE, writing)}


def _taken(sheet: Sheet, prefix: str, kinds: Mapping[str, str], writing: Writing) -> Raw:
    found: Raw = {}
    for path, kind in kinds.items():
        name = f"{prefix}.{path}".lstrip(".")
        _add(found, path, _value(sheet, name, kind, writing))
    return found


def _add(raw: Raw, path: str, value: Any) -> None:
    """Put a value where the path says; nothing leaves no trace, not even an empty object."""
    if value is None:
        return
    *outer, last = path.split(".")
    for name in outer:
        raw = raw.setdefault(name, {})
    raw[last] = value


def _value(sheet: Sheet, name: str, kind: str, writing: Writing) -> Any:
    if kind == TICKS:
        return [each for each in sheet.many(name) if each] or None
    if kind == NUMBERS:
        found = [writing.whole(name, each) for each in sheet.many(name)]
        return [each for each in found if each is not None] or None
    typed = sheet.one(name)
    if kind == NAMES:
        return writing.names(typed)
    if kind == WHOLE:
        return writing.whole(name, typed)
    return writing.money(name, typed) if kind == MONEY else writing.text(typed)


def _row(sheet: Sheet, of: str, place: int, writing: Writing) -> Raw:
    prefix = f"{of}.{place}"
    row = _taken(sheet, prefix, leaves.ROWS[of], writing)
    if of == "units":
        _forget_never(row)
    elif of == "earn":
        _add(row, "per", _per(sheet, prefix, writing))
    elif of == "rewards":
        _add(row, "cost", _cost(sheet, prefix, writing))
    elif of == "tiers.levels":
        _add(row, "from", _starts(sheet, f"{prefix}.from", writing))
    return row


def _forget_never(unit: Raw) -> None:
    """What never expires has no expiry to speak of."""
    if unit.get("expiry") == {"kind": "never"}:
        del unit["expiry"]


def _per(sheet: Sheet, prefix: str, writing: Writing) -> Raw | None:
    kind, name = sheet.one(f"{prefix}.per"), f"{prefix}.per_size"
    if not kind:
        return None
    if kind == "visit":
        return {"visit": 1}
    typed = sheet.one(name)
    if not typed.strip():
        writing.wrong(name, _HOW_OFTEN)
        return None
    size = writing.money(name, typed) if kind == "amount_minor" else writing.whole(name, typed)
    return None if size is None else {kind: size}


def _cost(sheet: Sheet, prefix: str, writing: Writing) -> Raw | None:
    below = sheet.below(f"{prefix}.cost")
    read = {unit: writing.whole(f"{prefix}.cost.{unit}", text) for unit, text in below.items()}
    return {unit: units for unit, units in read.items() if units is not None} or None


def _starts(sheet: Sheet, name: str, writing: Writing) -> int | None:
    is_money = sheet.one("tiers.measure") == "spend"
    typed = sheet.one(name)
    return writing.money(name, typed) if is_money else writing.whole(name, typed)
