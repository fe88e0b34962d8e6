"""A rule book to try purchases on, and what they earn by it, in millionths and in points."""

from fractions import Fraction

from loyalty.programs import earning
from loyalty.programs.conditions import ORDINARY
from loyalty.programs.earning import Line
from loyalty.programs.loading import load

M = 1_000_000
BASE = {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}
COFFEE = {"key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1}}
VISIT = {"key": "visit", "unit": "points", "units": 5, "per": {"visit": 1}}
GOLD = {
    "measure": "spend",
    "window": {"kind": "rolling", "months": 12},
    "levels": [
        {"key": "silver", "from": 0},
        {"key": "gold", "from": 50_000, "multiply_percent": 150},
    ],
}
CAUSE = {"key": "cats", "beneficiary": {"name": "Gatti"}, "rate": [2, 100]}


def rules(*earn, **more):
    units = [{"key": "points"}, {"key": "stamps"}]
    return load({"units": units, "earn": list(earn), **more})


def bonus(percent, key=None, *, unit="points", combine="multiply", priority=0, **when):
    return {
        "key": key or f"x{percent}",
        "unit": unit,
        "multiply_percent": percent,
        "combine": combine,
        "priority": priority,
        "when": when,
    }


def best(percent, key=None, **more):
    return bonus(percent, key, combine="best", **more)


def line(amount=None, pieces=1, *, number=1, **what):
    counted = None if amount is None else Fraction(amount)
    return Line(number, what.get("sku"), what.get("category"), pieces * 1_000, counted)


def units(document, *lines, occasion=ORDINARY):
    """What the lines earn of each unit, in millionths."""
    found = earning.by_unit(earning.shares(document, lines, occasion))
    return {unit: earning.total(shares) for unit, shares in found.items()}


def points(document, *lines, occasion=ORDINARY):
    return Fraction(units(document, *lines, occasion=occasion)["points"], M)


def fired(document, *lines, occasion=ORDINARY):
    """What each rule adds, in millionths."""
    return {
        share.key: share.millionths
        for share in earning.shares(document, lines, occasion)
        if share.millionths
    }


def cap(number, per="visit", unit="points"):
    return {"unit": unit, "per": per, "units": number}
