"""The rules of the cast's programs, as the bodies of their versions."""

from copy import deepcopy
from typing import Any

POINTS: dict[str, Any] = {
    "units": [
        {
            "key": "points",
            "label": {"it": "punti", "en": "points"},
            "expiry": {"kind": "rolling", "months": 12},
        }
    ],
    "earn": [{"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}],
    "rewards": [
        {
            "key": "breakfast",
            "kind": "product",
            "name": {"it": "colazione in omaggio", "en": "a free breakfast"},
            "cost": {"points": 10},
        }
    ],
    "proof": {"redeem": "typed"},
}
STAMPS: dict[str, Any] = {
    "units": [{"key": "stamps", "label": {"it": "timbri", "en": "stamps"}}],
    "earn": [
        {
            "key": "coffee",
            "unit": "stamps",
            "units": 1,
            "per": {"item": 1},
            "when": {"categories": ["coffee"]},
        }
    ],
    "stamps": {"unit": "stamps", "size": 10, "reward": "free-coffee", "on_full": "issue"},
    "rewards": [
        {
            "key": "free-coffee",
            "kind": "product",
            "name": {"it": "un caffè in omaggio", "en": "a free coffee"},
            "cost": {"stamps": 10},
            "voucher_days": 30,
        }
    ],
    "proof": {"redeem": "typed"},
}


def with_changes(raw: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of a version document with some keys changed."""
    return {**deepcopy(raw), **changes}
