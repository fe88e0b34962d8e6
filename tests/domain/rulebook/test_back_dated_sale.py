"""Back-dated sale: rated by the rules of its day and ended by it; nothing later is changed."""

from tests.builders import NOW
from tests.domain.law import stands, statement
from tests.domain.rulebook.book import (
    BASE,
    DAY,
    account,
    bonus,
    coffee,
    join,
    kinds,
    lasting,
    latest,
    level,
    levels,
    points,
    stamps,
    there,
)

MONTH_AGO = NOW - 30 * DAY


def late(shop, card, amount, then, **more):
    return shop.visit(card, amount, occurred_at=then, external_ref=f"R{then:%d%H%M}", **more)


def test_it_says_when_it_was_and_when_it_was_written_down(shop):
    body = late(shop, join(shop, points()), 1_250, MONTH_AGO).body
    assert body["occurred_at"] == "2026-10-22T10:00:00Z"
    assert body["recorded_at"] == "2026-11-21T10:00:00Z"


def test_the_rules_are_those_of_its_day(shop):
    card = join(shop, points())
    shop.publish(latest(shop), {**points(), "earn": [{**BASE, "units": 3}]}, at=NOW + 10 * DAY)
    at = NOW + 20 * DAY
    body = late(shop, card, 1_000, NOW + 5 * DAY, at=at).body
    assert (body["earned"], body["version"]) == ({"points": 10}, 1)
    assert late(shop, card, 1_000, NOW + 11 * DAY, at=at).body["earned"] == {"points": 30}


def test_before_the_first_rules_the_first_ones_hold(shop):
    card = join(shop, points())
    shop.publish(latest(shop), {**points(), "earn": [{**BASE, "units": 3}]}, at=NOW + DAY)
    assert late(shop, card, 1_000, MONTH_AGO, at=NOW + 2 * DAY).body["version"] == 1


def test_the_day_of_the_week_is_that_of_the_sale(shop):
    # NOW is a Saturday; the sale was on Friday.
    card = join(shop, points(bonus(200, weekdays=[5])))
    assert late(shop, card, 1_000, NOW - DAY).body["earned"] == {"points": 20}
    assert shop.visit(card, 1_000).body["earned"] == {"points": 10}


def test_its_units_end_as_if_they_had_been_written_down_then(shop):
    card = join(shop, points(units=lasting("rolling", 12)))
    body = late(shop, card, 1_000, MONTH_AGO).body
    ends = body["balances"]["points"]["expiring"]
    assert [(each["units"], each["at"]) for each in ends] == [(10, "2027-10-22T22:00:00Z")]


def test_what_would_have_ended_by_now_is_written_off_at_once(shop):
    card = join(shop, points(units=lasting("rolling", 1)))
    late(shop, card, 1_000, NOW - 60 * DAY)
    assert kinds(shop, card) == [("earn", 10), ("expire", -10)]
    assert there(shop, card) == 0


def test_it_earns_at_the_level_of_its_day_and_not_of_today(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 50_000)
    assert late(shop, card, 1_000, NOW - DAY).body["earned"] == {"points": 10}
    assert shop.visit(card, 1_000, at=NOW + DAY).body["earned"] == {"points": 15}


def test_it_may_bring_the_level_and_rates_no_sale_since_anew(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 30_000, at=NOW - 10 * DAY)
    assert shop.visit(card, 10_000).body["earned"] == {"points": 100}
    body = late(shop, card, 10_000, NOW - 5 * DAY).body
    assert (body["earned"], body["tier"]["key"]) == ({"points": 100}, "gold")
    assert [entry.units for entry in statement(shop, card)] == [300, 100, 100]
    assert shop.visit(card, 1_000).body["earned"] == {"points": 15}


def test_a_sale_out_of_the_window_by_now_brings_no_level(shop):
    card = join(shop, points(tiers=levels()))
    late(shop, card, 30_000, NOW - 370 * DAY)
    shop.visit(card, 30_000)
    assert (level(shop, card), stands(shop, card)["tier"]["measured"]) == ("silver", 30_000)


def test_a_level_reached_two_years_ago_has_had_its_reviews(shop):
    card = join(shop, points(tiers=levels()))
    body = late(shop, card, 60_000, NOW - 800 * DAY).body
    assert (body["tier"]["key"], level(shop, card)) == ("silver", "silver")


def test_it_never_takes_a_level_that_newer_rules_gave(shop):
    card = join(shop, points(tiers=levels()))
    other = {"key": "club", "name": {"it": "Club", "en": "Club"}, "from": 0}
    vip = {"key": "vip", "name": {"it": "VIP", "en": "VIP"}, "from": 20_000}
    shop.publish(latest(shop), points(tiers=levels(levels=[other, vip])), at=NOW + 10 * DAY)
    at = NOW + 20 * DAY
    assert shop.visit(card, 30_000, at=at).body["tier"]["key"] == "vip"
    body = late(shop, card, 1_000, NOW + DAY, at=at).body
    assert (body["version"], body["tier"]["key"]) == (1, "vip")
    assert level(shop, card, at) == "vip"


def test_a_cap_of_its_own_day_holds(shop):
    card = join(shop, points(caps=[{"unit": "points", "per": "day", "units": 15}]))
    shop.visit(card, 1_500)
    assert late(shop, card, 1_000, NOW - DAY).body["earned"] == {"points": 10}
    assert late(shop, card, 1_000, NOW - DAY / 4).body["earned"] == {"points": 0}
    yesterday = NOW - DAY + DAY / 24
    assert late(shop, card, 1_000, yesterday).body["earned"] == {"points": 5}


def test_a_card_fills_by_it_too(shop):
    card = join(shop, stamps())
    shop.visit(card, lines=[coffee(9)])
    body = late(shop, card, None, NOW - DAY, lines=[coffee(2)]).body
    (voucher,) = body["vouchers"]
    # Thirty days from the day of the sale.
    assert voucher["until"] == "2026-12-20T23:00:00Z"
    assert account(shop, card, "stamps") == (1, 0, 0)
