"""The programs on which the narrow machine works: points by the amount, stamps by the piece."""

from dataclasses import replace

from hypothesis import strategies as st

from tests.domain.narrow import Narrow
from tests.domain.things import Rules
from tests.programs import with_changes

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


def lasting(kind, months, **more):
    """The unit of these programs, with another life."""
    return [{"key": "points", "expiry": {"kind": kind, "months": months}, **more}]


WAITING_TERMS = replace(POINTS_TERMS, wait_days=3, debt="clamp")
WAITING_PROGRAM = with_changes(
    POINTS_PROGRAM, units=lasting("rolling", 1, pending_hours=72), debt="clamp"
)
SLIDING_TERMS = replace(POINTS_TERMS, kind="inactivity", debt="block")
SLIDING_PROGRAM = with_changes(POINTS_PROGRAM, units=lasting("inactivity", 1), debt="block")
CAPPED_TERMS = replace(POINTS_TERMS, kind="month_end", double_from=350, cap_visit=14, cap_day=20)
CAPPED_PROGRAM = with_changes(
    POINTS_PROGRAM,
    units=lasting("month_end", 1),
    earn=[
        *POINTS_PROGRAM["earn"],
        {
            "key": "double",
            "unit": "points",
            "multiply_percent": 200,
            "when": {"min_amount_minor": 350},
        },
    ],
    caps=[
        {"unit": "points", "per": "visit", "units": 14},
        {"unit": "points", "per": "day", "units": 20},
    ],
)


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


class NarrowWaiting(NarrowPoints):
    """Points that wait for three days; a debt is written off."""

    program, raw, terms = "narrow waiting", WAITING_PROGRAM, WAITING_TERMS
    must_see = frozenset({"waited", "expired", "insufficient_units", "already_voided"})


class NarrowSliding(NarrowPoints):
    """Points that live on with each visit; no debt may come about."""

    program, raw, terms = "narrow sliding", SLIDING_PROGRAM, SLIDING_TERMS
    must_see = frozenset({"slid", "expired", "insufficient_units", "already_voided"})


class NarrowCapped(NarrowPoints):
    """Points to the end of the month: twice as many from a sum on, so many a visit and a day."""

    program, raw, terms = "narrow capped", CAPPED_PROGRAM, CAPPED_TERMS
    must_see = Narrow.must_see | {"capped"}


ALL = (NarrowPoints, NarrowStamps, NarrowWaiting, NarrowSliding, NarrowCapped)
