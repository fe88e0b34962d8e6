"""Double scan: one intent is one deed, whatever the rules are; a second one soon is warned of."""

from loyalty.core.errors import KeyReused
from tests.builders import NOW
from tests.domain.law import refused
from tests.domain.races import at_once
from tests.domain.rulebook.book import (
    HOUR,
    SHELTER,
    account,
    coffee,
    join,
    levels,
    points,
    stamps,
    there,
)

CAPPED = points(caps=[{"unit": "points", "per": "day", "units": 20}], tiers=levels(), cause=SHELTER)


def test_the_same_scan_eight_times_at_once_is_one_visit_under_every_rule(shop):
    card = join(shop, CAPPED)
    assert at_once(lambda _: shop.visit(card, 1_250, key="k")) == {"done": 1, "replayed": 7}
    assert there(shop, card) == 12


def test_eight_visits_at_once_share_the_cap_of_the_day(shop):
    card = join(shop, CAPPED)
    assert at_once(lambda _: shop.visit(card, 500)) == {"done": 8}
    assert there(shop, card) == 20


def test_eight_scans_at_once_fill_the_card_once(shop):
    card = join(shop, stamps())
    assert at_once(lambda _: shop.visit(card, lines=[coffee(2)])) == {"done": 8}
    assert account(shop, card, "stamps") == (6, 0, 0)


def test_the_key_with_another_purchase_is_refused(shop):
    card = join(shop, CAPPED)
    shop.visit(card, 1_250, key="k")
    with refused(shop, KeyReused):
        shop.visit(card, 1_251, key="k")


def test_a_second_visit_within_the_seconds_is_warned_of_and_recorded(shop):
    card = join(shop, points(limits={"min_seconds": 3_600}))
    shop.visit(card, 500)
    body = shop.visit(card, 500, at=NOW + HOUR / 2).body
    assert [warning["code"] for warning in body["warnings"]] == ["repeat_soon"]
    assert there(shop, card) == 10
