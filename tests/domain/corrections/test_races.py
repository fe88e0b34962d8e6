"""Corrections at eight counters at once: the books stay right, and everybody gets an answer."""

import threading
import time

import pytest
import sqlalchemy as sa

from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import parse_ref
from loyalty.ledger.models import Account
from tests.domain.corrections.hands import account, merge, move, unmerge
from tests.domain.law import holds
from tests.domain.races import at_once

PASSING = {"busy"}  # nothing was recorded; with the same key it is safe to ask again


@pytest.fixture
def cards(shop):
    """Two cards with ten points each: good for one breakfast."""
    made = [shop.card(), shop.card()]
    for card in made:
        shop.visit(card, 1_000)
    return made


def lifetime(shop, cards):
    return sum(holds(shop, card)["lifetime"] for card in cards)


def test_one_visit_is_moved_to_one_card_once(shop, cards):
    visit = shop.visit(cards[0], 500).body["ref"]
    found = at_once(lambda _: move(shop, visit, cards[1]))
    assert found.pop("done") == 1
    assert set(found) <= PASSING | {"invalid"}
    assert [holds(shop, card)["available"] for card in cards] == [10, 15]


def test_one_key_moves_it_once(shop, cards):
    visit = shop.visit(cards[0], 500).body["ref"]
    found = at_once(lambda _: move(shop, visit, cards[1], key="k"))
    assert found == {"done": 1, "replayed": 7}


def test_a_visit_that_many_want_is_in_the_end_on_one_card(shop, cards):
    others = [shop.card() for _ in range(8)]
    visit = shop.visit(cards[0], 500).body["ref"]
    found = at_once(lambda number: move(shop, visit, others[number]))
    assert found.pop("done") >= 1
    assert set(found) <= PASSING
    assert lifetime(shop, [*cards, *others]) == 25
    assert sorted(holds(shop, card)["available"] for card in others) == [*[0] * 7, 5]


def test_two_visits_that_change_places_block_nobody_for_good(shop, cards):
    visits = [shop.visit(card, 500).body["ref"] for card in cards]
    found = at_once(lambda n: move(shop, visits[n % 2], cards[1 - n % 2]))
    assert found.pop("done") == 2
    assert set(found) <= PASSING | {"invalid"}
    assert [holds(shop, card)["available"] for card in cards] == [15, 15]


@pytest.mark.parametrize("undo", ["void", "refund"])
def test_a_visit_is_taken_back_where_it_stands_while_it_is_moved(shop, cards, undo):
    visit = shop.visit(cards[0], 500).body["ref"]
    verbs = {"void": lambda: shop.void(visit), "refund": lambda: shop.refund(visit, 500)}
    found = at_once(lambda n: move(shop, visit, cards[1]) if n % 2 else verbs[undo]())
    assert found["done"] >= 1
    assert set(found) <= PASSING | {"done", "invalid", "already_voided", "refund_too_large"}
    for card in cards:
        assert holds(shop, card)["debt"] == 0
    if undo not in found and lifetime(shop, cards) != 20:
        assert lifetime(shop, cards) == 25  # only the move got through


def test_two_people_are_merged_once_whoever_comes_first(shop, cards):
    pairs = (cards, cards[::-1])
    assert at_once(lambda n: merge(shop, *pairs[n % 2])) == {"done": 1, "state_conflict": 7}
    assert holds(shop, cards[0])["available"] == 20


def test_they_are_parted_once(shop, cards):
    merge(shop, cards[1], cards[0])
    assert at_once(lambda _: unmerge(shop, cards[1])) == {"done": 1, "state_conflict": 7}
    assert [holds(shop, card)["available"] for card in cards] == [10, 10]


def test_a_visit_while_the_cards_are_merged_is_on_the_card_that_stays(shop, cards):
    old, young = cards
    found = at_once(
        lambda n: merge(shop, young, old) if n == 3 else shop.visit(young, 100, scan=young.code)
    )
    assert set(found) <= PASSING | {"done"}
    assert holds(shop, old)["available"] == 20 + found["done"] - 1
    assert account(shop, young).balance == 0


@pytest.mark.parametrize("engine", ["postgresql"])
def test_who_waited_for_a_merge_comes_again_and_finds_the_right_card(shop, cards):
    old, young = cards
    visit = shop.visit(young, 500).body["ref"]
    deeds = {
        "merge": lambda: merge(shop, young, old),
        "visit": lambda: shop.visit(young, 100, key="v"),
        "void": lambda: shop.void(visit, key="w"),
        "move": lambda: move(shop, visit, old, key="m"),
    }
    found = in_turn(shop, young, deeds)
    assert found == {"merge": "done", "visit": "busy", "void": "busy", "move": "busy"}
    assert account(shop, young).balance == 0
    for name in ("visit", "void"):
        assert deeds[name]().body["card"] == old.ref
    assert holds(shop, old)["available"] == 21


@pytest.mark.parametrize("engine", ["postgresql"])
def test_who_waited_for_a_move_comes_again_and_finds_the_visit_where_it_is(shop, cards):
    visit = shop.visit(cards[0], 500).body["ref"]
    deeds = {
        "move": lambda: move(shop, visit, cards[1]),
        "void": lambda: shop.void(visit, key="w"),
        "back": lambda: move(shop, visit, cards[1], key="m"),
    }
    found = in_turn(shop, cards[0], deeds)
    assert found == {"move": "done", "void": "busy", "back": "busy"}
    assert deeds["void"]().body["card"] == cards[1].ref


def in_turn(shop, card, deeds):
    """Let deeds meet at the lock of a card, in this order; what became of each."""
    found = {}

    def do(name):
        try:
            deeds[name]()
            found[name] = "done"
        except LoyaltyError as refusal:
            found[name] = refusal.code

    threads = [threading.Thread(target=do, args=(name,)) for name in deeds]
    held = sa.select(Account.id).where(Account.card_id == parse_ref("crd", card.ref))
    with shop.database.write() as session:
        session.execute(held.with_for_update())
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until_waiting(shop, number)
    for thread in threads:
        thread.join(timeout=30)
    return found


def until_waiting(shop, number):
    """Until so many wait for a lock."""
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                      " AND datname = current_database()")  # fmt: skip
    for _ in range(500):
        with shop.database.read() as session:
            if session.execute(waiting).scalar_one() >= number:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_visit_while_they_are_parted_is_on_one_of_them(shop, cards):
    old, young = cards
    merge(shop, young, old)
    found = at_once(
        lambda n: unmerge(shop, young) if n == 3 else shop.visit(young, 100, scan=young.code)
    )
    assert set(found) <= PASSING | {"done"}
    assert holds(shop, old)["available"] == 10
    assert holds(shop, young)["available"] == 10 + found["done"] - 1


def test_rewards_of_both_while_they_are_merged_are_paid_once_each(shop, cards):
    old, young = cards
    found = at_once(
        lambda n: merge(shop, young, old) if n == 3 else shop.reserve(cards[n % 2], "breakfast")
    )
    assert set(found) <= PASSING | {"done", "insufficient_units"}
    assert found["done"] <= 3
    assert holds(shop, old)["available"] == 20 - 10 * (found["done"] - 1)


def test_merging_in_a_circle_leaves_one_card_and_nobody_waiting(shop, cards):
    three = [*cards, shop.card()]
    found = at_once(lambda n: merge(shop, three[n % 3], three[(n + 1) % 3]))
    assert found["done"] == 2
    assert set(found) <= PASSING | {"done", "state_conflict"}
    assert {holds(shop, card)["available"] for card in three} == {20}
