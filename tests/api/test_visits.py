"""Visits over the API: recorded once, explained, refunded and voided."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from loyalty.counter.models import ScanRefusal
from tests.api.caller import Caller, done, euro, refusal
from tests.api.conftest import Hands
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes


def test_a_visit_earns_and_says_why(aurora: Caller) -> None:
    card = aurora.shop.card()
    receipt = done(aurora.pay(card, 1240))
    assert receipt["earned"] == {"points": 12}
    assert receipt["balances"]["points"]["available"] == 12
    assert receipt["balances"]["points"]["carried_minor"] == 40
    assert receipt["proof"] == "api"
    assert receipt["card"] == card.ref
    assert "12 punti" in receipt["reasons"][0]["it"]
    assert "12 points" in receipt["reasons"][0]["en"]


def test_the_same_key_and_body_give_the_same_receipt(aurora: Caller) -> None:
    card = aurora.shop.card()
    first = aurora.pay(card, 1240, key="till-7-1")
    again = aurora.pay(card, 1240, key="till-7-1")
    assert done(again) == done(first)
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    standing = done(aurora.get(f"/cards/{card.ref}"), 200)
    assert standing["balances"]["points"]["available"] == 12


def test_eight_taps_at_once_are_one_visit(aurora: Caller, app: Flask) -> None:
    card = aurora.shop.card()
    start = threading.Barrier(8)

    def tap(_: int) -> tuple[str, str | None]:
        hand = Caller(app.test_client(), aurora.shop, None)
        hand.headers = aurora.headers
        start.wait()
        response = hand.pay(card, 1240, key="tap")
        return done(response)["ref"], response.headers.get("Idempotent-Replay")

    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(tap, range(8)))
    assert len({ref for ref, _ in answers}) == 1
    assert sorted(str(replay) for _, replay in answers) == ["None"] + ["true"] * 7
    standing = done(aurora.get(f"/cards/{card.ref}"), 200)
    assert standing["balances"]["points"]["available"] == 12


def test_a_body_in_another_order_is_the_same_body(aurora: Caller) -> None:
    card = aurora.shop.card()
    first = done(aurora.pay(card, 1240, key="k"))
    reordered = {"amount": {"currency": "EUR", "amount_minor": 1240}, "scan": card.code}
    assert done(aurora.post("/visits", reordered, key="k")) == first


def test_a_key_serves_one_body_on_one_route(aurora: Caller) -> None:
    card = aurora.shop.card()
    visit = done(aurora.pay(card, 1240, key="k"))["ref"]
    assert refusal(aurora.pay(card, 1250, key="k")) == (422, "key_reused")
    void = aurora.post(f"/visits/{visit}/void", {"reason": "errore"}, key="k")
    assert refusal(void) == (422, "key_reused")


def test_a_replay_is_given_though_the_card_was_blocked_since(aurora: Caller) -> None:
    card = aurora.shop.card()
    first = done(aurora.pay(card, 1240, key="k"))
    done(aurora.post(f"/cards/{card.ref}/block", {"reason": "persa"}), 200)
    assert done(aurora.pay(card, 1240, key="k")) == first
    assert refusal(aurora.pay(card, 1240)) == (409, "card_blocked")


def test_a_refusal_leaves_the_key_free(aurora: Caller) -> None:
    card = aurora.shop.card()
    done(aurora.post(f"/cards/{card.ref}/block", {"reason": "persa"}), 200)
    assert refusal(aurora.pay(card, 1240, key="k"))[0] == 409
    done(aurora.post(f"/cards/{card.ref}/unblock", {"reason": "trovata"}), 200)
    assert done(aurora.pay(card, 1240, key="k"))["earned"] == {"points": 12}


def test_a_visit_without_a_key_is_refused(aurora: Caller) -> None:
    card = aurora.shop.card()
    assert refusal(aurora.pay(card, 1240, key=None)) == (422, "key_missing")
    assert refusal(aurora.pay(card, 1240, key="   ")) == (422, "key_missing")
    assert refusal(aurora.pay(card, 1240, key="k" * 256)) == (422, "invalid")
    assert aurora.pay(card, 1240, key="k" * 255).status_code == 201


def test_the_qr_text_the_code_and_the_ref_name_one_card(aurora: Caller) -> None:
    card = aurora.shop.card()
    texts = [f"HTTP://127.0.0.1:8000/C/{card.token}", card.code.lower(), card.ref]
    receipts = [done(aurora.post("/visits", {"scan": t, "amount": euro(100)})) for t in texts]
    assert [receipt["card"] for receipt in receipts] == [card.ref] * 3
    assert [receipt["proof"] for receipt in receipts] == ["api"] * 3


def test_coffees_fill_a_stamp_card_and_a_voucher_comes_out(aurora: Caller) -> None:
    card = aurora.shop.card("stamps")
    lines = [{"category": "coffee", "item": "espresso", "quantity": 12}]
    receipt = done(aurora.post("/visits", {"scan": card.code, "lines": lines}))
    assert receipt["earned"] == {"stamps": 12}
    assert receipt["balances"]["stamps"]["available"] == 2
    assert receipt["vouchers"][0]["reward"] == "free-coffee"


def test_a_quantity_may_have_three_decimals_and_no_more(aurora: Caller) -> None:
    card = aurora.shop.card("points")
    bread = {"item": "pane", "quantity": 0.35, "amount": euro(140)}
    receipt = done(aurora.post("/visits", {"scan": card.code, "lines": [bread]}))
    visit = done(aurora.get(f"/visits/{receipt['ref']}"), 200)
    assert visit["lines"][0]["quantity"] == 0.35
    for quantity in (0.3501, 0, -1, 1_000_001, "1", True, 1e-300):
        lines = [{**bread, "quantity": quantity}]
        refused = aurora.post("/visits", {"scan": card.code, "lines": lines})
        assert refusal(refused) == (422, "invalid"), quantity


def test_lines_that_do_not_add_up_are_refused(aurora: Caller) -> None:
    card = aurora.shop.card()
    lines = [{"item": "torta", "amount": euro(900)}]
    assert refusal(aurora.pay(card, 1000, lines=lines)) == (422, "invalid")
    huge = [{"item": "palazzo", "amount": euro(1_000_000_000)}] * 2
    assert refusal(aurora.post("/visits", {"scan": card.code, "lines": huge})) == (422, "invalid")


@pytest.mark.parametrize(
    "more", [{}, {"lines": [{"item": "torta", "amount": {"amount_minor": 1, "currency": "USD"}}]}]
)
def test_dollars_are_refused_where_euros_are_used(aurora: Caller, more: dict[str, object]) -> None:
    card = aurora.shop.card()
    amount = euro(100) if more else {"amount_minor": 100, "currency": "USD"}
    response = aurora.post("/visits", {"scan": card.code, "amount": amount, **more})
    assert refusal(response) == (422, "currency_mismatch")
    assert response.get_json()["expected"] == "EUR"
    assert response.get_json()["given"] == "USD"


@pytest.mark.parametrize("minor", [-1, 1_000_000_001, 12.5, 1240.0, "1240", True, None, 10**30])
def test_an_amount_that_is_none_is_refused(aurora: Caller, minor: object) -> None:
    card = aurora.shop.card()
    amount = {"amount_minor": minor, "currency": "EUR"}
    assert refusal(aurora.post("/visits", {"scan": card.code, "amount": amount}))[0] == 422


def test_the_largest_amount_is_taken(aurora: Caller) -> None:
    receipt = done(aurora.pay(aurora.shop.card(), 1_000_000_000))
    assert receipt["earned"] == {"points": 10_000_000}


def test_nothing_paid_earns_nothing_and_is_a_visit(aurora: Caller) -> None:
    assert done(aurora.pay(aurora.shop.card(), 0))["earned"] == {"points": 0}


def test_a_program_that_counts_money_needs_the_amount(aurora: Caller) -> None:
    card = aurora.shop.card()
    response = aurora.post("/visits", {"scan": card.code})
    assert refusal(response) == (422, "invalid")
    assert "amount" in response.get_json()["fields"]


def test_a_known_receipt_under_a_new_key_names_its_visit(aurora: Caller) -> None:
    card = aurora.shop.card()
    visit = done(aurora.pay(card, 1240, external_ref="scontrino-1"))["ref"]
    response = aurora.pay(card, 1240, external_ref="scontrino-1")
    assert refusal(response) == (409, "state_conflict")
    assert response.get_json()["visit"] == visit


def test_a_visit_of_yesterday_is_taken_one_of_last_week_needs_a_scope(
    aurora: Caller, hands: Hands
) -> None:
    card = aurora.shop.card()
    limited = Caller(aurora.client, aurora.shop, aurora.shop.api_key("visits:write"))
    yesterday = (hands.at - timedelta(hours=48)).isoformat()
    last_week = (hands.at - timedelta(days=7)).isoformat()
    assert limited.pay(card, 100, occurred_at=yesterday).status_code == 201
    refused = limited.pay(card, 100, occurred_at=last_week)
    assert refusal(refused) == (403, "forbidden")
    assert refused.get_json()["scope"] == "visits:backdate"
    assert aurora.pay(card, 100, occurred_at=last_week).status_code == 201


def test_a_slow_till_gets_its_answer_again_after_the_48_hours(aurora: Caller, hands: Hands) -> None:
    card = aurora.shop.card()
    limited = Caller(aurora.client, aurora.shop, aurora.shop.api_key("visits:write"))
    occurred_at = (hands.at - timedelta(hours=47)).isoformat()
    first = done(limited.pay(card, 100, occurred_at=occurred_at, key="k"))
    hands.move(hours=3)
    again = limited.pay(card, 100, occurred_at=occurred_at, key="k")
    assert done(again) == first
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_visit_in_the_future_or_long_ago_is_refused(aurora: Caller, hands: Hands) -> None:
    card = aurora.shop.card()
    soon = (hands.at + timedelta(minutes=5)).isoformat()
    assert aurora.pay(card, 100, occurred_at=soon).status_code == 201
    later = (hands.at + timedelta(minutes=6)).isoformat()
    for wrong in (later, "1999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"):
        assert refusal(aurora.pay(card, 100, occurred_at=wrong)) == (422, "invalid"), wrong


@pytest.mark.parametrize(
    "text", ["2026-11-20T10:00:00", "2026-11-20", "ieri", 5, "2026-13-01T00:00:00Z", "٢٠٢٦"]
)
def test_a_time_without_its_offset_is_refused(aurora: Caller, text: object) -> None:
    card = aurora.shop.card()
    assert refusal(aurora.pay(card, 100, occurred_at=text)) == (422, "invalid")


def test_a_paused_program_takes_no_visits(aurora: Caller) -> None:
    card = aurora.shop.card()
    done(aurora.post(f"/programs/{aurora.shop.programs['points']}/pause"), 200)
    assert refusal(aurora.pay(card, 100)) == (409, "program_paused")


def test_an_unknown_card_and_an_unknown_place_are_404(aurora: Caller) -> None:
    card = aurora.shop.card()
    response = aurora.post("/visits", {"scan": "0000000000", "amount": euro(1)})
    assert refusal(response) == (404, "unknown_card")
    assert refusal(aurora.pay(card, 100, location="loc_" + "0" * 26))[1] == "unknown_location"


def test_a_refused_scan_is_kept_without_the_scanned_text(aurora: Caller) -> None:
    card = aurora.shop.card()
    done(aurora.post(f"/cards/{card.ref}/block", {"reason": "persa"}), 200)
    aurora.pay(card, 100)
    with aurora.shop.database.read() as session:
        kept = session.execute(sa.select(ScanRefusal)).scalars().one()
        assert (kept.code, kept.act) == ("card_blocked", "visit")
        assert kept.actor.startswith("key_")


def test_a_limit_of_the_program_is_kept_over_the_api(aurora: Caller) -> None:
    limits = with_changes(POINTS, limits={"amount_minor_max": 50_000})
    aurora.shop.program("limited", limits)
    card = aurora.shop.card("limited")
    assert aurora.pay(card, 50_000).status_code == 201
    assert refusal(aurora.pay(card, 50_001)) == (409, "limit_reached")


def test_visits_are_listed_newest_first_page_by_page(aurora: Caller, hands: Hands) -> None:
    card = aurora.shop.card()
    made = []
    for cents in range(100, 600, 100):
        made.append(done(aurora.pay(card, cents))["ref"])
        hands.move(minutes=1)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = done(aurora.get("/visits", limit=2, **cursor), 200)
        assert len(page["items"]) <= 2
        seen += [visit["ref"] for visit in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == made[::-1]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"limit": "ten"}, {"cursor": "x"}, {"page": 2}]
)
def test_a_page_that_is_none_is_refused(aurora: Caller, query: dict[str, object]) -> None:
    assert refusal(aurora.get("/visits", **query)) == (422, "invalid")


def test_a_live_only_program_refuses_the_api_key(aurora: Caller) -> None:
    strict = with_changes(STAMPS, proof={"earn": "live", "redeem": "static"})
    aurora.shop.program("strict", strict)
    card = aurora.shop.card("strict")
    response = aurora.post("/visits", {"scan": card.code, "lines": [{"category": "coffee"}]})
    assert refusal(response) == (409, "proof_too_weak")
