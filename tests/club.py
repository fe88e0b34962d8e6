"""A program with all that pages show: levels, a cause, each kind of reward, waiting units."""

from typing import Any

from tests.programs import POINTS, with_changes

CLUB: dict[str, Any] = with_changes(
    POINTS,
    tiers={
        "measure": "spend",
        "window": {"kind": "rolling", "months": 12},
        "levels": [
            {"key": "silver", "name": {"it": "Argento", "en": "Silver"}, "from": 0},
            {
                "key": "gold",
                "name": {"it": "Oro", "en": "Gold"},
                "from": 50_000,
                "multiply_percent": 150,
            },
        ],
    },
    cause={
        "key": "rifugio",
        "beneficiary": {"name": "Rifugio dei gatti", "tax_code": "94012345678"},
        "rate": [2, 100],
    },
    rewards=[
        *POINTS["rewards"],
        {
            "key": "off",
            "kind": "amount_off",
            "name": {"it": "uno sconto di 5 €", "en": "€5 off"},
            "cost": {"points": 20},
            "value_minor": 500,
        },
        {
            "key": "tenth",
            "kind": "percent_off",
            "name": {"it": "uno sconto del 10%", "en": "10% off"},
            "cost": {"points": 25},
            "percent": 10,
            "voucher_days": 30,
        },
        {
            "key": "gift",
            "kind": "donation",
            "name": {"it": "3 € al rifugio", "en": "€3 for the shelter"},
            "cost": {"points": 30},
            "value_minor": 300,
        },
        {
            "key": "tasting",
            "kind": "perk",
            "name": {"it": "una degustazione", "en": "a tasting"},
            "cost": {"points": 5},
            "tiers": ["gold"],
        },
    ],
    limits={"min_seconds": 120, "visits_per_card_day": 10, "amount_minor_max": 100_000},
)
WAITING: dict[str, Any] = with_changes(POINTS, units=[{**POINTS["units"][0], "pending_hours": 48}])
