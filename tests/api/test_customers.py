"""Customers over the API: added, found, changed, forgotten."""

import pytest

from tests.api.caller import Caller, done, refusal
from tests.api.conftest import Hands

CARLA = {
    "name": "Carla Rossi",
    "email": "Carla@Example.it",
    "phone": "+39 055 123456",
    "birthday": "02-29",
    "language": "it",
    "external_ref": "crm-7",
}


def test_a_customer_is_kept_as_told(aurora: Caller) -> None:
    made = done(aurora.post("/customers", CARLA))
    assert made["ref"].startswith("cus_")
    assert {**CARLA, "email": "carla@example.it"}.items() <= made.items()
    assert done(aurora.get(f"/customers/{made['ref']}"), 200) == made


def test_nothing_needs_to_be_known_of_a_customer(aurora: Caller) -> None:
    made = done(aurora.post("/customers", {}))
    assert made["name"] is None
    assert made["cards"] == []


def test_a_customer_shows_their_cards(aurora: Caller) -> None:
    card = aurora.shop.card(name="Carla")
    assert done(aurora.get(f"/customers/{card.customer}"), 200)["cards"] == [card.ref]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " "),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("name", "a\nb"),
        ("name", 7),
        ("email", "carla"),
        ("email", "carla@example"),
        ("email", "a b@example.it"),
        ("phone", "call me"),
        ("birthday", "02-30"),
        ("birthday", "13-01"),
        ("birthday", "2000-01-01"),
        ("language", "de"),
        ("balance", 100),
        ("merchant_id", "mer_1"),
    ],
)
def test_a_customer_that_cannot_be_is_refused(aurora: Caller, field: str, value: object) -> None:
    response = aurora.post("/customers", {field: value})
    assert refusal(response) == (422, "invalid")
    assert list(response.get_json()["fields"]) == [field]


def test_an_own_reference_belongs_to_one_customer(aurora: Caller) -> None:
    first = done(aurora.post("/customers", CARLA))
    response = aurora.post("/customers", {"external_ref": "crm-7"})
    assert refusal(response) == (409, "state_conflict")
    assert response.get_json()["customer"] == first["ref"]
    other = done(aurora.post("/customers", {}))["ref"]
    changed = aurora.patch(f"/customers/{other}", {"external_ref": "crm-7"})
    assert refusal(changed) == (409, "state_conflict")


def test_only_the_named_fields_change_and_null_empties_one(aurora: Caller) -> None:
    made = done(aurora.post("/customers", CARLA))
    changed = done(aurora.patch(f"/customers/{made['ref']}", {"phone": None, "name": "C. R."}), 200)
    assert changed == {**made, "phone": None, "name": "C. R."}


def test_a_forgotten_customer_is_gone_and_so_is_the_name(aurora: Caller) -> None:
    card = aurora.shop.card(name="Carla", email="carla@example.it")
    done(aurora.pay(card, 1000))
    gone = aurora.delete(f"/customers/{card.customer}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert refusal(aurora.get(f"/customers/{card.customer}")) == (404, "unknown_customer")
    assert refusal(aurora.delete(f"/customers/{card.customer}"))[0] == 404
    assert refusal(aurora.pay(card, 100)) == (409, "card_blocked")
    assert "arla" not in aurora.get("/customers").text
    assert "arla" not in aurora.get("/visits").text


def test_customers_are_found_by_what_people_remember(aurora: Caller) -> None:
    made = done(aurora.post("/customers", CARLA))["ref"]
    done(aurora.post("/customers", {"name": "Bruno 100%"}))
    for text in ("carla", "ROSSI", "055 123", "crm-7", "@example.it"):
        found = done(aurora.post("/customers/search", {"q": text}), 200)["items"]
        assert [customer["ref"] for customer in found] == [made], text
    for text in ("_", "\\", "' OR 1=1 --"):
        assert done(aurora.post("/customers/search", {"q": text}), 200)["items"] == []
    assert len(done(aurora.post("/customers/search", {"q": "%"}), 200)["items"]) == 1


def test_customers_are_listed_in_the_order_in_which_they_came(aurora: Caller, hands: Hands) -> None:
    made = [done(aurora.post("/customers", {"name": f"n{n}"}))["ref"] for n in range(5)]
    first = done(aurora.get("/customers", limit=3), 200)
    rest = done(aurora.get("/customers", limit=3, cursor=first["next"]), 200)
    assert {one["ref"] for one in first["items"] + rest["items"]} == set(made)
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 2, None)
