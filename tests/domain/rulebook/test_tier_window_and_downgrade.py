"""Tier window and downgrade: up at once; down only at the review, after the grace, with notice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.core.errors import RewardUnavailable
from tests.builders import NOW
from tests.domain.law import refused, stands
from tests.domain.rulebook.book import (
    BREAKFAST,
    DAY,
    GOLD,
    SILVER,
    join,
    latest,
    level,
    levels,
    points,
)

PLATINUM = {"key": "platinum", "name": {"it": "Platino", "en": "Platinum"}, "from": 100_000}
CALENDAR = {"kind": "calendar", "months": 12}


def on(year, month, day, hour=12):
    return datetime(year, month, day, hour, tzinfo=UTC)


def tier(shop, card, at):
    found = stands(shop, card, at)["tier"]
    return found["key"], found["review_on"], found["grace_until"]


def test_sales_leave_the_window_twelve_months_later(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 30_000)
    assert stands(shop, card, on(2027, 11, 21))["tier"]["measured"] == 0
    assert stands(shop, card, on(2027, 11, 20))["tier"]["measured"] == 30_000
    shop.visit(card, 30_000, at=on(2027, 11, 21))
    assert level(shop, card, on(2027, 11, 21)) == "silver"


def test_a_level_is_held_to_the_last_day_of_the_month_twelve_months_later(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 50_000)
    assert tier(shop, card, NOW) == ("gold", "2027-11-30", None)
    # The sale has left the window; the level has not been reviewed yet.
    assert tier(shop, card, on(2027, 11, 30, 22)) == ("gold", "2027-11-30", None)
    assert tier(shop, card, on(2027, 11, 30, 23))[0] == "silver"


def test_the_card_has_the_lower_level_from_its_first_day_though_nobody_wrote_it_down(shop):
    raw = points(tiers=levels(), rewards=[{**BREAKFAST, "tiers": ["gold"]}])
    card = join(shop, raw)
    shop.visit(card, 50_000)
    late = on(2027, 12, 1)
    assert level(shop, card, late) == "silver"
    with refused(shop, RewardUnavailable, reason="tier"):
        shop.reserve(card, "breakfast", at=late)
    assert shop.visit(card, 1_000, at=late).body["earned"] == {"points": 10}
    assert level(shop, card, late) == "silver"


def test_who_bought_enough_again_keeps_it_for_another_year(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 50_000)
    shop.visit(card, 50_000, at=on(2027, 6, 1))
    body = shop.visit(card, 1_000, at=on(2027, 12, 1)).body
    assert body["earned"] == {"points": 15}
    assert tier(shop, card, on(2027, 12, 1)) == ("gold", "2028-11-30", None)


def test_in_the_calendar_the_review_is_the_end_of_the_year(shop):
    card = join(shop, points(tiers=levels(window=CALENDAR)))
    shop.visit(card, 50_000)
    assert tier(shop, card, NOW) == ("gold", "2026-12-31", None)
    # What was bought in November counts for that year: it is enough for the next.
    assert tier(shop, card, on(2027, 1, 1)) == ("gold", "2027-12-31", None)
    assert level(shop, card, on(2028, 1, 1)) == "silver"


def test_in_the_calendar_last_years_sales_count_no_longer(shop):
    card = join(shop, points(tiers=levels(window=CALENDAR)))
    shop.visit(card, 30_000)
    shop.visit(card, 30_000, at=on(2027, 1, 1))
    assert level(shop, card, on(2027, 1, 1)) == "silver"


def test_the_grace_gives_some_days_more_and_a_sale_in_it_saves_the_level(shop):
    raw = points(tiers=levels(grace_days=30))
    saved, lost = join(shop, raw), shop.card(latest(shop))
    for card in (saved, lost):
        shop.visit(card, 50_000)
    assert tier(shop, lost, on(2027, 12, 1)) == ("gold", "2027-11-30", "2027-12-30")
    assert level(shop, lost, on(2027, 12, 30, 22)) == "gold"
    assert level(shop, lost, on(2027, 12, 30, 23)) == "silver"
    shop.visit(saved, 50_000, at=on(2027, 12, 20))
    assert tier(shop, saved, on(2027, 12, 20))[0] == "gold"
    assert level(shop, saved, on(2028, 6, 1)) == "gold"


def test_the_notice_says_what_is_missing_and_until_when(shop):
    card = join(shop, points(tiers=levels(grace_days=30)))
    shop.visit(card, 50_000)
    shop.visit(card, 20_000, at=on(2027, 3, 1))
    found = stands(shop, card, on(2027, 12, 5))["tier"]
    assert (found["keep_missing"], found["grace_until"]) == (30_000, "2027-12-30")
    assert "300,00 €" in found["why"]["it"]
    assert "30 dicembre 2027" in found["why"]["it"]
    assert "€300.00" in found["why"]["en"]


@pytest.mark.parametrize(("drop", "falls_to"), [("one", "gold"), ("straight", "silver")])
def test_down_is_one_level_or_straight_to_what_is_still_held(shop, drop, falls_to):
    card = join(shop, points(tiers=levels(levels=[SILVER, GOLD, PLATINUM], drop=drop)))
    shop.visit(card, 100_000)
    assert level(shop, card, on(2027, 11, 30)) == "platinum"
    assert level(shop, card, on(2027, 12, 1)) == falls_to


def test_years_without_a_visit_take_one_level_after_the_other(shop):
    card = join(shop, points(tiers=levels(levels=[SILVER, GOLD, PLATINUM])))
    shop.visit(card, 100_000)
    assert level(shop, card, on(2028, 12, 30)) == "gold"
    body = shop.visit(card, 100, at=on(2030, 1, 10)).body
    assert body["tier"]["key"] == "silver"
    # Each fall has its own day and says so.
    assert len(body["tier"]["changes"]) == 2


def test_the_shops_midnight_decides_which_day_a_sale_was(shop):
    card = join(shop, points(tiers=levels(window=CALENDAR)))
    shop.visit(card, 30_000, at=on(2026, 12, 31, 22))
    # 23:30 in Greenwich is the first of January in Rome.
    late = on(2026, 12, 31, 23) + timedelta(minutes=30)
    shop.visit(card, 30_000, at=late)
    found = stands(shop, card, late)["tier"]
    assert (found["key"], found["measured"]) == ("silver", 30_000)
    assert date(2027, 1, 1) > NOW.date() + 30 * DAY
