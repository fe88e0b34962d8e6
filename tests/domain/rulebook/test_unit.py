"""Unit: units are whole, money is in cents, and a rate is a fraction of the two."""

from tests.domain.law import holds
from tests.domain.rulebook.book import BASE, coffee, join, points

TENTH = {**BASE, "per": {"amount_minor": 1_000}}


def test_a_thousand_times_a_tenth_of_a_point_is_a_hundred_points(shop):
    card = join(shop, {**points(), "earn": [TENTH]})
    for _ in range(2):
        shop.visit(card, 50_000, lines=[coffee(1, 100) for _ in range(500)])
    balance = holds(shop, card)
    assert (balance["available"], balance["carried_minor"]) == (100, 0)


def test_ten_times_a_tenth_of_a_point_is_a_point_with_the_tenth_visit(shop):
    card = join(shop, {**points(), "earn": [TENTH]})
    earned = [shop.visit(card, 100).body["earned"]["points"] for _ in range(10)]
    assert earned == [0] * 9 + [1]


def test_a_rate_is_units_for_so_many_cents(shop):
    card = join(shop, {**points(), "earn": [{**BASE, "units": 3, "per": {"amount_minor": 70}}]})
    assert shop.visit(card, 70).body["earned"] == {"points": 3}
    # 0.99 at three points for 0.70 are 4.24; with what is left of it, 0.18 more make the next.
    balance = shop.visit(card, 99).body["balances"]["points"]
    assert (balance["available"], balance["carried_minor"], balance["to_next_minor"]) == (7, 5, 18)
