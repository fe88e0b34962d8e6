"""Consents over the API: said, withdrawn, shown, and of people who were merged."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty.core.clock import rfc3339
from loyalty.customers import merging, texts
from loyalty.customers.consents import Purpose
from tests.api.caller import Caller, done, refusal
from tests.api.conftest import Hands
from tests.api.routes import CONSENT, merged_away
from tests.builders import NOW

NEVER_ASKED = dict.fromkeys(("program", "profiling", "marketing", "tracking"))


@pytest.fixture
def anna(aurora: Caller) -> str:
    """A customer without a card."""
    return str(done(aurora.post("/customers", {"name": "Anna"}))["ref"])


def say(caller: Caller, who: str, **more: Any) -> Any:
    """A consent that is taken."""
    return done(caller.post(f"/customers/{who}/consents", {**CONSENT, **more}))


def test_a_consent_is_kept_as_told(aurora: Caller, anna: str, hands: Hands) -> None:
    made = say(aurora, anna)
    now = rfc3339(hands.now())
    assert CONSENT.items() <= made.items()
    assert made.items() >= {"customer": anna, "at": now, "recorded_at": now, "merge": None}.items()
    assert made["ref"].startswith("cns_")
    assert made["actor"].startswith("key_")
    shown = done(aurora.get(f"/customers/{anna}/consents"), 200)
    assert shown == {
        "customer": anna,
        "merged_into": None,
        "state": {**NEVER_ASKED, "marketing": True},
        "items": [made],
        "next": None,
    }


def test_withdrawing_takes_what_giving_took(aurora: Caller, anna: str, hands: Hands) -> None:
    say(aurora, anna)
    hands.move(minutes=1)
    say(aurora, anna, given=False)
    shown = done(aurora.get(f"/customers/{anna}/consents"), 200)
    assert shown["state"] == {**NEVER_ASKED, "marketing": False}
    assert [event["given"] for event in shown["items"]] == [True, False]


def test_nobody_has_agreed_before_they_are_asked(aurora: Caller, anna: str) -> None:
    shown = done(aurora.get(f"/customers/{anna}/consents"), 200)
    assert (shown["state"], shown["items"]) == (NEVER_ASKED, [])


def test_a_form_from_last_week_has_its_own_date(aurora: Caller, anna: str, hands: Hands) -> None:
    signed = hands.now() - timedelta(days=7)
    made = say(aurora, anna, at=signed.isoformat())
    assert (made["at"], made["recorded_at"]) == (rfc3339(signed), rfc3339(hands.now()))


def test_a_long_history_comes_in_pages(aurora: Caller, anna: str) -> None:
    said = [say(aurora, anna, given=bool(n % 2))["ref"] for n in range(5)]
    path = f"/customers/{anna}/consents"
    first = done(aurora.get(path, limit=3), 200)
    rest = done(aurora.get(path, limit=3, cursor=first["next"]), 200)
    assert [event["ref"] for event in first["items"] + rest["items"]] == said
    assert (first["state"], rest["next"]) == (rest["state"], None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("purpose", "resale"),
        ("purpose", None),
        ("given", "yes"),
        ("given", None),
        ("text_id", ""),
        ("text_id", "x" * 121),
        ("source", " "),
        ("source", "x" * 41),
        ("at", "2026-11-21"),
        ("at", "2036-11-21T10:00:00Z"),
        ("at", "1999-12-31T23:59:59Z"),
        ("recorded_at", "2026-11-21T10:00:00Z"),
    ],
)
def test_a_consent_that_proves_nothing_is_refused(
    aurora: Caller, anna: str, field: str, value: object
) -> None:
    response = aurora.post(f"/customers/{anna}/consents", {**CONSENT, field: value})
    assert refusal(response) == (422, "invalid")
    assert list(response.get_json()["fields"]) == [field]


@pytest.mark.parametrize("field", ["purpose", "given", "text_id", "source"])
def test_a_consent_without_its_proof_is_refused(aurora: Caller, anna: str, field: str) -> None:
    body = {name: value for name, value in CONSENT.items() if name != field}
    response = aurora.post(f"/customers/{anna}/consents", body)
    assert list(response.get_json()["fields"]) == [field]


def test_reading_does_not_allow_writing(aurora: Caller, anna: str) -> None:
    key = aurora.shop.api_key("customers:read")
    reader = Caller(aurora.client, aurora.shop, key)
    assert refusal(reader.post(f"/customers/{anna}/consents", CONSENT)) == (403, "forbidden")
    assert reader.get(f"/customers/{anna}/consents").status_code == 200


def test_a_forgotten_customer_has_no_consents_to_show(aurora: Caller, anna: str) -> None:
    say(aurora, anna)
    aurora.delete(f"/customers/{anna}")
    assert refusal(aurora.get(f"/customers/{anna}/consents")) == (404, "unknown_customer")
    assert refusal(aurora.post(f"/customers/{anna}/consents", CONSENT))[0] == 404


# --- people who were merged ----------------------------------------------------------------------


def test_whoever_was_merged_says_into_whom(aurora: Caller, anna: str) -> None:
    assert done(aurora.get(f"/customers/{anna}"), 200)["merged_into"] is None
    loser = merged_away(aurora)
    survivor = done(aurora.get(f"/customers/{loser}"), 200)["merged_into"]
    _merge(aurora, survivor, anna)
    for who in (loser, survivor):
        assert done(aurora.get(f"/customers/{who}"), 200)["merged_into"] == anna
    listed = done(aurora.get("/customers"), 200)["items"]
    assert [each["ref"] for each in listed] == [anna]


def _merge(caller: Caller, loser: str, survivor: str) -> None:
    duty, later = caller.shop.owner, NOW + timedelta(hours=2)
    with caller.shop.database.write() as session:
        merging.absorb(session, duty=duty, loser_ref=loser, survivor_ref=survivor, at=later)


def test_whoever_was_merged_is_changed_and_forgotten_as_the_other(aurora: Caller) -> None:
    loser = merged_away(aurora)
    survivor = done(aurora.get(f"/customers/{loser}"), 200)["merged_into"]
    for response in (
        aurora.patch(f"/customers/{loser}", {"name": "Anna"}),
        aurora.delete(f"/customers/{loser}"),
        aurora.post(f"/customers/{loser}/consents", CONSENT),
    ):
        assert refusal(response) == (409, "state_conflict")
        problem = response.get_json()
        assert problem["customer"] == survivor
        assert "work with that one" in problem["detail"]
    assert aurora.delete(f"/customers/{survivor}").status_code == 204
    assert refusal(aurora.get(f"/customers/{loser}"))[0] == 404


def test_whoever_was_merged_can_always_withdraw(aurora: Caller, hands: Hands) -> None:
    loser = merged_away(aurora)
    survivor = done(aurora.get(f"/customers/{loser}"), 200)["merged_into"]
    say(aurora, survivor)
    hands.move(minutes=1)
    assert say(aurora, loser, given=False)["customer"] == survivor
    for who in (loser, survivor):
        shown = done(aurora.get(f"/customers/{who}/consents"), 200)
        assert shown["state"]["marketing"] is False
    assert done(aurora.get(f"/customers/{loser}/consents"), 200)["merged_into"] == survivor


def test_what_a_merge_did_to_consents_is_told(aurora: Caller, anna: str) -> None:
    say(aurora, anna)
    loser = done(aurora.post("/customers", {}))["ref"]
    _merge(aurora, loser, anna)
    shown = done(aurora.get(f"/customers/{anna}/consents"), 200)
    assert shown["state"]["marketing"] is False
    told = shown["items"][-1]
    assert (told["source"], told["given"]) == ("merge", False)
    assert told["merge"].startswith("mrg_")


def test_the_proof_holds_the_words_that_were_read(aurora: Caller, anna: str) -> None:
    with aurora.shop.database.write() as session:
        said = texts.publish(
            session, merchant_id=aurora.shop.merchant_id, shop_name="Caffè Aurora", at=NOW
        )
    kept = say(aurora, anna, text_id=said[Purpose.MARKETING].named_in("en"))
    theirs = say(aurora, anna, given=False)
    shown = done(aurora.get(f"/customers/{anna}/consents/proof"), 200)
    assert shown["customer"] == anna
    first, second = shown["items"]
    assert kept.items() <= first.items()
    assert first["text"] == said[Purpose.MARKETING].words.en
    assert (first["version"], first["language"]) == (1, "en")
    assert theirs.items() <= second.items()
    assert (second["text"], second["sha256"]) == (None, None)
