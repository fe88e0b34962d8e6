"""Bodies that are none: refused at the door, quickly, and never with a 500."""

import json
import time

import pytest

from tests.api.caller import Caller, euro, refusal


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[",
        b"null x",
        b'{"scan": "a", "scan": "b"}',
        b'{"amount": {"amount_minor": 1, "amount_minor": 2, "currency": "EUR"}, "scan": "a"}',
        b'{"scan": NaN}',
        b'{"scan": Infinity}',
        b'{"scan": -Infinity}',
        b'{"scan": "\xff"}',
        b'{"scan": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"\xef\xbb\xbf{}",
        '{"scan": "a"}'.encode("utf-16"),
        b'{"scan": "a",}',
        b"{'scan': 'a'}",
        b'{"scan": "a\nb"}',
        b'{"scan": ' + b"1" * 5_000 + b"}",
        b'{"scan": 1.' + b"1" * 5_000 + b"}",
        b"[" * 30_000,
        b'{"a":' * 10_000,
    ],
)
def test_a_body_that_is_not_json_is_refused(aurora: Caller, raw: bytes) -> None:
    assert refusal(aurora.send("/visits", raw)) == (400, "bad_json")


@pytest.mark.parametrize("raw", [b"null", b"[]", b"7", b'"scan"', b"true", b"[{}]"])
def test_a_body_that_is_not_an_object_is_refused(aurora: Caller, raw: bytes) -> None:
    response = aurora.send("/visits", raw)
    assert refusal(response) == (422, "invalid")
    assert list(response.get_json()["fields"]) == ["body"]


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "a\x1b[31m", "a\r\nSet-Cookie: x=1"])
def test_a_text_with_control_characters_is_refused(aurora: Caller, text: str) -> None:
    assert refusal(aurora.post("/visits", {"scan": text, "amount": euro(1)})) == (422, "invalid")
    card = aurora.shop.card()
    assert refusal(aurora.pay(card, 1, external_ref=text)) == (422, "invalid")
    assert refusal(aurora.post("/customers/search", {"q": text})) == (422, "invalid")


def test_a_million_digits_are_refused_at_once(aurora: Caller) -> None:
    began = time.perf_counter()
    raw = b'{"scan": "a", "amount": {"currency": "EUR", "amount_minor": ' + b"9" * 60_000 + b"}}"
    assert refusal(aurora.send("/visits", raw)) == (400, "bad_json")
    assert refusal(aurora.send("/visits", b"9" * 1_000_000)) == (413, "too_large")
    assert time.perf_counter() - began < 1


def test_a_body_of_64_kib_is_read_and_a_larger_one_is_not(aurora: Caller) -> None:
    def padded(size: int) -> bytes:
        return json.dumps({"q": "a"}).encode().ljust(size)

    assert aurora.send("/customers/search", padded(64 * 1024)).status_code == 200
    response = aurora.send("/customers/search", padded(64 * 1024 + 1))
    assert refusal(response) == (413, "too_large")


@pytest.mark.parametrize(
    "mime", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_of_another_type_is_refused(aurora: Caller, mime: str) -> None:
    response = aurora.send("/customers", b'{"name": "Carla"}', mime)
    assert refusal(response) == (415, "unsupported_media_type")


def test_json_may_say_its_charset(aurora: Caller) -> None:
    mime = "application/json; charset=utf-8"
    raw = '{"name": "Niccolò 🎉"}'.encode()
    assert aurora.send("/customers", raw, mime).get_json()["name"] == "Niccolò 🎉"


def test_a_method_that_is_not_there_is_405_and_says_which_are(aurora: Caller) -> None:
    response = aurora.client.put("/api/v1/visits", headers=aurora.headers)
    assert refusal(response) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_part_that_nobody_has_asked_for_yet_is_404(aurora: Caller) -> None:
    for path in ("/webhooks", "/nothing"):
        assert refusal(aurora.get(path)) == (404, "unknown_page")


def test_a_refusal_in_a_form_that_is_read_out_loud(aurora: Caller) -> None:
    problem = aurora.post("/visits", {"amount": euro(1)}).get_json()
    assert problem["type"] == "urn:loyalty:problem:invalid"
    assert problem["title"] == "Invalid"
    assert problem["fields"] == {"scan": ["This is missing."]}
    assert problem["request_id"]


def test_a_request_keeps_the_id_it_came_with(aurora: Caller) -> None:
    sent = {**aurora.headers, "X-Request-Id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    response = aurora.client.get("/api/v1/visits", headers=sent)
    assert response.headers["X-Request-Id"] == sent["X-Request-Id"]
    forged = {**aurora.headers, "X-Request-Id": 'x"}{"level'}
    assert aurora.client.get("/api/v1/visits", headers=forged).headers["X-Request-Id"] != forged
