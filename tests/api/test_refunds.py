"""Refunds and voids over the API."""

import pytest

from tests.api.caller import Caller, done, euro, refusal


def test_a_refund_by_amount_takes_back_what_it_earned(aurora: Caller) -> None:
    card = aurora.shop.card()
    visit = done(aurora.pay(card, 1240))["ref"]
    receipt = done(aurora.post(f"/visits/{visit}/refunds", {"amount": euro(240)}))
    assert receipt["earned"] == {"points": -2}
    too_much = aurora.post(f"/visits/{visit}/refunds", {"amount": euro(1001)})
    assert refusal(too_much) == (409, "refund_too_large")


def test_a_refund_by_lines_takes_back_their_stamps(aurora: Caller) -> None:
    card = aurora.shop.card("stamps")
    lines = [{"category": "coffee", "quantity": 3}, {"category": "cake", "quantity": 1}]
    visit = done(aurora.post("/visits", {"scan": card.code, "lines": lines}))["ref"]
    one = {"lines": [{"line": 1, "quantity": 1}]}
    receipt = done(aurora.post(f"/visits/{visit}/refunds", one))
    assert receipt["earned"] == {"stamps": -1}
    assert receipt["balances"]["stamps"]["available"] == 2


@pytest.mark.parametrize(
    "body", [{}, {"amount": None}, {"amount": euro(1), "lines": [{"line": 1, "quantity": 1}]}]
)
def test_a_refund_is_by_amount_or_by_lines(aurora: Caller, body: object) -> None:
    visit = done(aurora.pay(aurora.shop.card(), 1240))["ref"]
    assert refusal(aurora.post(f"/visits/{visit}/refunds", body)) == (422, "invalid")


def test_a_void_takes_all_back_once(aurora: Caller) -> None:
    card = aurora.shop.card()
    visit = done(aurora.pay(card, 1240))["ref"]
    receipt = done(aurora.post(f"/visits/{visit}/void", {"reason": "carta sbagliata"}))
    assert receipt["balances"]["points"]["available"] == 0
    again = aurora.post(f"/visits/{visit}/void", {"reason": "carta sbagliata"})
    assert refusal(again) == (409, "already_voided")
    assert done(aurora.get(f"/visits/{visit}"), 200)["voided_at"] is not None


def test_a_void_says_why(aurora: Caller) -> None:
    visit = done(aurora.pay(aurora.shop.card(), 1240))["ref"]
    for body in ({}, {"reason": "  "}, {"reason": None}):
        assert refusal(aurora.post(f"/visits/{visit}/void", body)) == (422, "invalid")
