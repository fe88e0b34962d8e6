"""Small pasts to play versions over, and what came of it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from loyalty.programs import checks, simulator
from loyalty.programs.earning import Line
from loyalty.programs.loading import load
from loyalty.programs.simulator_past import Frame, PastCustomer, PastSale

FIRST = datetime(2026, 3, 2, 11, tzinfo=UTC)  # a Monday noon in Rome
BASE = {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}
VISIT = {"key": "visit", "unit": "points", "units": 1, "per": {"visit": 1}}


def prize(units=10, key="prize", **more):
    """A reward for so many points."""
    return {"key": key, "kind": "product", "cost": {"points": units}, **more}


def rules(*earn, rewards=(), unit=None, **more):
    """A version of points that can be published."""
    units = [{"key": "points", **(unit or {})}, *more.pop("units", [])]
    raw = {"units": units, "earn": list(earn or [BASE]), "rewards": list(rewards), **more}
    document = load(raw)
    checks.check(document)
    return document


def sale(day, amount=100, *, hour=0, lines=None, net=None):
    """A sale so many days and hours after the first noon; lines as (category, minor units)."""
    at = FIRST + timedelta(days=day, hours=hour)
    counted = tuple(
        Line(number, None, category, 1_000, None if minor is None else Fraction(minor))
        for number, (category, minor) in enumerate(lines or [(None, amount)], start=1)
    )
    return PastSale(at, counted, amount, amount if net is None else net)


def coffees(day, pieces):
    """So many coffees, of which nobody said what they cost."""
    at = FIRST + timedelta(days=day)
    return PastSale(at, (Line(1, None, "coffee", pieces * 1_000, None),), None, None)


def person(*sales, key="anna", birthday=None):
    """Somebody with their sales."""
    return PastCustomer(key.encode(), birthday, sales)


def played(document, *people, until=60, first_on=None, last_on=None):
    """What a version makes of them, as of so many days after the first."""
    frame = Frame("EUR", "Europe/Rome", FIRST + timedelta(days=until), first_on, last_on)
    return simulator.play(document, lambda: people, frame)


def given(found):
    """How often each reward was given, those that were."""
    return {one.key: one.given for one in found.rewards if one.given}


def flow(found, unit="points"):
    """(earned, redeemed, expired, left) of a unit."""
    one = found.units[unit]
    return one.earned, one.redeemed, one.expired, one.left


def said(found):
    """The codes of the warnings."""
    return [one.code for one in found.warnings]


def on(day):
    """The date so many days after the first."""
    return date(2026, 3, 2) + timedelta(days=day)
