"""Caps of a day: what is left is fixed when a visit is written down, and by its own day."""

from datetime import UTC, datetime

from tests.builders import NOW
from tests.domain.law import statement
from tests.domain.rulebook.book import (
    COFFEE,
    DAY,
    HOUR,
    STAMPS,
    bonus,
    cake,
    coffee,
    join,
    points,
    there,
)


def capped(most, *earn, **more):
    return points(*earn, caps=[{"unit": "points", "per": "day", "units": most}], **more)


def earned(shop, card, amount, **more):
    return shop.visit(card, amount, **more).body["earned"]["points"]


def test_the_visits_of_a_day_share_its_cap(shop):
    card = join(shop, capped(20))
    assert [earned(shop, card, 850) for _ in range(4)] == [8, 9, 3, 0]
    assert earned(shop, card, 850, at=NOW + DAY) == 8


def test_what_was_cut_off_is_not_put_aside(shop):
    card = join(shop, capped(20))
    earned(shop, card, 2_099)
    # Exactly twenty are on the card: a day later 0.99 are no point yet.
    assert earned(shop, card, 99, at=NOW + DAY) == 0
    assert earned(shop, card, 1, at=NOW + DAY) == 1


def test_the_day_is_the_shops(shop):
    card = join(shop, capped(10))
    assert earned(shop, card, 1_000, at=datetime(2026, 11, 21, 22, 59, tzinfo=UTC)) == 10
    assert earned(shop, card, 1_000, at=datetime(2026, 11, 21, 23, tzinfo=UTC)) == 10


def test_a_refund_does_not_open_the_day_again(shop):
    card = join(shop, capped(20))
    visit = shop.visit(card, 1_500).body["ref"]
    shop.refund(visit, 1_000)
    assert earned(shop, card, 1_500) == 5
    assert there(shop, card) == 10


def test_a_refund_of_everything_does_not_open_it_either(shop):
    card = join(shop, capped(20))
    visit = shop.visit(card, 2_000).body["ref"]
    shop.refund(visit, 2_000)
    assert earned(shop, card, 2_000) == 0


def test_a_voided_visit_has_used_nothing_of_it(shop):
    card = join(shop, capped(20))
    visit = shop.visit(card, 2_000).body["ref"]
    shop.void(visit)
    assert earned(shop, card, 2_000) == 20


def test_a_void_gives_nothing_to_visits_that_are_written_down_already(shop):
    card = join(shop, capped(20))
    first = shop.visit(card, 1_500).body["ref"]
    second = shop.visit(card, 1_500).body
    assert second["earned"] == {"points": 5}
    shop.void(first)
    # The second still had five to earn when it was written down, however it comes back.
    assert shop.refund(second["ref"], 900).body["earned"] == {"points": 0}
    assert shop.refund(second["ref"], 200).body["earned"] == {"points": -1}
    assert there(shop, card) == 4


def test_the_cap_is_after_bonuses_and_said_on_the_receipt(shop):
    card = join(shop, capped(20, bonus(300)))
    body = shop.visit(card, 1_000).body
    assert body["earned"] == {"points": 20}
    assert [why["units"] for why in body["reasons"]] == [10, 20, -10]
    cut = body["reasons"][-1]
    assert cut["it"] == "limite al giorno raggiunto: -10 punti"
    assert cut["en"] == "limit a day reached: -10 points"


def test_a_visits_cap_and_a_days_cap_both_hold(shop):
    caps = [{"unit": "points", "per": per, "units": n} for per, n in (("visit", 8), ("day", 20))]
    card = join(shop, points(caps=caps))
    assert [earned(shop, card, 1_000) for _ in range(4)] == [8, 8, 4, 0]


def test_each_unit_has_its_own(shop):
    rules = capped(5, COFFEE, units=[*points()["units"], STAMPS])
    card = join(shop, rules)
    body = shop.visit(card, 840, lines=[coffee(3, 390), cake(1, 450)]).body
    assert body["earned"] == {"points": 5, "stamps": 3}


def test_points_given_by_hand_and_rewards_do_not_use_it_up(shop):
    card = join(shop, capped(20))
    shop.adjust(card, "points", 50)
    redemption = shop.reserve(card, "breakfast").body["ref"]
    shop.cancel(redemption)
    assert earned(shop, card, 2_000, at=NOW + HOUR) == 20
    assert [entry.units for entry in statement(shop, card)] == [50, -10, 10, 20]
