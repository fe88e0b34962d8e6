"""Lost card: new codes, the old ones shut, and everything the card holds untouched."""

import pytest

from loyalty.cards import keeping
from loyalty.core.errors import CardBlocked
from tests.builders import NOW
from tests.domain.law import keep, refused, stands
from tests.domain.rulebook.book import (
    HOUR,
    POINTS,
    SHELTER,
    STAMPS,
    coffee,
    join,
    levels,
    points,
    stamps,
)


@pytest.fixture
def rich(shop):
    """A card with something of everything: waiting points, a level, a pledge, a full card."""
    raw = stamps()
    rules = points(
        *raw["earn"],
        units=[{**POINTS, "pending_hours": 24}, STAMPS],
        stamps=raw["stamps"],
        rewards=[*points()["rewards"], *raw["rewards"]],
        tiers=levels(),
        cause=SHELTER,
    )
    card = join(shop, rules)
    shop.visit(card, 60_030, lines=[coffee(12, 60_030)])
    return card


def test_points_stamps_level_pledge_and_vouchers_stay(shop, rich):
    before = stands(shop, rich)
    facts = keep(shop, keeping.replace, rich)
    assert stands(shop, rich) == before
    assert facts.code != rich.code


def test_the_old_code_is_shut_and_the_new_one_earns_and_redeems(shop, rich):
    old = rich.code
    rich.code = keep(shop, keeping.replace, rich).code
    with refused(shop, CardBlocked):
        shop.visit(rich, 1_000, scan=old)
    later = NOW + 24 * HOUR
    assert shop.visit(rich, 1_000, at=later).body["earned"]["points"] == 15
    assert shop.reserve(rich, "breakfast", at=later)


def test_a_sale_of_the_old_code_can_still_be_refunded(shop, rich):
    visit = shop.visit(rich, 1_000).body
    keep(shop, keeping.replace, rich)
    assert shop.refund(visit["ref"], 1_000).body["earned"]["points"] == -15
