"""Somebody in each state, and who of them an audience means: for the tests of audiences."""

from datetime import timedelta

import pytest

from loyalty.analytics import audience as audiences
from loyalty.analytics import measures
from loyalty.customers.models import Customer
from tests.builders import NOW
from tests.domain.summed import TODAY

HABITS = {
    "new": (30,),
    "one_off": (90, 61),
    "active": (20, 10, 0),
    "cooling": (75, 55, 35),
    "lapsed": (80, 70, 60),
    "lost": (300, 290, 280),
    "reactivated": (130, 120, 110, 5),
}


@pytest.fixture
def cast(shop):
    """One of each state, each with a name of their own; and one who has not been there yet."""
    cards = {}
    for name, days in HABITS.items():
        cards[name] = shop.card(name=name.capitalize(), at=NOW - timedelta(days=days[0]))
        for each in days:
            shop.visit(cards[name], 1_000, at=NOW - timedelta(days=each))
    cards["fresh"] = shop.card(name="Fresh")
    return cards


def found(shop, raw, limit=50):
    """The names of who is meant, all pages together; as many as the count says."""
    wanted, whose = audiences.parse(raw), {"merchant_id": shop.merchant_id, "on": TODAY}
    with shop.database.read() as session:
        names, after = [], None
        while page := audiences.page(
            session, audience=wanted, after=after, limit=min(limit, 3), **whose
        ):
            after = page[-1].customer_id
            names += [
                session.get_one(Customer, (shop.merchant_id, one.customer_id)).name for one in page
            ]
        assert audiences.count(session, audience=wanted, **whose) == len(names)
    return {name.lower() for name in names}


def reasons(shop, raw):
    with shop.database.read() as session:
        page = audiences.page(
            session, merchant_id=shop.merchant_id, audience=audiences.parse(raw), on=TODAY
        )
    return [one.why.en for one in page], [one.why.it for one in page]


def cond(field, op, value):
    return {"field": field, "op": op, "value": value}


def known(field, *, is_set=True):
    return cond(field, "set", is_set)


def change(shop, wanted, duty=None):
    with shop.database.write() as session:
        measures.change(session, duty=duty or shop.owner, wanted=wanted, at=NOW)
