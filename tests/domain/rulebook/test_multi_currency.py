"""Multi-currency: a shop has one, and nothing is ever converted."""

import pytest

from loyalty.core.errors import CurrencyMismatch
from loyalty.core.money import Money
from loyalty.counter import refunds, visits
from loyalty.counter.requests import RefundRequest, VisitRequest, intent
from tests.builders import NOW, fresh_key
from tests.domain.law import refused
from tests.domain.rulebook.book import euros, join, points, there


@pytest.mark.parametrize("said", ["amount", "tax", "discount"])
def test_money_of_another_country_is_refused_wherever_it_stands(shop, said):
    card = join(shop, points(base={"tax": "net", "discounts": "before"}))
    foreign = {"amount": euros(1_000), said: Money(100, "CHF")}
    request = VisitRequest(card.code, **foreign)
    with (
        refused(shop, CurrencyMismatch, expected="EUR", given="CHF"),
        shop.database.write() as session,
    ):
        visits.accrue(
            session, duty=shop.cashier, request=request, intent=intent(fresh_key(), None), at=NOW
        )


def test_a_refund_in_other_money_is_refused_and_one_in_the_same_is_not(shop):
    card = join(shop, points())
    visit = shop.visit(card, 1_000, tax=euros(100)).body["ref"]
    with (
        refused(shop, CurrencyMismatch, expected="EUR", given="CHF"),
        shop.database.write() as session,
    ):
        refunds.refund(
            session,
            duty=shop.cashier,
            visit_ref=visit,
            request=RefundRequest(Money(100, "CHF")),
            intent=intent(fresh_key(), None),
            at=NOW,
        )
    shop.refund(visit, 500)
    assert there(shop, card) == 5
