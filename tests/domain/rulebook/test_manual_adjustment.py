"""Manual adjustment: with a reason, by who may, never on one's own card, and told to the house."""

import pytest
import sqlalchemy as sa

from loyalty.core.errors import Forbidden, InsufficientUnits, Invalid, OwnCard, Unknown
from loyalty.core.outbox import OutboxEvent
from loyalty.counter import adjustments
from loyalty.counter.requests import AdjustmentRequest, intent
from tests.builders import NOW, fresh_key
from tests.domain.law import refused, statement
from tests.domain.rulebook.book import (
    SHELTER,
    account,
    coffee,
    join,
    lasting,
    levels,
    points,
    stamps,
    there,
)


def by_hand(shop, card, unit="points", units=5, *, reason="scuse", duty=None):
    with shop.database.write() as session:
        return adjustments.adjust(
            session,
            duty=duty or shop.owner,
            card_ref=card.ref,
            request=AdjustmentRequest(unit, units, reason),
            intent=intent(fresh_key(), None),
            at=NOW,
        ).body


def test_the_reason_is_what_the_customer_reads(shop):
    card = join(shop, points())
    (why,) = by_hand(shop, card)["reasons"]
    assert (why["it"], why["en"]) == (
        "correzione (scuse): +5 punti", "correction (scuse): +5 points",
    )  # fmt: skip
    assert statement(shop, card)[-1].reasons == [why]


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_it_is_refused(shop, reason):
    card = join(shop, points())
    with refused(shop, Invalid):
        by_hand(shop, card, reason=reason)


def test_a_cashier_may_not_and_nobody_may_on_their_own_card(shop):
    card, own = join(shop, points()), join(shop, points(), email=shop.owner_email)
    with refused(shop, Forbidden):
        by_hand(shop, card, duty=shop.cashier)
    with refused(shop, OwnCard):
        by_hand(shop, own)


def test_the_house_is_told(shop):
    by_hand(shop, join(shop, points()))
    with shop.database.read() as session:
        kinds = session.execute(sa.select(OutboxEvent.kind)).scalars().all()
    assert "card.adjusted" in kinds


def test_more_than_there_is_cannot_be_taken(shop):
    card = join(shop, points())
    by_hand(shop, card, units=5)
    with refused(shop, InsufficientUnits, needed=6, available=5):
        by_hand(shop, card, units=-6)
    by_hand(shop, card, units=-5)
    assert there(shop, card) == 0


def test_the_money_of_a_cause_is_nobodys_to_correct(shop):
    card = join(shop, points(cause=SHELTER))
    for unit in ("cause.rifugio", "rifugio", "stars"):
        with refused(shop, Unknown):
            by_hand(shop, card, unit)


def test_it_is_no_purchase_no_visit_and_fills_no_card(shop):
    card = join(shop, points(tiers=levels(), caps=[{"unit": "points", "per": "day", "units": 9}]))
    body = by_hand(shop, card, units=60_000)
    assert (body["tier"]["key"], body["tier"]["measured"]) == ("silver", 0)
    # The cap of the day is about what visits give.
    assert shop.visit(card, 900).body["earned"] == {"points": 9}
    stamped = join(shop, stamps())
    assert by_hand(shop, stamped, "stamps", 12)["vouchers"] == []
    shop.visit(stamped, lines=[coffee(1)])
    assert account(shop, stamped, "stamps") == (3, 0, 0)


def test_units_given_by_hand_end_like_any_others(shop):
    card = join(shop, points(units=lasting("month_end", 1)))
    (end,) = by_hand(shop, card)["balances"]["points"]["expiring"]
    assert end == {"units": 5, "at": "2026-12-31T23:00:00Z"}
