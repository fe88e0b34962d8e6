"""Every night it is counted who came: each person once, and of no other shop."""

from datetime import timedelta

from loyalty.analytics import pulse, pulses, trade
from loyalty.counter import merging
from loyalty.worker import pulse as job
from loyalty.worker.chores import CHORES
from tests.builders import NOW

ON = NOW.date()
YESTERDAY = ON - timedelta(days=1)


def ago(days):
    return NOW - timedelta(days=days)


def nights(shop, at=NOW):
    """The job, twice: a second time counts nothing again."""
    for _ in range(2):
        job.run(shop.database, payload={}, at=at, beat=lambda: None)


def taken(shop, on=ON):
    with shop.database.read() as session:
        return pulse.take(session, merchant_id=shop.merchant_id, on=on, timezone="Europe/Rome")


def kept(shop, last_on=YESTERDAY):
    with shop.database.read() as session:
        return pulses.kept(session, merchant_id=shop.merchant_id, last_on=last_on)


def test_it_is_counted_every_hour_so_that_each_shop_has_it_soon_after_its_own_midnight():
    assert CHORES.schedules["pulse.take"].seconds == 3_600


def test_twelve_weeks_are_counted_the_first_night_and_one_day_the_next(shop):
    carla, gino = shop.card("points"), shop.card("points")
    for card, days in [(carla, 3), (carla, 9), (gino, 5), (gino, 40)]:
        shop.visit(card, 1_000, at=ago(days))
    nights(shop)
    counted = kept(shop)
    assert len(counted) == 12
    assert counted[-1] == pulses.Came(YESTERDAY, 2, 1)
    assert counted[-5] == pulses.Came(YESTERDAY - timedelta(days=28), 1, 0)
    with shop.database.read() as session:
        tomorrow = pulses.missing(session, merchant_id=shop.merchant_id, last_on=ON)
    assert len(tomorrow) == 12  # the weeks of another weekday
    nights(shop, at=NOW + timedelta(days=1))
    assert len(kept(shop, ON)) == 12


def test_it_stays_as_it_was_known_that_night(shop):
    visit = shop.visit(shop.card("points"), 1_000, at=ago(2))
    nights(shop)
    shop.void(visit.body["ref"], at=NOW)
    assert taken(shop).now == pulses.Came(YESTERDAY, 1, 0)


def test_a_small_shop_sees_its_numbers_before_the_first_night(shop):
    shop.visit(shop.card("points"), 1_000, at=ago(2))
    found = taken(shop)
    assert found.now == pulses.Came(YESTERDAY, 1, 0)
    assert found.before == pulses.Came(YESTERDAY - timedelta(days=28), 0, 0)
    assert kept(shop) == []


def test_a_large_shop_waits_for_the_night(shop, monkeypatch):
    monkeypatch.setattr(pulse, "SMALL", 0)
    shop.visit(shop.card("points"), 1_000, at=ago(2))
    assert taken(shop).now is None
    nights(shop)
    assert taken(shop).now == pulses.Came(YESTERDAY, 1, 0)


def test_cards_of_one_person_and_of_whoever_was_merged_into_them_count_once(shop):
    one, other, third = (shop.card(kind) for kind in ("points", "stamps", "points"))
    for loser, into in ((third, other), (other, one)):
        with shop.database.write() as session:
            merging.merge(
                session,
                duty=shop.owner,
                customer_ref=loser.customer,
                into_ref=into.customer,
                at=ago(20),
            )
    shop.visit(one, 1_000, at=ago(2))
    shop.visit(other, coffees=1, at=ago(3))
    shop.visit(third, 1_000, at=ago(4))
    assert taken(shop).now == pulses.Came(YESTERDAY, 1, 1)


def test_today_and_the_shop_next_door_count_nowhere(shop, stranger):
    shop.visit(shop.card("points"), 1_000, at=NOW)
    stranger.visit(stranger.card("points"), 1_000, at=ago(2))
    found = taken(shop)
    assert found.now == pulses.Came(YESTERDAY, 0, 0)
    assert [each.visits for each in found.trade] == [0] * 12


def test_rewards_count_on_the_day_they_were_handed_over_and_their_cost_is_not_guessed(shop):
    carla = shop.card("points")
    shop.visit(carla, 10_000, at=ago(40))
    shop.fulfil(shop.reserve(carla, "breakfast", at=ago(40)).body["ref"], at=ago(30))
    rewards = taken(shop).rewards
    week = next(place for place in range(12) if rewards[place].handed_over)
    assert (week, rewards[week]) == (7, trade.Rewards(1, 0, 1))
    assert sum(each.handed_over for each in rewards) == 1
