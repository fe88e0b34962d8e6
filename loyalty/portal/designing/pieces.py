"""Adding a row or a section to the form of the rules, and taking one out (pure)."""

from collections.abc import Callable

from loyalty.core.ids import random_code
from loyalty.portal.designing import showing
from loyalty.portal.designing.kinds import Writing
from loyalty.portal.designing.sheet import HAS, LISTS, SECTIONS, Sheet, tidy
from loyalty.programs import starters

_KEY_LETTERS = 5
_MOST = {"units": 10, "earn": 50, "bonus": 50, "caps": 20, "tiers.levels": 10, "rewards": 100}
Fields = dict[str, str]
Added = tuple[Sheet, str]
"""The sheet, and the field in which one goes on."""


def change(sheet: Sheet, what: str, writing: Writing) -> Added:
    """Do what a button says: "add:rewards", "remove:earn.2", "add:stamps"; else nothing."""
    deed, _, name = what.partition(":")
    if deed == "remove":
        return _removed(sheet, name), ""
    if deed == "add" and name in SECTIONS and not sheet.has(name):
        return _with_section(sheet, name, writing)
    if deed == "add" and name in _NEW:
        return _with_row(sheet, name)
    return sheet, ""


def _removed(sheet: Sheet, name: str) -> Sheet:
    if name in SECTIONS:
        left = [each for each in sheet.many(HAS) if each != name]
        return tidy({**sheet.without(name).typed, HAS: left})
    of, _, place = name.rpartition(".")
    return sheet.without(name) if of in LISTS and place.isascii() and place.isdigit() else sheet


def _with_row(sheet: Sheet, name: str) -> Added:
    of = "earn" if name == "bonus" else name
    place = len(sheet.rows(of))
    if place >= _MOST[name]:
        return sheet, ""
    fields = {f"{of}.{place}.{path}": [text] for path, text in _NEW[name](sheet).items()}
    return sheet.with_texts(fields), f"{of}.{place}.{_FIRST[name]}"


def _first_unit(sheet: Sheet) -> str:
    return sheet.one("units.0.key")


def _key(of: str) -> str:
    """A name that no earlier version has used: what was given under one must not count again."""
    return f"{of}-{random_code(_KEY_LETTERS).lower()}"


_NEW: dict[str, Callable[[Sheet], Fields]] = {
    "units": lambda _: {"key": _key("unit"), "expiry.kind": "never"},
    "earn": lambda sheet: {
        "key": _key("rule"),
        "unit": _first_unit(sheet),
        "units": "1",
        "per": "amount_minor",
        "per_size": "1",
    },
    "bonus": lambda sheet: {
        "key": _key("bonus"),
        "unit": _first_unit(sheet),
        "multiply_percent": "200",
        "combine": "multiply",
    },
    "caps": lambda sheet: {"unit": _first_unit(sheet), "per": "day", "units": ""},
    "tiers.levels": lambda _: {"key": _key("level"), "from": ""},
    "rewards": lambda sheet: {
        "key": _key("reward"),
        "kind": "product",
        f"cost.{_first_unit(sheet)}": "",
    },
}
_FIRST = {
    "units": "label.it",
    "earn": "units",
    "bonus": "multiply_percent",
    "caps": "units",
    "tiers.levels": "name.it",
    "rewards": "name.it",
}
_GOES_ON = {
    "stamps": "stamps.size",
    "tiers": "tiers.measure",
    "cause": "cause.beneficiary.name",
}


def _with_section(sheet: Sheet, name: str, writing: Writing) -> Added:
    """The section as the ready-made rules have it; a stamp card brings its unit, rule and gift."""
    raw = starters.starter(name, currency=writing.currency)
    if name == "stamps":
        kept = raw
        taken = {text for unit in sheet.rows("units") for text in sheet.many(f"units.{unit}.key")}
        if "stamps" in taken:
            kept = {**raw, "units": [], "earn": [], "rewards": []}
    else:
        kept = {"units": [], "earn": [], name: raw[name]}
    added = showing.sheet_of({**kept, "limits": {}, "proof": {}}, writing).typed
    more = {_after(sheet, field): texts for field, texts in added.items() if field != HAS}
    has = [*sheet.many(HAS), name]
    return sheet.with_texts({**more, HAS: has}), _GOES_ON[name]


def _after(sheet: Sheet, name: str) -> str:
    """The name of a field in a list, behind the rows that there are."""
    of, _, rest = name.partition(".")
    if of not in LISTS:
        return name
    place, _, path = rest.partition(".")
    return f"{of}.{len(sheet.rows(of)) + int(place)}.{path}"
