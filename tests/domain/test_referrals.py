"""A friend who was brought: both get their units once, after a purchase that stands."""

from datetime import timedelta

import pytest

from loyalty.audit import audit
from loyalty.core.errors import Forbidden, Invalid
from loyalty.core.ids import parse_ref
from loyalty.counter import rewarding
from loyalty.counter.requests import Answer
from loyalty.customers import directory
from loyalty.ledger import statements
from loyalty.merchants.acts import latest
from loyalty.replay.whole import replay
from tests.builders import NOW
from tests.domain.corrections.hands import merge
from tests.domain.friends import DAY, LATER, join, link, outcome, points, set_offer, work
from tests.domain.law import refused, stands
from tests.domain.races import at_once


@pytest.fixture
def anna(shop):
    """Who brings friends, in a program that rewards it."""
    set_offer(shop)
    return shop.card(name="Anna", email="anna@example.it", phone="+39 333 1234567")


def test_both_sides_get_their_units_the_day_after_the_first_purchase(shop, anna):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    work(shop)
    assert outcome(shop) == [("waiting", None)]
    shop.visit(bea, 2000)
    work(shop, NOW + DAY - timedelta(minutes=1))
    assert outcome(shop) == [("waiting", None)]
    work(shop)
    assert outcome(shop) == [("rewarded", None)]
    assert (points(shop, bea), points(shop, anna)) == (25, 3)
    with shop.database.read() as session:
        assert audit(session) == []
        assert replay(session).is_same


def test_it_is_given_once_however_often_the_worker_comes(shop, anna):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    shop.visit(bea, 2000)
    for _ in range(3):
        work(shop)
    shop.visit(bea, 2000, at=LATER)
    work(shop, LATER + 2 * DAY)
    assert points(shop, anna) == 3
    assert len(outcome(shop)) == 1


def test_eight_workers_at_once_give_it_once(shop, anna):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    shop.visit(bea, 2000)

    def decide(_number):
        work(shop)
        return Answer()

    assert set(at_once(decide)) <= {"done", "busy"}
    work(shop)
    for card, held in ((anna, 3), (bea, 25)):
        assert stands(shop, card)["balances"]["points"]["available"] == held


def test_both_statements_say_why(shop, anna):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    shop.visit(bea, 2000)
    work(shop)
    said = {}
    with shop.database.read() as session:
        for card in (anna, bea):
            lines = statements.entries(
                session,
                merchant_id=shop.merchant_id,
                card_id=parse_ref("crd", card.ref),
                before=None,
                limit=1,
            )
            said[card.ref] = lines[0].reasons[0]
    assert said[anna.ref]["it"] == "hai portato un amico: +3 punti"
    assert said[bea.ref]["en"] == "a welcome from a friend: +5 points"


@pytest.mark.parametrize("undo", ["void", "refund"])
def test_a_purchase_taken_back_at_once_counts_for_nothing_and_the_next_one_does(shop, anna, undo):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    visit = shop.visit(bea, 2000).body["ref"]
    shop.void(visit) if undo == "void" else shop.refund(visit, 2000)
    work(shop)
    assert outcome(shop) == [("waiting", None)]
    shop.visit(bea, 1000, at=LATER)
    work(shop, LATER + 2 * DAY)
    assert outcome(shop) == [("rewarded", None)]


def test_a_purchase_taken_back_later_takes_nothing_from_anybody(shop, anna):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    visit = shop.visit(bea, 2000).body["ref"]
    work(shop)
    shop.void(visit, at=LATER)
    work(shop, LATER + 2 * DAY)
    assert (points(shop, bea), points(shop, anna)) == (5, 3)


def test_a_free_coffee_is_no_purchase_and_a_paid_one_without_a_sum_is(shop):
    set_offer(shop, "stamps", unit="stamps", friend=1, bringer=2)
    gino = shop.card("stamps")
    bea = join(shop, link(shop, gino), email="bea@example.it", program="stamps")
    shop.visit(bea, 0, coffees=1)
    work(shop)
    assert outcome(shop) == [("waiting", None)]
    shop.visit(bea, coffees=1, at=LATER)
    work(shop, LATER + 2 * DAY)
    assert outcome(shop) == [("rewarded", None)]
    assert points(shop, gino, "stamps") == 2


@pytest.mark.parametrize(
    "contact",
    [
        {"email": "Anna@example.it"},
        {"phone": "333 1234567"},
        {"phone": "+39 (333) 123-45.67"},
    ],
)
def test_nobody_brings_themselves_by_their_own_contact(shop, anna, contact):
    double = join(shop, link(shop, anna), **contact)
    shop.visit(double, 2000)
    work(shop)
    assert outcome(shop) == [("refused", "known")]
    assert (points(shop, double), points(shop, anna)) == (20, 0)


def test_who_was_a_customer_already_is_no_new_friend(shop, anna):
    shop.card(name="Bea", email="bea@example.it")
    bea = join(shop, link(shop, anna), email="bea@example.it")
    shop.visit(bea, 2000)
    work(shop)
    assert outcome(shop) == [("refused", "known")]


def test_whoever_is_joined_with_another_customer_was_known(shop, anna):
    old = shop.card(name="Bea")
    bea = join(shop, link(shop, anna), email="bea@example.it")
    shop.visit(bea, 2000)
    merge(shop, bea, old)
    work(shop)
    assert outcome(shop)[0][0] == "refused"
    assert points(shop, anna) == 0


def test_on_the_bringers_own_phone_nothing_is_kept(shop, anna):
    code = link(shop, anna)
    join(shop, code, email="bea@example.it", own=[code])
    assert outcome(shop) == []


def test_without_a_contact_nothing_is_kept(shop, anna):
    join(shop, link(shop, anna))
    assert outcome(shop) == []


@pytest.mark.parametrize("code", ["", "x", "0" * 26, "Z" * 26])
def test_a_forged_code_gives_a_card_and_nothing_else(shop, anna, code):
    bea = join(shop, code, email="bea@example.it")
    assert points(shop, bea) == 0
    assert outcome(shop) == []


def test_a_link_works_in_its_own_program_of_its_own_shop(shop, stranger, anna):
    set_offer(stranger)
    set_offer(shop, "stamps", unit="stamps")
    join(shop, link(shop, anna), email="bea@example.it", program="stamps")
    join(stranger, link(shop, anna), email="bea@example.it")
    assert outcome(shop) == []


def test_while_it_is_off_nothing_is_kept_and_what_was_promised_stays(shop, anna):
    code = link(shop, anna)
    bea = join(shop, code, email="bea@example.it")
    set_offer(shop, friend=1, bringer=1, is_on=False)
    join(shop, code, email="carla@example.it")
    shop.visit(bea, 2000)
    work(shop)
    assert outcome(shop) == [("rewarded", None)]
    assert (points(shop, bea), points(shop, anna)) == (25, 3)


def test_more_than_ten_friends_a_month_bring_their_friends_something(shop, anna, monkeypatch):
    monkeypatch.setattr(rewarding, "A_MONTH_MAX", 2)
    code = link(shop, anna)
    for number in range(3):
        shop.visit(join(shop, code, email=f"friend{number}@example.it"), 2000)
    work(shop)
    assert outcome(shop) == [("rewarded", None), ("rewarded", None), ("rewarded", "month_full")]
    assert points(shop, anna) == 6
    late = join(shop, code, email="late@example.it", at=NOW + 12 * DAY)
    shop.visit(late, 2000, at=NOW + 12 * DAY)
    work(shop, NOW + 14 * DAY)
    assert points(shop, anna) == 9


def test_a_friend_who_never_buys_is_let_go_after_half_a_year(shop, anna):
    join(shop, link(shop, anna), email="bea@example.it")
    work(shop, NOW + 179 * DAY)
    assert outcome(shop) == [("waiting", None)]
    work(shop, NOW + 181 * DAY)
    assert outcome(shop) == [("refused", "late")]


def test_a_friend_who_was_forgotten_brings_nothing(shop, anna):
    bea = join(shop, link(shop, anna), email="bea@example.it")
    shop.visit(bea, 2000)
    with shop.database.write() as session:
        directory.erase(session, merchant_id=shop.merchant_id, customer_ref=bea.customer, at=NOW)
    work(shop)
    assert outcome(shop) == [("refused", "known")]


def test_only_whoever_may_change_programs_sets_it_and_the_log_says_who(shop):
    with refused(shop, Forbidden):
        set_offer(shop, duty=shop.cashier)
    with refused(shop, Invalid):
        set_offer(shop, friend=0, bringer=0)
    set_offer(shop)
    with shop.database.read() as session:
        (act,) = latest(session, merchant_id=shop.merchant_id, among=["program.referral"], limit=5)
    assert act.actor == shop.owner.actor
    assert act.facts == {"on": True, "friend": 5, "bringer": 3}
