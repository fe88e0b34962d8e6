"""A shop with a rule book of one's own choosing, and what a card of it holds."""

from datetime import timedelta

from loyalty.core.money import Money
from loyalty.counter.requests import LineRequest
from tests.builders import NOW
from tests.domain.law import holds, stands, statement

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POINTS = {"key": "points", "label": {"it": "punti", "en": "points"}}
STAMPS = {"key": "stamps", "label": {"it": "timbri", "en": "stamps"}}
BASE = {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}
COFFEE = {
    "key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1},
    "when": {"categories": ["coffee"]},
}  # fmt: skip
WELCOME = {"key": "welcome", "unit": "points", "units": 5, "per": {"visit": 1}}
BREAKFAST = {
    "key": "breakfast", "kind": "product", "cost": {"points": 10},
    "name": {"it": "colazione in omaggio", "en": "a free breakfast"},
}  # fmt: skip
FREE_COFFEE = {
    "key": "free-coffee", "kind": "product", "cost": {"stamps": 10}, "voucher_days": 30,
    "name": {"it": "un caffè in omaggio", "en": "a free coffee"},
}  # fmt: skip
TEN = {"unit": "stamps", "size": 10, "reward": "free-coffee", "on_full": "issue"}
SHELTER = {
    "key": "rifugio", "beneficiary": {"name": "Rifugio dei gatti"}, "rate": [2, 100],
    "payable_after_days": 14,
}  # fmt: skip
SILVER = {"key": "silver", "name": {"it": "Argento", "en": "Silver"}, "from": 0}
GOLD = {
    "key": "gold", "name": {"it": "Oro", "en": "Gold"}, "from": 50_000, "multiply_percent": 150,
}  # fmt: skip
TIERS = {
    "measure": "spend", "window": {"kind": "rolling", "months": 12}, "levels": [SILVER, GOLD],
}  # fmt: skip


def points(*earn, **more):
    """A program of points: a point for each euro and these further rules."""
    return {
        "units": [POINTS],
        "earn": [BASE, *earn],
        "rewards": [BREAKFAST],
        "proof": {"redeem": "typed"},
        **more,
    }


def stamps(*earn, **more):
    """A card of ten stamps, one for each coffee, and these further rules."""
    return {
        "units": [STAMPS],
        "earn": [COFFEE, *earn],
        "stamps": TEN,
        "rewards": [FREE_COFFEE],
        "proof": {"redeem": "typed"},
        **more,
    }


def lasting(kind, months=None, **more):
    """Points that end so."""
    return [{**POINTS, "expiry": {"kind": kind, **({"months": months} if months else {})}, **more}]


def bonus(percent, key=None, *, unit="points", combine="multiply", **when):
    """A percentage; `from_` is a word that Python keeps for itself."""
    return {
        "key": key or f"x{percent}",
        "unit": unit,
        "multiply_percent": percent,
        "combine": combine,
        "when": {name.rstrip("_"): value for name, value in when.items()},
    }


def levels(**changes):
    """Silver for everybody, Gold from 500.00 of the last twelve months with half as much again."""
    return {**TIERS, **changes}


def join(shop, raw, at=NOW, **profile):
    """A card in a new program of these rules; the program's name is what the card's ref is for."""
    name = f"book {len(shop.programs)}"
    shop.program(name, raw)
    return shop.card(name, at, **profile)


def latest(shop):
    """The name of the program made last."""
    return list(shop.programs)[-1]


def euros(minor):
    return Money(minor, "EUR")


def coffee(pieces=1, amount=None, **more):
    return LineRequest(
        category="coffee", quantity_milli=pieces * 1_000, amount_minor=amount, **more
    )


def cake(pieces=1, amount=None, **more):
    return LineRequest(category="cake", quantity_milli=pieces * 1_000, amount_minor=amount, **more)


def there(shop, card, unit="points", at=NOW):
    """What can be spent now."""
    return holds(shop, card, unit, at)["available"]


def in_numbers(shop, card, unit="points", at=NOW):
    """What the card holds of a unit, without the sentence that explains it."""
    return {key: held for key, held in holds(shop, card, unit, at).items() if key != "why"}


def account(shop, card, unit="points", at=NOW):
    """Available, pending and owed."""
    found = holds(shop, card, unit, at)
    return found["available"], found["pending"], found["debt"]


def level(shop, card, at=NOW):
    """The level that the card says it has."""
    return stands(shop, card, at)["tier"]["key"]


def kinds(shop, card):
    """The card's entries by kind, with their units."""
    return [(entry.kind, entry.units) for entry in statement(shop, card)]
