"""Units that end, and units moved by hand."""

from datetime import timedelta

from loyalty.cards import keeping
from loyalty.core.errors import (
    CardBlocked,
    Forbidden,
    InsufficientUnits,
    Invalid,
    KeyReused,
    OwnCard,
    Unknown,
)
from loyalty.counter import adjustments
from loyalty.counter.requests import AdjustmentRequest, intent
from tests.builders import NOW, fresh_key
from tests.domain.law import holds, keep, refused, stands, statement

DAY = timedelta(days=1)
LAST = NOW.replace(year=2027, hour=22, minute=59)  # a minute before midnight in Rome
OVER = NOW.replace(year=2027, hour=23)


def test_points_are_good_through_their_last_day_in_the_shop(shop):
    card = shop.card()
    shop.visit(card, 1_000)
    assert holds(shop, card, at=LAST)["available"] == 10
    assert shop.reserve(card, "breakfast", at=LAST)


def test_a_moment_later_they_are_gone_whether_it_was_written_or_not(shop):
    card = shop.card()
    shop.visit(card, 1_000)
    assert holds(shop, card, at=OVER)["available"] == 0
    assert stands(shop, card, OVER)["rewards"][0]["missing"] == {"points": 10}
    with refused(shop, InsufficientUnits, available=0):
        shop.reserve(card, "breakfast", at=OVER)


def test_the_next_act_writes_the_expiry_with_its_day_and_its_reason(shop):
    card = shop.card()
    shop.visit(card, 1_200)
    shop.visit(card, 500, at=OVER)
    _, gone, earned = statement(shop, card)
    assert (gone.kind, gone.units, gone.balance_after, gone.actor) == ("expire", -12, 0, "system")
    assert (gone.occurred_at, gone.recorded_at, gone.version) == (OVER, OVER, 1)
    assert gone.reasons[0]["it"] == "validi fino al 21 novembre 2027: scadono 12 punti"
    assert gone.reasons[0]["en"] == "valid until 21 November 2027: 12 points expired"
    assert earned.balance_after == 5


def test_only_what_is_left_expires_and_only_once(shop):
    card = shop.card()
    shop.visit(card, 1_200)
    shop.reserve(card, "breakfast")
    for day in range(3):
        shop.visit(card, 100, at=OVER + DAY * day)
    assert [entry.units for entry in statement(shop, card)] == [12, -10, -2, 1, 1, 1]


def test_units_out_for_a_reward_do_not_expire(shop):
    card = shop.card()
    shop.visit(card, 1_000)
    reserved = shop.reserve(card, "breakfast").body["ref"]
    assert shop.fulfil(reserved, at=OVER + DAY)
    assert holds(shop, card, at=OVER + DAY)["debt"] == 0


# --- by hand -------------------------------------------------------------------------------------


def adjust(shop, card, units, *, reason="compleanno", unit="points", duty=None):
    with shop.database.write() as session:
        return adjustments.adjust(
            session,
            duty=duty or shop.owner,
            card_ref=card.ref,
            request=AdjustmentRequest(unit, units, reason),
            intent=intent(fresh_key(), None),
            at=NOW,
        )


def test_units_added_by_hand_end_like_those_of_a_visit_and_say_why(shop):
    card = shop.card()
    body = adjust(shop, card, 20).body
    assert body["balances"]["points"]["expiring"] == [{"units": 20, "at": "2027-11-21T23:00:00Z"}]
    assert body["balances"]["points"]["lifetime"] == 0
    assert body["reasons"][0]["it"] == "correzione (compleanno): +20 punti"
    assert body["reasons"][0]["en"] == "correction (compleanno): +20 points"
    assert adjust(shop, card, -20).body["reasons"][0]["it"] == "correzione (compleanno): -20 punti"


def test_no_more_can_be_taken_than_there_is(shop):
    card = shop.card()
    adjust(shop, card, 20)
    with refused(shop, InsufficientUnits, unit="points", needed=21, available=20):
        adjust(shop, card, -21)
    assert adjust(shop, card, -20).body["balances"]["points"]["available"] == 0


def test_an_adjustment_that_makes_no_sense_is_refused(shop, stranger):
    card = shop.card()
    for units, reason in ((0, "x"), (10_000_001, "x"), (-10_000_001, "x"), (5, ""), (5, " \n")):
        with refused(shop, Invalid):
            adjust(shop, card, units, reason=reason)
    with refused(shop, Unknown) as refusal:
        adjust(shop, card, 5, unit="stamps")
    assert refusal.value.code == "unknown_unit"
    with refused(stranger, Unknown) as refusal:
        adjust(stranger, card, 5)
    assert refusal.value.code == "unknown_card"


def test_a_cashier_adjusts_nothing_and_an_owner_not_their_own_card(shop):
    card, own = shop.card(), shop.card(email=shop.owner_email)
    with refused(shop, Forbidden, permission="adjust"):
        adjust(shop, card, 5, duty=shop.cashier)
    with refused(shop, OwnCard):
        adjust(shop, own, 5)
    keep(shop, keeping.block, card)
    with refused(shop, CardBlocked):
        adjust(shop, card, 5)


def test_an_adjustment_is_made_once_per_key(shop):
    card = shop.card()
    first = shop.adjust(card, "points", 5, key="k")
    again = shop.adjust(card, "points", 5, key="k")
    assert (again.replayed, again.body) == (True, first.body)
    with refused(shop, KeyReused):
        shop.adjust(card, "points", 6, key="k")
    assert holds(shop, card)["available"] == 5
