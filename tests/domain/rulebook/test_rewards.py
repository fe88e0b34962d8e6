"""Rewards: their stock, days, levels and limits; what cannot be given says so and costs nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.core.errors import LimitReached, RewardUnavailable
from tests.builders import NOW
from tests.domain.law import refused, stands
from tests.domain.races import at_once
from tests.domain.rulebook.book import (
    BREAKFAST,
    DAY,
    FREE_COFFEE,
    GOLD,
    SILVER,
    account,
    coffee,
    join,
    latest,
    levels,
    points,
    stamps,
    there,
)

JUST = timedelta(microseconds=1)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def rich(shop, amount=10_000, *, at=NOW, **reward):
    """A card with points to spend on a breakfast that has such limits."""
    card = join(shop, points(rewards=[{**BREAKFAST, **reward}]))
    shop.visit(card, amount, at=at)
    return card


def another(shop, amount=10_000):
    card = shop.card(latest(shop))
    shop.visit(card, amount)
    return card


# --- stock ---------------------------------------------------------------------------------------


def test_the_last_one_goes_to_one_of_eight_at_once(shop):
    rich(shop, stock=1)
    cards = [another(shop) for _ in range(8)]
    found = at_once(lambda number: shop.reserve(cards[number], "breakfast"))
    assert found == {"done": 1, "reward_unavailable": 7}
    assert sorted(there(shop, card) for card in cards) == [90] + [100] * 7


def test_the_last_one_goes_to_one_of_eight_full_cards_and_seven_keep_their_stamps(shop):
    join(shop, stamps(rewards=[{**FREE_COFFEE, "stock": 1}]))
    cards = [shop.card(latest(shop)) for _ in range(8)]
    for card in cards:
        shop.visit(card, lines=[coffee(9)])
    assert at_once(lambda number: shop.visit(cards[number], lines=[coffee(1)])) == {"done": 8}
    assert sorted(there(shop, card, "stamps") for card in cards) == [0] + [10] * 7
    assert sum(len(stands(shop, card)["vouchers"]) for card in cards) == 1


def test_when_none_is_left_it_says_so_and_nothing_is_spent(shop):
    card = rich(shop, stock=1)
    shop.reserve(card, "breakfast")
    with refused(shop, RewardUnavailable, reward="breakfast", reason="stock"):
        shop.reserve(card, "breakfast")


def test_one_that_is_cancelled_can_be_given_again(shop):
    card = rich(shop, stock=1)
    shop.cancel(shop.reserve(card, "breakfast").body["ref"])
    shop.reserve(another(shop), "breakfast")
    with refused(shop, RewardUnavailable, reason="stock"):
        shop.reserve(card, "breakfast")


def test_whoever_has_too_few_points_takes_nothing_out_of_the_stock(shop):
    poor = rich(shop, 500, stock=1)
    with pytest.raises(Exception, match="insufficient_units"):
        shop.reserve(poor, "breakfast")
    assert shop.reserve(another(shop), "breakfast")


def test_a_new_version_with_a_larger_stock_counts_those_already_given(shop):
    card = rich(shop, stock=1)
    shop.reserve(card, "breakfast")
    shop.publish(latest(shop), points(rewards=[{**BREAKFAST, "stock": 2}]))
    shop.reserve(card, "breakfast")
    with refused(shop, RewardUnavailable, reason="stock"):
        shop.reserve(card, "breakfast")


# --- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "first", "over"),
    [
        ("2026-12-01", "2026-12-24", utc(2026, 11, 30, 23), utc(2026, 12, 24, 23)),
        ("2027-07-01", "2027-07-01", utc(2027, 6, 30, 22), utc(2027, 7, 1, 22)),
        (
            "2026-12-01T12:00:00+01:00",
            "2026-12-01T13:00:00Z",
            utc(2026, 12, 1, 11),
            utc(2026, 12, 1, 13),
        ),
        (
            "2026-12-01t12:00:00z",
            "2026-12-02t12:00:00z",
            utc(2026, 12, 1, 12),
            utc(2026, 12, 2, 12),
        ),
    ],
    ids=["days", "one day in summer", "hours", "small letters"],
)
def test_the_first_and_the_last_day_count_in_full(shop, starts, ends, first, over):
    card = rich(shop, **{"from": starts, "until": ends})
    with refused(shop, RewardUnavailable, reason="not_yet"):
        shop.reserve(card, "breakfast", at=first - JUST)
    shop.reserve(card, "breakfast", at=first)
    shop.reserve(card, "breakfast", at=over - JUST)
    with refused(shop, RewardUnavailable, reason="over"):
        shop.reserve(card, "breakfast", at=over)


def test_the_card_says_from_when_it_can_be_had_in_good_italian(shop):
    card = rich(shop, **{"from": "2026-12-08", "until": "2027-01-11"})
    (reward,) = stands(shop, card)["rewards"]
    assert reward["unavailable"]["it"].endswith("dall'8 dicembre 2026.")
    (reward,) = stands(shop, card, NOW + 100 * DAY)["rewards"]
    assert reward["unavailable"]["it"].endswith("fino all'11 gennaio 2027.")
    assert reward["unavailable"]["en"].endswith("until 11 January 2027.")


# --- levels --------------------------------------------------------------------------------------


def test_a_reward_for_gold_is_for_gold(shop):
    rules = points(tiers=levels(), rewards=[{**BREAKFAST, "tiers": ["gold"]}])
    card = join(shop, rules)
    shop.visit(card, 49_999)
    with refused(shop, RewardUnavailable, reason="tier") as refusal:
        shop.reserve(card, "breakfast")
    assert "Oro" in refusal.value.sentence.it
    shop.visit(card, 1)
    assert shop.reserve(card, "breakfast")


def test_a_level_that_was_revoked_is_out_at_once(shop):
    rules = points(tiers=levels(levels=[SILVER, GOLD]), rewards=[{**BREAKFAST, "tiers": ["gold"]}])
    card = join(shop, rules)
    visit = shop.visit(card, 50_000).body["ref"]
    shop.refund(visit, 1)
    with refused(shop, RewardUnavailable, reason="tier"):
        shop.reserve(card, "breakfast")


# --- how often -----------------------------------------------------------------------------------


def test_so_many_in_so_many_days_and_then_again(shop):
    card = rich(shop, per_customer={"count": 2, "days": 7})
    for days in (0, 3):
        shop.reserve(card, "breakfast", at=NOW + days * DAY)
    with refused(shop, LimitReached, limit="per_customer", allowed=2):
        shop.reserve(card, "breakfast", at=NOW + 6 * DAY)
    # The eighth day: the first one is out of the seven.
    shop.reserve(card, "breakfast", at=NOW + 7 * DAY)
    with refused(shop, LimitReached):
        shop.reserve(card, "breakfast", at=NOW + 9 * DAY)


def test_the_days_are_the_shops(shop):
    card = rich(shop, at=NOW - DAY, per_customer={"count": 1, "days": 1})
    shop.reserve(card, "breakfast", at=utc(2026, 11, 21, 22, 30))
    with refused(shop, LimitReached):
        shop.reserve(card, "breakfast", at=utc(2026, 11, 21, 22, 59))
    shop.reserve(card, "breakfast", at=utc(2026, 11, 21, 23))


def test_a_cancelled_one_was_not_had_and_others_have_their_own(shop):
    card = rich(shop, per_customer={"count": 1, "days": 30})
    shop.cancel(shop.reserve(card, "breakfast").body["ref"])
    shop.reserve(card, "breakfast")
    assert shop.reserve(another(shop), "breakfast")
    with refused(shop, LimitReached):
        shop.reserve(card, "breakfast")


def test_eight_at_once_of_one_card_have_what_one_may_have(shop):
    card = rich(shop, per_customer={"count": 3, "days": 30})
    found = at_once(lambda _: shop.reserve(card, "breakfast"))
    assert found == {"done": 3, "limit_reached": 5}


# --- full cards whose reward cannot be given -----------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "given"),
    [
        ({"stock": 0}, 0),
        ({"stock": 1}, 1),
        ({"from": "2027-01-01"}, 0),
        ({"until": "2026-11-20"}, 0),
        ({"per_customer": {"count": 1, "days": 30}}, 1),
        ({"tiers": ["gold"]}, 0),
    ],
    ids=["none in stock", "one in stock", "too early", "too late", "one each", "for gold"],
)
def test_the_stamps_stay_and_the_receipt_warns(shop, limits, given):
    rules = stamps(
        rewards=[{**FREE_COFFEE, **limits}],
        tiers=levels(measure="visits", levels=[SILVER, {**GOLD, "from": 99}]),
    )
    card = join(shop, rules)
    body = shop.visit(card, lines=[coffee(23)]).body
    assert len(body["vouchers"]) == given
    assert account(shop, card, "stamps") == (23 - 10 * given, 0, 0)
    (warning,) = body["warnings"]
    assert warning["code"] == "reward_waits"
    assert "un caffè in omaggio" in warning["it"]
    assert "a free coffee" in warning["en"]


def test_when_it_can_be_given_again_the_next_stamp_fills_them_all(shop):
    card = join(shop, stamps(rewards=[{**FREE_COFFEE, "from": "2026-12-01"}]))
    shop.visit(card, lines=[coffee(23)])
    body = shop.visit(card, lines=[coffee(1)], at=NOW + 15 * DAY).body
    assert (len(body["vouchers"]), there(shop, card, "stamps")) == (2, 4)
    assert body["warnings"] == []


def test_a_voucher_taken_back_by_a_refund_goes_back_into_the_stock(shop):
    card = join(shop, stamps(rewards=[{**FREE_COFFEE, "stock": 1}]))
    visit = shop.visit(card, lines=[coffee(10)]).body["ref"]
    shop.refund(visit, lines=((1, 1_000),))
    other = shop.card(latest(shop))
    assert len(shop.visit(other, lines=[coffee(10)]).body["vouchers"]) == 1
