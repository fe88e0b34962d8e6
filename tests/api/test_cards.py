"""Cards over the API: made once, shown, blocked, replaced, corrected."""

import pytest

from tests.api.caller import Caller, done, euro, refusal
from tests.api.conftest import Hands
from tests.builders import STAMPS, fresh_key


def new_customer(caller: Caller, **profile: str) -> str:
    """A customer's ref."""
    ref: str = done(caller.post("/customers", profile))["ref"]
    return ref


def test_a_card_comes_with_its_codes_and_a_link_for_the_phone(aurora: Caller) -> None:
    customer = new_customer(aurora, name="Carla")
    program = aurora.shop.programs["points"]
    card = done(aurora.post("/cards", {"customer": customer, "program": program}))
    assert card["scan"].startswith("HTTP://127.0.0.1:8000/C/")
    assert len(card["scan"].rpartition("/")[2]) == 26
    assert len(card["code"]) == 10
    assert card["url"].startswith("http://127.0.0.1:8000/c/open/")
    shown = done(aurora.get(f"/cards/{card['ref']}"), 200)
    assert (shown["customer"], shown["program"], shown["status"]) == (customer, program, "active")


def test_making_a_card_twice_under_one_key_makes_one_card(aurora: Caller) -> None:
    body = {"customer": new_customer(aurora), "program": aurora.shop.programs["points"]}
    first = aurora.post("/cards", body, key="k")
    again = aurora.post("/cards", body, key="k")
    assert done(again) == done(first)
    assert again.headers["Idempotent-Replay"] == "true"
    second = aurora.post("/cards", body)
    assert refusal(second) == (409, "state_conflict")
    assert second.get_json()["card"] == done(first)["ref"]


def test_a_card_needs_a_customer_a_program_and_a_key(aurora: Caller) -> None:
    customer, program = new_customer(aurora), aurora.shop.programs["points"]
    nobody, nothing = "cus_" + "0" * 26, "prg_" + "0" * 26
    body = {"customer": customer, "program": program}
    assert refusal(aurora.post("/cards", body, key=None)) == (422, "key_missing")
    unknown = {**body, "customer": nobody}
    assert refusal(aurora.post("/cards", unknown)) == (404, "unknown_customer")
    assert refusal(aurora.post("/cards", {**body, "program": nothing}))[1] == "unknown_program"


def test_a_draft_gives_no_cards(aurora: Caller) -> None:
    draft = aurora.shop.program("draft", STAMPS, publish=False)
    body = {"customer": new_customer(aurora), "program": draft}
    assert refusal(aurora.post("/cards", body)) == (409, "program_paused")


def test_a_card_shows_what_is_missing_for_each_reward(aurora: Caller) -> None:
    card = aurora.shop.card()
    done(aurora.pay(card, 640))
    shown = done(aurora.get(f"/cards/{card.ref}"), 200)
    assert shown["balances"]["points"]["available"] == 6
    assert shown["rewards"][0]["key"] == "breakfast"
    assert shown["rewards"][0]["missing"] == {"points": 4}
    assert "punto" in shown["terms"]["it"]


def test_a_statement_names_a_reason_for_each_entry_page_by_page(
    aurora: Caller, hands: Hands
) -> None:
    card = aurora.shop.card()
    for cents in (100, 200, 300):
        done(aurora.pay(card, cents))
        hands.move(minutes=1)
    first = done(aurora.get(f"/cards/{card.ref}/entries", limit=2), 200)
    rest = done(aurora.get(f"/cards/{card.ref}/entries", limit=2, cursor=first["next"]), 200)
    entries = first["items"] + rest["items"]
    assert [entry["units"] for entry in entries] == [3, 2, 1]
    assert [entry["balance"] for entry in entries] == [6, 3, 1]
    assert all(entry["reasons"][0]["it"] for entry in entries)
    assert all(entry["operation"].startswith("vis_") for entry in entries)
    assert rest["next"] is None


def test_a_blocked_card_says_so_and_works_again_after(aurora: Caller) -> None:
    card = aurora.shop.card()
    assert (
        done(aurora.post(f"/cards/{card.ref}/block", {"reason": "persa"}), 200)["status"]
        == "blocked"
    )
    response = aurora.pay(card, 100)
    assert refusal(response) == (409, "card_blocked")
    assert "since" in response.get_json()
    done(aurora.post(f"/cards/{card.ref}/unblock", {"reason": "trovata"}), 200)
    assert aurora.pay(card, 100).status_code == 201


def test_a_replaced_card_keeps_its_points_and_its_old_code_stops(aurora: Caller) -> None:
    card = aurora.shop.card()
    done(aurora.pay(card, 1000))
    replaced = done(aurora.post(f"/cards/{card.ref}/replace", {"reason": "persa"}))
    assert replaced["code"] != card.code
    assert refusal(aurora.pay(card, 100)) == (409, "card_blocked")
    body = {"scan": replaced["code"], "amount": euro(100)}
    assert done(aurora.post("/visits", body))["balances"]["points"]["available"] == 11


def test_a_card_that_is_found_again_works_with_its_old_code(aurora: Caller) -> None:
    card = aurora.shop.card()
    replaced = done(aurora.post(f"/cards/{card.ref}/replace", {"reason": "persa"}))
    found = done(aurora.post(f"/cards/{card.ref}/restore", {"reason": "ritrovata"}), 200)
    assert (found["code"], found["status"]) == (card.code, "active")
    assert aurora.pay(card, 100).status_code == 201
    body = {"scan": replaced["code"], "amount": euro(100)}
    assert refusal(aurora.post("/visits", body)) == (409, "card_blocked")
    again = aurora.post(f"/cards/{card.ref}/restore", {"reason": "ritrovata"})
    assert refusal(again) == (409, "state_conflict")
    assert again.get_json()["card"] == card.ref


@pytest.mark.parametrize("act", ["block", "unblock", "replace", "restore"])
def test_stopping_a_card_needs_a_reason(aurora: Caller, act: str) -> None:
    card = aurora.shop.card()
    for body in ({}, {"reason": ""}, {"reason": "a\nb"}, {"reason": "x" * 201}):
        assert refusal(aurora.post(f"/cards/{card.ref}/{act}", body)) == (422, "invalid")


def test_a_fresh_link_brings_the_card_to_another_phone(aurora: Caller) -> None:
    card = aurora.shop.card()
    links = [done(aurora.post(f"/cards/{card.ref}/claims"))["url"] for _ in range(2)]
    assert links[0] != links[1]
    bare = aurora.client.post(f"/api/v1/cards/{card.ref}/claims", headers=aurora.headers)
    assert bare.status_code == 201


def test_a_correction_stands_in_the_statement_with_its_reason(aurora: Caller) -> None:
    card = aurora.shop.card()
    gift = {"unit": "points", "units": 50, "reason": "compleanno"}
    receipt = done(aurora.post(f"/cards/{card.ref}/adjustments", gift))
    assert receipt["kind"] == "adjustment"
    assert receipt["balances"]["points"]["available"] == 50
    assert "compleanno" in receipt["reasons"][0]["it"]
    too_much = {**gift, "units": -51}
    response = aurora.post(f"/cards/{card.ref}/adjustments", too_much)
    assert refusal(response) == (409, "insufficient_units")
    assert response.get_json()["available"] == 50
    assert response.get_json()["needed"] == 51


def test_a_correction_of_nothing_or_of_an_unknown_unit_is_refused(aurora: Caller) -> None:
    card = aurora.shop.card()
    path = f"/cards/{card.ref}/adjustments"
    nothing = {"unit": "points", "units": 0, "reason": "x"}
    assert refusal(aurora.post(path, nothing)) == (422, "invalid")
    unknown = {"unit": "miles", "units": 1, "reason": "x"}
    assert refusal(aurora.post(path, unknown)) == (404, "unknown_unit")


def test_a_correction_needs_a_scope_of_its_own(aurora: Caller) -> None:
    card = aurora.shop.card()
    cards_only = Caller(aurora.client, aurora.shop, aurora.shop.api_key("cards:write"))
    body = {"unit": "points", "units": 1, "reason": "x"}
    response = cards_only.post(f"/cards/{card.ref}/adjustments", body, key=fresh_key())
    assert refusal(response) == (403, "forbidden")
