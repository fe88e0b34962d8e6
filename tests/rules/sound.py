"""Rules with something of every kind that fit together, and copies of them with changes."""

from copy import deepcopy
from typing import Any

GONE = object()
SOUND: dict[str, Any] = {
    "units": [
        {"key": "points", "pending_hours": 48, "expiry": {"kind": "rolling", "months": 12}},
        {"key": "stamps"},
    ],
    "earn": [
        {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}},
        {"key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1}},
        {
            "key": "happy", "unit": "points", "multiply_percent": 200,
            "when": {"from": "15:00", "to": "18:00", "tiers": ["gold"], "min_amount_minor": 500},
        },
    ],
    "caps": [
        {"unit": "points", "per": "visit", "units": 100},
        {"unit": "points", "per": "day", "units": 150},
    ],
    "stamps": {"unit": "stamps", "size": 10, "reward": "full", "on_full": "issue"},
    "tiers": {
        "measure": "spend", "unit": "points", "window": {"kind": "rolling", "months": 12},
        "grace_days": 30,
        "levels": [
            {"key": "silver", "name": {"it": "Argento", "en": "Silver"}, "from": 0},
            {"key": "gold", "name": {"it": "Oro", "en": "Gold"}, "from": 50_000,
             "multiply_percent": 150},
        ],
    },
    "cause": {"key": "cats", "beneficiary": {"name": "Gatti"}, "rate": [2, 100]},
    "rewards": [
        {"key": "full", "kind": "product", "cost": {"stamps": 10}, "tiers": ["gold"], "stock": 3},
        {"key": "off", "kind": "amount_off", "cost": {"points": 50}, "value_minor": 500},
        {"key": "less", "kind": "percent_off", "cost": {"points": 50}, "percent": 10,
         "from": "2027-01-01", "until": "2027-01-01"},
        {"key": "gift", "kind": "donation", "cost": {"points": 9, "stamps": 1}, "value_minor": 1},
        {"key": "perk", "kind": "perk", "cost": {"points": 900}},
    ],
    "base": {"tax": "net"},
    "debt": "block",
    "proof": {"earn": "typed", "redeem": "live"},
    "limits": {"visits_per_card_day": 10, "min_seconds": 120, "amount_minor_max": 50_000},
}  # fmt: skip


def changed(raw: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with values at paths: `earn__0__units=5`; a list grows by its next place."""
    copy: Any = deepcopy(raw)
    for path, value in changes.items():
        *above, last = (int(part) if part.isdigit() else part for part in path.split("__"))
        place = copy
        for part in above:
            place = place[part] if isinstance(part, int) else place.setdefault(part, {})
        if value is GONE:
            del place[last]
        elif isinstance(last, int) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return copy


def bonus(percent=1_000, **more):
    return {"key": f"b{percent}", "unit": "points", "multiply_percent": percent, **more}
