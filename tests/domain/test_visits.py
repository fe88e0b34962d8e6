"""Visits: a purchase becomes units, exactly once, explained."""

from tests.builders import Shop


def test_forty_coffees_of_one_thirty_give_fifty_two_points(shop: Shop) -> None:
    card = shop.card()
    for _ in range(40):
        body = shop.visit(card, 130).body
    assert body["balances"]["points"]["available"] == 52
    assert body["balances"]["points"]["carried_minor"] == 0


def test_the_same_key_gives_the_same_receipt(shop: Shop) -> None:
    card = shop.card()
    first = shop.visit(card, 1240, key="k")
    again = shop.visit(card, 1240, key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.body == first.body
    assert first.body["earned"] == {"points": 12}
    assert first.body["balances"]["points"]["carried_minor"] == 40
    assert first.body["balances"]["points"]["to_next_minor"] == 60


def test_nine_and_three_stamps_give_a_voucher_and_leave_two(shop: Shop) -> None:
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    body = shop.visit(card, coffees=3).body
    assert body["balances"]["stamps"]["available"] == 2
    assert [voucher["reward"] for voucher in body["vouchers"]] == ["free-coffee"]


def test_a_refund_after_the_filled_voucher_was_used_leaves_a_debt_of_one(shop: Shop) -> None:
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    shop.fulfil(second["vouchers"][0]["redemption"])
    body = shop.refund(second["ref"], lines=((1, 3000),)).body
    assert body["balances"]["stamps"]["debt"] == 1
    assert body["balances"]["stamps"]["available"] == 0


def test_redeem_and_cancel_gives_the_same_lots_back(shop: Shop) -> None:
    card = shop.card()
    shop.visit(card, 1240)
    before = shop.visit(card, 500).body["balances"]
    redeemed = shop.reserve(card, "breakfast").body
    assert redeemed["balances"]["points"]["available"] == 7
    assert shop.cancel(redeemed["ref"]).body["balances"] == before


def test_void_takes_everything_back(shop: Shop) -> None:
    card = shop.card()
    visit = shop.visit(card, 1250).body
    body = shop.void(visit["ref"]).body
    assert body["earned"] == {"points": -12}
    assert body["balances"]["points"]["available"] == 0
    assert body["balances"]["points"]["lifetime"] == 0
