"""Before a version is published: who would change level, counted and named, nothing written."""

from datetime import timedelta

import pytest

from loyalty.core.errors import Unknown
from loyalty.counter import preview
from tests.builders import NOW
from tests.domain import law
from tests.programs import POINTS, with_changes


def levels(gold, *, measure="spend", months=12):
    return {
        "measure": measure,
        **({"unit": "points"} if measure == "units" else {}),
        "window": {"kind": "rolling", "months": months},
        "levels": [{"key": "silver", "from": 0}, {"key": "gold", "from": gold}],
    }


def look(shop, number, program="levels", at=NOW):
    with shop.database.read() as session:
        return preview.preview(
            session,
            merchant_id=shop.merchant_id,
            program_ref=shop.programs[program],
            number=number,
            at=at,
        )


@pytest.fixture
def spenders(shop):
    """Three cards: 600, 300 and nothing; gold from 500."""
    shop.program("levels", with_changes(POINTS, tiers=levels(50_000)))
    cards = [shop.card("levels") for _ in range(3)]
    shop.visit(cards[0], 60_000)
    shop.visit(cards[1], 30_000)
    return cards


@pytest.mark.parametrize("measure", ["spend", "units", "visits"])
def test_a_lower_bar_lifts_those_who_reach_it_and_a_higher_one_sinks_nobody(
    shop, spenders, measure
):
    bar = {"spend": 20_000, "units": 200, "visits": 1}[measure]
    low = shop.draft("levels", with_changes(POINTS, tiers=levels(bar, measure=measure)))
    found = look(shop, low)
    assert found.moves == {("gold", "gold"): 1, ("silver", "gold"): 1, ("silver", "silver"): 1}
    assert found.sample == [(spenders[1].ref, "silver", "gold")]
    high = shop.draft("levels", with_changes(POINTS, tiers=levels(99_000_000)))
    assert look(shop, high).moves == {("gold", "gold"): 1, ("silver", "silver"): 2}


def test_looking_changes_nothing_and_publishing_does_what_was_seen(shop, spenders):
    rules = with_changes(POINTS, tiers=levels(20_000))
    number = shop.draft("levels", rules)
    before = law.snapshot(shop.database)
    look(shop, number)
    assert law.snapshot(shop.database) == before
    shop.publish("levels", rules, at=NOW + timedelta(days=1))
    shop.visit(spenders[1], 100, at=NOW + timedelta(days=1))
    assert law.stands(shop, spenders[1], NOW + timedelta(days=1))["tier"]["key"] == "gold"


def test_refunds_and_voids_no_longer_count(shop, spenders):
    visit = shop.visit(spenders[2], 90_000).body["ref"]
    shop.refund(visit, 80_000)
    shop.void(shop.visit(spenders[2], 90_000).body["ref"])
    low = shop.draft("levels", with_changes(POINTS, tiers=levels(20_000, measure="spend")))
    assert look(shop, low).moves[("silver", "silver")] == 1


def test_a_version_of_another_shop_is_unknown(shop, stranger, spenders):
    number = shop.draft("levels", with_changes(POINTS, tiers=levels(1)))
    with pytest.raises(Unknown), shop.database.read() as session:
        preview.preview(
            session,
            merchant_id=stranger.merchant_id,
            program_ref=shop.programs["levels"],
            number=number,
            at=NOW,
        )
