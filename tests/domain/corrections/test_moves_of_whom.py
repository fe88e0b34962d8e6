"""A moved visit that leaves a debt behind; and who moves what to which card."""

from dataclasses import replace
from datetime import timedelta

import pytest

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
from tests.builders import fresh_key
from tests.domain.corrections import rules
from tests.domain.corrections.hands import move, state
from tests.domain.law import holds, keep, refused, statement

DAY = timedelta(days=1)


def spent(shop, program):
    """A visit whose points went into a breakfast, and another card."""
    wrong, right = shop.card(program), shop.card(program)
    visit = shop.visit(wrong, 1_200).body["ref"]
    shop.reserve(wrong, "breakfast")
    return wrong, right, visit


def test_points_spent_before_are_owed_by_the_wrong_card(shop):
    wrong, right, visit = spent(shop, "points")
    before = state(shop, wrong)
    move(shop, visit, right)
    assert (holds(shop, wrong)["debt"], holds(shop, right)["available"]) == (10, 12)
    move(shop, visit, wrong)
    assert state(shop, wrong) == before


def test_a_shop_that_writes_debts_off_gains_nobody_points_by_moving_back(shop):
    shop.program("clamped", rules.CLAMPED)
    wrong, right, visit = spent(shop, "clamped")
    before = state(shop, wrong), state(shop, right)
    for _ in range(3):
        move(shop, visit, right)
        assert (holds(shop, wrong)["debt"], holds(shop, right)["available"]) == (0, 12)
        assert statement(shop, wrong)[-1].kind == "forgive"
        move(shop, visit, wrong)
        assert (state(shop, wrong), state(shop, right)) == before


def test_what_was_written_off_is_asked_back_only_as_far_as_the_visit_covers_it(shop):
    shop.program("clamped", rules.CLAMPED)
    wrong, right, visit = spent(shop, "clamped")
    move(shop, visit, right)
    shop.refund(visit, 700)
    move(shop, visit, wrong)
    balance = holds(shop, wrong)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (0, 0, 5)


def test_a_shop_that_lets_no_debt_come_about_refuses_and_nothing_happens(shop):
    shop.program("blocked", rules.BLOCKED)
    _, right, visit = spent(shop, "blocked")
    with refused(shop, InsufficientUnits, unit="points", needed=12, available=2):
        move(shop, visit, right)


# --- who and what --------------------------------------------------------------------------------


def test_nothing_goes_to_another_program(shop):
    wrong, stamps = shop.card(), shop.card("stamps")
    visit = shop.visit(wrong, 1_200).body["ref"]
    with refused(shop, Invalid) as refusal:
        move(shop, visit, stamps)
    assert list(refusal.value.facts_in("it")["fields"]) == ["card"]


def test_nothing_goes_to_the_card_where_it_is(shop):
    card = shop.card()
    visit = shop.visit(card, 1_200).body["ref"]
    with refused(shop, Invalid) as refusal:
        move(shop, visit, card)
    assert list(refusal.value.facts_in("en")["fields"]) == ["card"]


def test_nothing_goes_to_another_shop_or_comes_from_it(shop, stranger):
    mine, theirs = shop.card(), stranger.card()
    visit, their_visit = (
        shop.visit(mine, 1_200).body["ref"],
        stranger.visit(theirs, 900).body["ref"],
    )
    for at_work, what, card, missing in (
        (shop, visit, theirs, "card"),
        (stranger, visit, theirs, "visit"),
        (shop, their_visit, mine, "visit"),
        (shop, "vis_" + "0" * 26, mine, "visit"),
    ):
        for scan in (card.code, card.token, card.ref):
            with refused(at_work, Unknown) as refusal:
                move(at_work, what, card, scan=scan)
            assert refusal.value.thing == missing


def test_a_visit_comes_to_no_blocked_card_but_leaves_one(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_200).body["ref"]
    keep(shop, keeping.block, right)
    with refused(shop, CardBlocked):
        move(shop, visit, right)
    keep(shop, keeping.unblock, right)
    keep(shop, keeping.block, wrong)
    assert move(shop, visit, right).body["card"] == right.ref


def test_nobody_moves_a_visit_to_their_own_card(shop):
    wrong, own = shop.card(), shop.card(email=shop.cashier_email)
    visit = shop.visit(wrong, 1_200).body["ref"]
    with refused(shop, OwnCard):
        move(shop, visit, own)
    assert move(shop, visit, own, duty=shop.owner)


def test_who_may_not_void_may_not_move(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_200).body["ref"]
    with refused(shop, Forbidden, permission="void"):
        move(shop, visit, right, duty=replace(shop.cashier, permissions=frozenset()))


@pytest.mark.parametrize("name", ["code", "token", "ref"])
def test_the_right_card_is_named_by_whatever_names_it(shop, name):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_200).body["ref"]
    assert move(shop, visit, right, scan=getattr(right, name)).body["card"] == right.ref


def test_the_same_key_gives_the_same_receipt_and_another_body_is_refused(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_200).body["ref"]
    key = fresh_key()
    first = move(shop, visit, right, key=key)
    move(shop, visit, wrong)
    keep(shop, keeping.block, right)
    again = move(shop, visit, right, key=key)
    assert (again.replayed, again.body) == (True, first.body)
    assert holds(shop, wrong)["available"] == 12
    with refused(shop, KeyReused):
        move(shop, visit, wrong, key=key)
