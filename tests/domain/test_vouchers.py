"""Vouchers whose card is blocked, or is the cashier's own."""

import pytest

from loyalty.cards import keeping
from loyalty.core.errors import CardBlocked, OwnCard
from loyalty.counter import redemptions
from loyalty.counter.requests import intent
from tests.builders import NOW, fresh_key
from tests.domain.law import keep, refused


@pytest.fixture
def rich(shop):
    """A card with fifteen points."""
    card = shop.card()
    shop.visit(card, 1_500)
    return card


def use(shop, code, duty=None):
    with shop.database.write() as session:
        return redemptions.use(session, duty=duty or shop.cashier, code=code, intent=None, at=NOW)


def test_the_voucher_of_a_blocked_card_waits_until_the_card_is_unblocked(shop, rich):
    code = shop.reserve(rich, "breakfast").body["vouchers"][0]["code"]
    keep(shop, keeping.block, rich)
    with refused(shop, CardBlocked):
        use(shop, code)
    keep(shop, keeping.unblock, rich)
    assert use(shop, code).body["vouchers"][0]["state"] == "fulfilled"


def test_nobody_hands_over_their_own_voucher(shop):
    own = shop.card(email=shop.cashier_email)
    shop.visit(own, 1_500, duty=shop.owner)
    with shop.database.write() as session:
        code = redemptions.reserve(
            session,
            duty=shop.owner,
            scan=own.code,
            reward="breakfast",
            intent=intent(fresh_key(), "own"),
            at=NOW,
        ).body["vouchers"][0]["code"]
    with refused(shop, OwnCard):
        use(shop, code, duty=shop.cashier)
    assert use(shop, code, duty=shop.owner).body["vouchers"][0]["state"] == "fulfilled"
