"""What a cashier may not do alone goes through with the word of somebody who may."""

import pytest

from loyalty.core.errors import Forbidden, LimitReached, OwnCard, Unknown
from loyalty.counter import adjustments
from loyalty.counter.requests import AdjustmentRequest, intent
from loyalty.merchants.roles import Role, approved
from tests.builders import NOW, POINTS, fresh_key
from tests.domain.at_tills import acts
from tests.domain.law import holds, refused
from tests.domain.races import at_once
from tests.programs import with_changes


def with_word(shop, email=None):
    return approved(
        shop.cashier,
        staff_id=shop.owner.staff_id,
        role=Role.OWNER,
        email=email or shop.owner_email,
    )


def test_a_cashiers_word_lets_nothing_through(shop):
    with pytest.raises(Forbidden):
        approved(shop.cashier, staff_id=shop.cashier.staff_id, role=Role.CASHIER, email="b@x.it")


@pytest.mark.parametrize("limits", [{"amount_minor_max": 50_000}, {"visits_per_card_day": 1}])
def test_a_visit_over_the_limit_goes_through_with_a_managers_word_that_is_kept(shop, limits):
    shop.program("limited", with_changes(POINTS, limits=limits))
    card = shop.card("limited")
    if "visits_per_card_day" in limits:
        shop.visit(card, 100)
    with refused(shop, LimitReached):
        shop.visit(card, 60_000)
    made = shop.visit(card, 60_000, duty=with_word(shop)).body
    assert "limit_lifted" in [warning["code"] for warning in made["warnings"]]
    assert acts(shop, "limit.lift") == [
        (
            "limit.lift",
            shop.owner.actor,
            made["ref"],
            {"asked_by": shop.cashier.actor, **limits},
        )
    ]


def test_a_word_that_was_not_needed_leaves_no_trace(shop):
    shop.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    made = shop.visit(shop.card("limited"), 50_000, duty=with_word(shop)).body
    assert made["warnings"] == []
    assert acts(shop, "limit.lift") == []


def test_a_refused_key_is_free_and_the_visit_let_through_is_one(shop):
    shop.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    card = shop.card("limited")
    with refused(shop, LimitReached):
        shop.visit(card, 60_000, key="k")
    found = at_once(lambda _: shop.visit(card, 60_000, key="k", duty=with_word(shop)))
    assert found == {"done": 1, "replayed": 7}
    assert len(acts(shop, "limit.lift")) == 1


def test_nobody_lets_more_through_on_their_own_card(shop):
    shop.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    own = shop.card("limited", email=shop.owner_email)
    with refused(shop, OwnCard):
        shop.visit(own, 60_000, duty=with_word(shop))


def adjust(shop, card, duty):
    with shop.database.write() as session:
        return adjustments.adjust(
            session,
            duty=duty,
            card_ref=card.ref,
            request=AdjustmentRequest("points", 5, "si era rotto lo scanner"),
            intent=intent(fresh_key(), card.ref),
            at=NOW,
        ).body


def test_a_cashier_corrects_a_balance_only_with_a_managers_word(shop):
    card = shop.card()
    with refused(shop, Forbidden):
        adjust(shop, card, shop.cashier)
    made = adjust(shop, card, with_word(shop))
    assert holds(shop, card)["available"] == 5
    assert acts(shop, "adjustment.approve") == [
        (
            "adjustment.approve",
            shop.owner.actor,
            made["ref"],
            {"asked_by": shop.cashier.actor},
        )
    ]


def test_who_may_correct_balances_needs_nobodys_word(shop):
    card = shop.card()
    adjust(shop, card, shop.owner)
    assert holds(shop, card)["available"] == 5
    assert acts(shop, "adjustment.approve") == []


def test_a_correction_of_another_shop_does_not_exist(shop, stranger):
    made = adjust(shop, shop.card(), shop.owner)
    with stranger.database.read() as session, pytest.raises(Unknown):
        adjustments.find(session, merchant_id=stranger.merchant_id, adjustment_ref=made["ref"])
