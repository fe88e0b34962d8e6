"""Rules to begin with: a whole version for each goal a shop may have, good as it stands (pure)."""

from collections.abc import Callable, Mapping
from typing import Any

from loyalty.core.money import about_one
from loyalty.core.text import Text

Raw = dict[str, Any]
GOALS = ("visits", "baskets", "best", "good")
KINDS = ("stamps", "points", "tiers", "cause", "both")
TO_CHOOSE = Text("chi scegli tu", "somebody you choose")
"""Stands where only the shop can say a name: `unfinished` finds it before it is published."""


def starter(goal: str, *, currency: str, beneficiary: str = "") -> Raw:
    """The canonical JSON of a version for a goal or a kind of program; a new copy each time.

    Amounts are in minor units of `currency`. `beneficiary` is whom a cause gives to; without one
    TO_CHOOSE stands there. Raises LookupError for a goal that is neither in GOALS nor in KINDS.
    """
    return _MAKERS[goal](about_one(currency), beneficiary.strip() or TO_CHOOSE.it)


def unfinished(raw: Raw) -> Mapping[str, Text]:
    """What only the shop can fill in and has not, by field; empty when it can be published."""
    name = ((raw.get("cause") or {}).get("beneficiary") or {}).get("name")
    if name not in (TO_CHOOSE.it, TO_CHOOSE.en):
        return {}
    said = Text(
        "scrivi chi riceverà il denaro: un rifugio, una scuola, un'associazione",
        "say who will receive the money: a shelter, a school, an association",
    )
    return {"cause.beneficiary.name": said}


def _stamps(one: int, _beneficiary: str) -> Raw:
    """More visits: eight visits and the ninth is a treat; a card fills within a month or two."""
    return {
        "units": [_unit("stamps", "timbri", "stamps")],
        "earn": [{"key": "visit", "unit": "stamps", "units": 1, "per": {"visit": 1}}],
        "stamps": {"unit": "stamps", "size": 8, "reward": "treat", "on_full": "issue"},
        "rewards": [
            _reward(
                "treat",
                "product",
                Text("un omaggio", "a treat"),
                {"stamps": 8},
                cost_minor=one,
            )
        ],
        **_counter(one),
    }


def _points(one: int, _beneficiary: str) -> Raw:
    """A point for each euro, and a discount that comes back as another visit."""
    return {
        "units": [_unit("points", "punti", "points", months=12)],
        "earn": [_base(one)],
        "rewards": _discounts(one),
        **_counter(one),
    }


def _baskets(one: int, beneficiary: str) -> Raw:
    """Bigger baskets: the same, and half as much again once somebody spends thirty."""
    raw = _points(one, beneficiary)
    raw["earn"].append(
        {
            "key": "big-basket",
            "unit": "points",
            "multiply_percent": 150,
            "when": {"min_amount_minor": 30 * one},
        }
    )
    return raw


def _levels(one: int, beneficiary: str) -> Raw:
    """Reward the best: levels half as much again for who spent most in twelve months."""
    raw = _points(one, beneficiary)
    del raw["units"][0]["expiry"]
    raw["tiers"] = {
        "measure": "spend",
        "window": {"kind": "rolling", "months": 12},
        "drop": "one",
        "levels": [
            _level("silver", Text("Argento", "Silver"), 0, None),
            _level("gold", Text("Oro", "Gold"), 300 * one, 150),
        ],
    }
    return raw


def _cause(one: int, beneficiary: str) -> Raw:
    """Do good: one euro in a hundred to somebody nearby, beside points."""
    raw = _points(one, beneficiary)
    raw["cause"] = {
        "key": "cause",
        "beneficiary": {"name": beneficiary},
        "rate": [1, 100],
        "payable_after_days": 14,
    }
    return raw


def _both(one: int, beneficiary: str) -> Raw:
    """Points for what is spent, and a stamp card for coming by."""
    stamps, raw = _stamps(one, beneficiary), _points(one, beneficiary)
    del raw["units"][0]["expiry"]
    for part in ("units", "earn", "rewards"):
        raw[part] += stamps[part]
    raw["stamps"] = stamps["stamps"]
    return raw


def _unit(key: str, it: str, en: str, months: int | None = None) -> Raw:
    unit: Raw = {"key": key, "label": {"it": it, "en": en}}
    if months is not None:
        unit["expiry"] = {"kind": "inactivity", "months": months}
    return unit


def _base(one: int) -> Raw:
    return {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": one}}


def _discounts(one: int) -> list[Raw]:
    """Five in a hundred comes back, and it comes back into the shop."""
    return [
        _reward(
            "discount",
            "amount_off",
            Text("un buono sconto", "a discount"),
            {"points": 100},
            value_minor=5 * one,
        )
    ]


def _level(key: str, name: Text, starts: int, percent: int | None) -> Raw:
    level: Raw = {"key": key, "name": name.as_dict(), "from": starts}
    return level if percent is None else {**level, "multiply_percent": percent}


def _reward(key: str, kind: str, name: Text, cost: Mapping[str, int], **worth: int) -> Raw:
    return {"key": key, "kind": kind, "name": name.as_dict(), "cost": dict(cost), **worth}


def _counter(one: int) -> Raw:
    """What keeps a slip of the finger from counting, and asks no customer for more than a card."""
    return {
        "proof": {"redeem": "static"},
        "limits": {"visits_per_card_day": 5, "min_seconds": 120, "amount_minor_max": 1_000 * one},
    }


_MAKERS: dict[str, Callable[[int, str], Raw]] = {
    "visits": _stamps,
    "stamps": _stamps,
    "baskets": _baskets,
    "points": _points,
    "best": _levels,
    "tiers": _levels,
    "good": _cause,
    "cause": _cause,
    "both": _both,
}
