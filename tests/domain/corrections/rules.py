"""Programs in which a correction has much to get right, as the bodies of their versions."""

from tests.programs import POINTS, STAMPS, with_changes

UNIT = POINTS["units"][0]


def points(**changes):
    """A point for each euro, with some keys changed."""
    return with_changes(POINTS, **changes)


def lasting(kind, months):
    """A point for each euro that lasts so long."""
    return points(units=[{**UNIT, "expiry": {"kind": kind, "months": months}}])


def waiting(hours):
    """A point for each euro that can be used so many hours later."""
    return points(units=[{**UNIT, "pending_hours": hours}])


def level(key, starts, percent=None):
    """A level by spend, in minor units."""
    return {"key": key, "from": starts, **({"multiply_percent": percent} if percent else {})}


SILVER, GOLD = level("silver", 0), level("gold", 10_000, 200)
LEVELS = points(
    tiers={
        "measure": "spend",
        "window": {"kind": "rolling", "months": 12},
        "grace_days": 30,
        "levels": [SILVER, GOLD],
    }
)
CAPPED = points(caps=[{"unit": "points", "per": "day", "units": 10}])
CLAMPED, BLOCKED = points(debt="clamp"), points(debt="block")
GIVING = points(
    cause={
        "key": "gatti",
        "beneficiary": {"name": "Gattile Sereno"},
        "rate": [1, 3],
        "payable_after_days": 14,
    }
)
STAMP = STAMPS
MONTHLY_STAMPS = with_changes(
    STAMPS, units=[{**STAMPS["units"][0], "expiry": {"kind": "month_end", "months": 1}}]
)
