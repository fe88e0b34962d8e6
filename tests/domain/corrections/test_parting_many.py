"""Three cards of one person: merged one after another, and parted in any order that makes sense."""

from datetime import timedelta

import pytest

from loyalty.customers.refusals import MergedSince
from tests.builders import NOW
from tests.domain.corrections.hands import account, both, clean, merge, move, state, unmerge
from tests.domain.law import holds, refused, stands

DAY = timedelta(days=1)
MONTH = 30 * DAY


@pytest.fixture
def three(shop):
    """Three cards of one person, each with something on it."""
    cards = [shop.card() for _ in range(3)]
    for number, card in enumerate(cards):
        shop.visit(card, 430 + 260 * number, at=NOW + number * DAY)
    return cards


def test_a_chain_of_merges_is_undone_from_its_end(shop, three):
    first, second, third = three
    at = NOW + 3 * DAY
    before = both(shop, three, at)
    merge(shop, third, second, at=at)
    between = both(shop, (first, second), at)
    merge(shop, second, first, at=at)
    assert holds(shop, first, at=at)["lifetime"] == 20
    assert stands(shop, third, at)["ref"] == first.ref
    shop.visit(first, 100, scan=third.code, at=at)
    unmerge(shop, second, at=at)
    assert stands(shop, third, at)["ref"] == second.ref
    visited = shop.visit(second, 100, scan=third.code, at=at).body["ref"]
    assert state(shop, first, at) == between[0]
    unmerge(shop, third, at=at)
    assert holds(shop, third, at=at)["lifetime"] == 11
    assert both(shop, (first, second), at) == before[:2]
    assert shop.void(visited, at=at).body["card"] == third.ref


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_two_merged_into_one_are_parted_in_either_order(shop, three, order):
    at = NOW + 3 * DAY
    before = both(shop, three, at)
    for number in (1, 2):
        merge(shop, three[number], three[0], at=at)
    for number in order:
        unmerge(shop, three[number], at=at)
    assert both(shop, three, at) == before


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("owing", [0, 1, 2])
def test_so_are_those_whose_debts_the_others_repaid(shop, three, order, owing):
    at = NOW + 3 * DAY
    visit = shop.visit(three[owing], 1_000, at=at).body["ref"]
    shop.reserve(three[owing], "breakfast", at=at)
    shop.void(visit, at=at)
    before = both(shop, three, at)
    for number in (1, 2):
        merge(shop, three[number], three[0], at=at)
    for number in order:
        unmerge(shop, three[number], at=at)
    assert both(shop, three, at) == before


def test_a_merge_whose_card_went_on_waits_until_the_later_one_is_undone(shop, three):
    first, second, third = three
    merge(shop, second, third)  # the older card stays: the second one
    merge(shop, first, third)  # and now it gives way to the first
    with refused(shop, MergedSince, customers=[first.customer]):
        unmerge(shop, second)
    unmerge(shop, first)
    unmerge(shop, second)
    assert [stands(shop, card)["ref"] for card in three] == [card.ref for card in three]


@pytest.fixture
def chain(shop):
    """Three cards of a person, each with two visits whose points have fractions."""
    cards = [shop.card() for _ in range(3)]
    visits = [[shop.visit(card, each).body["ref"] for each in (1_150, 370)] for card in cards]
    return cards, visits


DEEDS = {
    "voided": lambda shop, visit: shop.void(visit),
    "refunded": lambda shop, visit: shop.refund(visit, 290),
    "moved": lambda shop, visit: move(shop, visit, shop.card()),
}


@pytest.mark.parametrize("whose", [(2,), (1,), (2, 1)])
@pytest.mark.parametrize("deed", DEEDS)
def test_what_became_of_a_visit_at_the_end_of_a_chain_goes_home_with_its_card(
    shop, chain, deed, whose
):
    cards, visits = chain
    first, second, third = cards
    merge(shop, third, second)
    merge(shop, second, first)
    for number in whose:
        DEEDS[deed](shop, visits[number][0])
    unmerge(shop, second)
    unmerge(shop, third)
    lost = {"voided": 1_150, "refunded": 290, "moved": 1_150}[deed]
    for number, card in enumerate(cards):
        cents = 1_520 - lost * (number in whose)
        found = account(shop, card)
        assert (found.earned_millionths, found.balance) == (cents * 10_000, cents // 100), number
    assert clean(shop)
