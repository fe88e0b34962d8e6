"""Trust: the client tells facts, and the shop's own rules say what they are worth."""

import pytest
from marshmallow import ValidationError

from loyalty.api.bodies import LineBody, RefundBody, VisitBody
from loyalty.core.errors import Invalid, Unknown
from tests.domain.law import refused
from tests.domain.rulebook.book import bonus, cake, coffee, euros, join, levels, points, there

FORGED = {"units": 1_000, "points": 1_000, "earned": {"points": 1}, "tier": "gold", "version": 1,
          "multiply_percent": 300, "occasion": {}, "pledged": {}}  # fmt: skip


@pytest.mark.parametrize("field", FORGED)
@pytest.mark.parametrize("body", [VisitBody, LineBody, RefundBody])
def test_no_body_has_room_for_what_the_rules_decide(shop, body, field):
    with pytest.raises(ValidationError) as refusal:
        body().load({field: FORGED[field]})
    assert field in refusal.value.messages


def test_lines_that_do_not_add_up_to_the_amount_are_refused(shop):
    card = join(shop, points())
    with refused(shop, Invalid):
        shop.visit(card, 1_000, lines=[coffee(1, 130), cake(1, 450)])


def test_a_name_that_the_rules_do_not_know_is_worth_nothing_more(shop):
    card = join(shop, points(bonus(300, skus=["truffle"]), tiers=levels()))
    assert shop.visit(card, 1_000, lines=[cake(1, 1_000, sku="Truffle ")]).body["earned"] == {
        "points": 10,
    }  # fmt: skip


def test_a_reward_or_a_line_that_is_not_there_cannot_be_had_or_refunded(shop):
    card = join(shop, points())
    visit = shop.visit(card, 1_000).body["ref"]
    with refused(shop, Unknown):
        shop.reserve(card, "a-car")
    with refused(shop, Invalid):
        shop.refund(visit, lines=((2, 1_000),))


def test_tax_above_the_amount_would_make_it_less_than_nothing_and_is_refused(shop):
    card = join(shop, points(base={"tax": "net"}))
    with refused(shop, Invalid):
        shop.visit(card, 1_000, tax=euros(1_001))
    assert there(shop, card) == 0
