"""Rules of a place hold beside those of the program."""

import pytest

from loyalty.core.errors import LimitReached
from loyalty.core.money import Money
from loyalty.counter import visits
from loyalty.counter.requests import VisitRequest, intent
from loyalty.merchants import places
from loyalty.merchants.places import Place
from tests.builders import NOW, fresh_key


@pytest.fixture
def market(shop):
    with shop.database.write() as session:
        return places.add(session, duty=shop.owner, name="Mercato", at=NOW)


def rule(shop, market, **rules):
    with shop.database.write() as session:
        row = places.find(session, merchant_id=shop.merchant_id, location_ref=market)
        seen, wanted = places.edition(row), Place("Mercato", **rules)
        places.change(
            session, duty=shop.owner, location_ref=market, wanted=wanted, seen=seen, at=NOW
        )


def sell(shop, card, minor, location):
    with shop.database.write() as session:
        return visits.accrue(
            session,
            duty=shop.owner,
            request=VisitRequest(scan=card.code, amount=Money(minor, "EUR"), location=location),
            intent=intent(fresh_key(), None),
            at=NOW,
        ).body


def test_nothing_is_collected_where_the_shop_says_so(shop, market):
    card = shop.card("points")
    rule(shop, market, is_earning=False)
    with pytest.raises(LimitReached) as refused:
        sell(shop, card, 500, market)
    assert "this place" in refused.value.sentence.en
    assert sell(shop, card, 500, None)["earned"]["points"] == 5


def test_the_smaller_of_two_limits_holds(shop, market):
    card = shop.card("points")
    rule(shop, market, largest_minor=1_000)
    assert sell(shop, card, 1_000, market)["earned"]["points"] == 10
    with pytest.raises(LimitReached) as refused:
        sell(shop, card, 1_001, market)
    assert refused.value.facts["allowed"] == 1_000
    assert sell(shop, card, 1_001, "Altrove")["earned"]["points"] == 10
