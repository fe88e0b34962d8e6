"""A queue in any order, with repeats: the cards stand as if every visit had come in its turn."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.audit import audit
from loyalty.cards import lookup
from loyalty.core.errors import InsufficientUnits, LimitReached
from loyalty.core.money import Money
from loyalty.counter import offline, redemptions, standing
from loyalty.counter.models import Visit
from loyalty.counter.offline import Kept
from loyalty.counter.requests import LineRequest, VisitRequest, intent
from tests.builders import NOW, fresh_key
from tests.domain.law import stands
from tests.programs import POINTS, with_changes

EXAMPLES = {"sqlite": 10, "postgresql": 3}
MANY = 20
CAPPED = with_changes(
    POINTS,
    earn=[
        {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 300}},
        {
            "key": "happy",
            "unit": "points",
            "multiply_percent": 150,
            "when": {"from": "08:00", "to": "10:00"},
        },
    ],
    caps=[{"unit": "points", "per": "day", "units": 9}],
)
PROGRAMS = ("points", "stamps", "capped")
# Which card, what was paid or how many pieces, how many minutes ago.
ITEM = st.tuples(st.sampled_from(PROGRAMS), st.integers(1, 900), st.integers(2, 47 * 60))
QUEUE = st.lists(ITEM, min_size=MANY, max_size=MANY)


def kept(card, program, size, minutes):
    """A visit as a phone keeps it."""
    request = VisitRequest(scan=card.code, amount=Money(size, "EUR"))
    if program == "stamps":
        line = LineRequest(category="coffee", quantity_milli=(size % 4 + 1) * 1_000)
        request = VisitRequest(scan=card.code, lines=(line,))
    return request, Kept(NOW - timedelta(minutes=minutes), NOW)


def send(shop, visit, key):
    with shop.database.write() as session:
        return offline.record(
            session,
            duty=shop.cashier,
            request=visit[0],
            kept=visit[1],
            intent=intent(key, key),
            at=NOW,
        )


def hand(shop):
    """A new card in each program."""
    begun = NOW - timedelta(days=30)
    return {program: shop.card(program, at=begun) for program in PROGRAMS}


def stand(shop, cards):
    """What a card holds and what it has been through.

    Not by day of expiry: what is carried from visit to visit becomes a point with the visit that is
    recorded later, which may be that of the day before.
    """
    found = {}
    with shop.database.read() as session:
        for program, card in cards.items():
            facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=card.ref)
            there = standing.card_standing(session, facts=facts, at=NOW)
            visits = session.execute(
                sa.select(Visit.occurred_at, Visit.amount_minor).where(
                    Visit.card_id == facts.card_id
                )
            )
            vouchers = Counter(voucher["reward"] for voucher in there["vouchers"])
            for balance in there["balances"].values():
                balance.pop("expiring")
            found[program] = (there["balances"], vouchers, sorted(map(tuple, visits)))
    return found


def test_a_queue_in_any_order_and_twice_ends_where_it_ends_in_order(shop):
    shop.program("capped", CAPPED, at=NOW - timedelta(days=40))

    @settings(
        max_examples=EXAMPLES[shop.database.dialect],
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # forty visits are read faster than they are made fewer
        suppress_health_check=list(HealthCheck),
    )
    @given(queue=QUEUE, choice=st.randoms(use_true_random=False))
    def run(queue, choice):
        ordered, mixed = hand(shop), hand(shop)
        queue.sort(key=lambda item: -item[2])
        for item in queue:
            send(shop, kept(ordered[item[0]], *item), fresh_key())
        keyed = [(fresh_key(), item) for item in queue]
        again = keyed + choice.sample(keyed, k=choice.randint(0, MANY))
        choice.shuffle(again)
        answers = {}
        for key, item in again:
            answer = send(shop, kept(mixed[item[0]], *item), key)
            assert answer.replayed is (key in answers)
            assert answers.setdefault(key, answer.body) == answer.body
        assert stand(shop, mixed) == stand(shop, ordered)

    run()
    with shop.database.read() as session:
        assert audit(session) == []


def test_a_visit_of_two_days_is_recorded_and_one_minute_more_is_too_much(shop):
    card = shop.card("points", at=NOW - timedelta(days=30))
    send(shop, kept(card, "points", 100, 48 * 60), fresh_key())
    with pytest.raises(LimitReached) as refused:
        send(shop, kept(card, "points", 100, 48 * 60 + 1), fresh_key())
    assert refused.value.facts == {"limit": "hours_offline", "allowed": 48}
    for sentence in (refused.value.sentence.it, refused.value.sentence.en):
        assert "48" in sentence


def test_a_phone_that_says_it_will_happen_later_records_it_now(shop):
    card = shop.card("points", at=NOW - timedelta(days=30))
    request = VisitRequest(scan=card.code, amount=Money(100, "EUR"))
    ahead = request, Kept(NOW + timedelta(hours=5), NOW)
    body = send(shop, ahead, fresh_key()).body
    assert body["occurred_at"] == body["recorded_at"]
    assert body["warnings"] == []


def test_the_rules_are_those_of_the_hour_at_which_it_happened(shop):
    shop.program("capped", CAPPED, at=NOW - timedelta(days=40))
    card = shop.card("capped", at=NOW - timedelta(days=30))
    # Ten o'clock in London is eleven in Rome: two hours earlier the happy hour was on.
    assert send(shop, kept(card, "capped", 600, 120), fresh_key()).body["earned"] == {"points": 3}
    assert send(shop, kept(card, "capped", 600, 2), fresh_key()).body["earned"] == {"points": 2}


def hand_over(shop, card, key, minutes=5):
    with shop.database.write() as session:
        return offline.hand_over(
            session,
            duty=shop.cashier,
            scan=card.code,
            reward="breakfast",
            kept=Kept(NOW - timedelta(minutes=minutes), NOW),
            intent=intent(key, key),
            at=NOW,
        )


def points(shop, card):
    return stands(shop, card, NOW)["balances"]["points"]["available"]


def test_a_reward_on_trust_is_taken_off_once_however_often_it_is_sent(shop):
    card, key = shop.card("points", at=NOW - timedelta(days=30)), fresh_key()
    shop.visit(card, 2_500)
    assert not hand_over(shop, card, key).replayed
    assert hand_over(shop, card, key).replayed
    assert points(shop, card) == 15


def test_a_voucher_of_that_reward_goes_first(shop):
    card = shop.card("points", at=NOW - timedelta(days=30))
    shop.visit(card, 2_500)
    with shop.database.write() as session:
        redemptions.reserve(
            session,
            duty=shop.cashier,
            scan=card.code,
            reward="breakfast",
            intent=intent(fresh_key(), ""),
            at=NOW,
        )
    key = fresh_key()
    assert not hand_over(shop, card, key).replayed
    assert hand_over(shop, card, key).replayed
    assert points(shop, card) == 15


def test_nobody_goes_below_nothing_and_the_same_key_may_come_again_later(shop):
    card, key = shop.card("points", at=NOW - timedelta(days=30)), fresh_key()
    shop.visit(card, 900)
    with pytest.raises(InsufficientUnits):
        hand_over(shop, card, key)
    assert points(shop, card) == 9
    shop.visit(card, 100)
    assert not hand_over(shop, card, key).replayed
    assert points(shop, card) == 0


def test_a_reward_of_three_days_ago_is_booked_by_hand(shop):
    card = shop.card("points", at=NOW - timedelta(days=30))
    shop.visit(card, 2_500)
    with pytest.raises(LimitReached):
        hand_over(shop, card, fresh_key(), minutes=48 * 60 + 1)
    assert points(shop, card) == 25
