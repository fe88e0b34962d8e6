"""The programs on which the narrow machine works: points by the amount, stamps by the piece."""

from hypothesis import strategies as st

from tests.domain.model import Rules
from tests.domain.narrow import Narrow

POINTS_TERMS = Rules(per=70, cost=5, months=1, voucher_days=20)
POINTS_PROGRAM = {
    "units": [{"key": "points", "expiry": {"kind": "rolling", "months": 1}}],
    "earn": [{"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 70}}],
    "rewards": [
        {
            "key": "prize",
            "kind": "product",
            "name": {"it": "un premio", "en": "a prize"},
            "cost": {"points": 5},
            "voucher_days": 20,
        }
    ],
    "proof": {"redeem": "typed"},
}
STAMPS_TERMS = Rules(per=1, cost=3, months=1, voucher_days=40, fills=True)
STAMPS_PROGRAM = {
    "units": [{"key": "stamps", "expiry": {"kind": "rolling", "months": 1}}],
    "earn": [{"key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1}}],
    "stamps": {"unit": "stamps", "size": 3, "reward": "prize", "on_full": "issue"},
    "rewards": [
        {
            "key": "prize",
            "kind": "product",
            "name": {"it": "un premio", "en": "a prize"},
            "cost": {"stamps": 3},
            "voucher_days": 40,
        }
    ],
    "proof": {"redeem": "typed"},
}


class NarrowPoints(Narrow):
    """Points by the amount, refunded by amount."""

    program, raw, unit, terms = "narrow points", POINTS_PROGRAM, "points", POINTS_TERMS
    amounts = st.sampled_from([0, 100, 130, 350, 700, 999])
    parts = st.sampled_from([1, 70, 130, 350])

    def sell(self, sold, at):
        return lambda key: self.shop.visit(self.card, sold, key=key, at=at)

    def take_back(self, visit, part, at):
        return lambda key: self.shop.refund(visit, part, key=key, at=at)


class NarrowStamps(Narrow):
    """Stamps by the piece, refunded by the piece; three fill a card."""

    program, raw, unit, terms = "narrow stamps", STAMPS_PROGRAM, "stamps", STAMPS_TERMS
    amounts = st.integers(1, 5)
    parts = st.integers(1, 3)

    def sell(self, sold, at):
        return lambda key: self.shop.visit(self.card, coffees=sold, key=key, at=at)

    def take_back(self, visit, part, at):
        return lambda key: self.shop.refund(visit, lines=((1, part * 1_000),), key=key, at=at)
