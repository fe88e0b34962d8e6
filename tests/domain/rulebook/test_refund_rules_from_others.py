"""Refund rules from others: never the rate of today; what was given once is what is taken back."""

import pytest

from tests.builders import NOW
from tests.domain.rulebook.book import (
    BASE,
    DAY,
    SHELTER,
    bonus,
    join,
    latest,
    levels,
    points,
    there,
)

DEAR = {**points(), "earn": [{**BASE, "units": 2}]}


def test_fifty_given_and_the_rate_doubled_since_takes_fifty(shop):
    card = join(shop, points())
    visit = shop.visit(card, 5_000).body
    shop.publish(latest(shop), DEAR, at=NOW + DAY)
    assert shop.visit(card, 100, at=NOW + DAY).body["earned"] == {"points": 2}
    body = shop.refund(visit["ref"], 5_000, at=NOW + DAY).body
    assert (body["earned"], body["version"]) == ({"points": -50}, 1)
    assert there(shop, card) == 2


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (points(bonus(200)), points()),
        (points(), points(bonus(200))),
        (points(caps=[{"unit": "points", "per": "visit", "units": 5}]), points()),
        (points(), points(caps=[{"unit": "points", "per": "day", "units": 5}])),
        (points(base={"tax": "net"}), points()),
        (points(cause=SHELTER), points(cause={**SHELTER, "rate": [50, 100]})),
        (points(cause=SHELTER), points()),
    ],
    ids=["bonus gone", "bonus new", "cap gone", "cap new", "tax", "dearer cause", "no cause"],
)
def test_whatever_has_changed_since_a_sale_gives_back_what_it_gave(shop, then, now):
    card = join(shop, then)
    visit = shop.visit(card, 1_250).body
    shop.publish(latest(shop), now, at=NOW + DAY)
    body = shop.void(visit["ref"], at=NOW + DAY).body
    for gave, took in ((visit["earned"], body["earned"]), (visit["pledged"], body["pledged"])):
        assert {key: -units for key, units in took.items()} == gave
    assert there(shop, card, at=NOW + DAY) == 0


def test_the_level_is_that_of_the_sale_though_it_is_higher_or_lower_now(shop):
    card = join(shop, points(tiers=levels()))
    first = shop.visit(card, 50_000).body
    second = shop.visit(card, 1_000).body
    # Gold now: the first is still taken back as Silver.
    assert shop.refund(first["ref"], 1_000, at=NOW + 20 * DAY).body["earned"] == {"points": -10}
    # Silver again next year: the second is still taken back as Gold.
    late = NOW + 400 * DAY
    assert shop.refund(second["ref"], 1_000, at=late).body["earned"] == {"points": -15}
