"""The rules on which terms are tried, and their clauses one by one."""

from loyalty.programs import terms
from loyalty.programs.loading import load
from tests.builders import POINTS
from tests.programs import with_changes

BASE, UNIT, REWARD = POINTS["earn"][0], POINTS["units"][0], POINTS["rewards"][0]
GOLD = {"key": "gold", "name": {"it": "Oro", "en": "Gold"}, "from": 50_000}
LEVELS = [{"key": "silver", "name": {"it": "Argento", "en": "Silver"}, "from": 0}, GOLD]
TOP = {"key": "top", "name": {"it": "Platino", "en": "Platinum"}, "from": 100_000}
TIERS = {
    "measure": "spend",
    "window": {"kind": "rolling", "months": 12},
    "levels": LEVELS,
}
CAUSE = {"key": "cats", "beneficiary": {"name": "Rifugio dei gatti"}, "rate": [2, 100]}


def sentence(raw):
    return terms.sentence(load(raw), "EUR")


def clauses(**changes):
    """The clauses of the points program with some keys changed, as (Italian, English)."""
    said = sentence(with_changes(POINTS, **changes))
    it, en = (text.removesuffix(".").split("; ") for text in (said.it, said.en))
    return list(zip(it, en, strict=True))


def bonus(percent=200, **more):
    return {"key": f"b{percent}", "unit": "points", "multiply_percent": percent, **more}
