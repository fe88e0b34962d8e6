"""Redemptions over the API: reserved, handed over once, cancelled with the units back."""

from tests.api.caller import Caller, done, refusal
from tests.api.conftest import Hands
from tests.builders import CardInHand


def rich_card(caller: Caller, points: int = 25) -> CardInHand:
    """A card that holds so many points."""
    card = caller.shop.card()
    done(caller.pay(card, points * 100))
    return card


def test_a_reward_is_reserved_and_its_voucher_waits(aurora: Caller) -> None:
    card = rich_card(aurora)
    receipt = done(aurora.post("/redemptions", {"scan": card.code, "reward": "breakfast"}))
    assert receipt["kind"] == "redemption"
    assert receipt["balances"]["points"]["available"] == 15
    voucher = done(aurora.get(f"/vouchers/{receipt['vouchers'][0]['code']}"), 200)
    assert voucher["state"] == "reserved"
    assert voucher["redemption"] == receipt["ref"]
    assert voucher["name"]["it"] == "colazione in omaggio"


def test_a_voucher_is_used_once(aurora: Caller) -> None:
    card = rich_card(aurora)
    receipt = done(aurora.post("/redemptions", {"scan": card.code, "reward": "breakfast"}))
    code = receipt["vouchers"][0]["code"]
    used = aurora.post(f"/vouchers/{code}/use", key="k")
    assert done(used)["vouchers"][0]["state"] == "fulfilled"
    assert done(aurora.post(f"/vouchers/{code}/use", key="k")) == done(used)
    assert refusal(aurora.post(f"/vouchers/{code}/use")) == (409, "already_used")
    fulfil = aurora.post(f"/redemptions/{receipt['ref']}/fulfil")
    assert refusal(fulfil) == (409, "already_used")


def test_a_voucher_is_read_as_people_type_it(aurora: Caller) -> None:
    card = rich_card(aurora)
    receipt = done(aurora.post("/redemptions", {"scan": card.code, "reward": "breakfast"}))
    code = receipt["vouchers"][0]["code"]
    typed = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
    assert done(aurora.get(f"/vouchers/{typed}"), 200)["code"] == code


def test_a_cancelled_reward_gives_the_points_back_once(aurora: Caller) -> None:
    card = rich_card(aurora)
    receipt = done(aurora.post("/redemptions", {"scan": card.code, "reward": "breakfast"}))
    path = f"/redemptions/{receipt['ref']}"
    done(aurora.post(f"{path}/fulfil"))
    cancelled = done(aurora.post(f"{path}/cancel", {"reason": "ripensamento"}))
    assert cancelled["balances"]["points"]["available"] == 25
    again = aurora.post(f"{path}/cancel", {"reason": "ripensamento"})
    assert refusal(again) == (409, "already_cancelled")
    assert refusal(aurora.post(f"{path}/fulfil")) == (409, "already_cancelled")


def test_points_that_are_not_there_cannot_be_spent(aurora: Caller) -> None:
    card = rich_card(aurora, 4)
    response = aurora.post("/redemptions", {"scan": card.code, "reward": "breakfast"})
    assert refusal(response) == (409, "insufficient_units")
    problem = response.get_json()
    assert (problem["unit"], problem["needed"], problem["available"]) == ("points", 10, 4)
    assert problem["detail"] == "Not enough: 10 needed, 4 available."


def test_the_sentence_follows_the_language_of_the_caller(aurora: Caller) -> None:
    card = rich_card(aurora, 4)
    body = {"scan": card.code, "reward": "breakfast"}
    response = aurora.post("/redemptions", body, **{"Accept-Language": "it-IT,it;q=0.9"})
    assert response.get_json()["detail"] == "Non bastano: ne servono 10, disponibili 4."


def test_an_unknown_reward_and_an_unknown_voucher_are_404(aurora: Caller) -> None:
    card = rich_card(aurora)
    body = {"scan": card.code, "reward": "yacht"}
    assert refusal(aurora.post("/redemptions", body)) == (404, "unknown_reward")
    for code in ("0000000000", "x", "%00", "00000000000"):
        assert refusal(aurora.get(f"/vouchers/{code}")) == (404, "unknown_voucher")
        assert refusal(aurora.post(f"/vouchers/{code}/use")) == (404, "unknown_voucher")


def test_a_voucher_past_its_last_day_is_not_handed_over(aurora: Caller, hands: Hands) -> None:
    card = aurora.shop.card("stamps")
    lines = [{"category": "coffee", "quantity": 10}]
    receipt = done(aurora.post("/visits", {"scan": card.code, "lines": lines}))
    code = receipt["vouchers"][0]["code"]
    hands.move(days=32)
    assert done(aurora.get(f"/vouchers/{code}"), 200)["state"] == "expired"
    assert refusal(aurora.post(f"/vouchers/{code}/use")) == (409, "reward_unavailable")
