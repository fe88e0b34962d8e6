"""Every operation at its door: no key, a wrong key, a stranger's key, a body with a guest in it."""

from typing import Any

import pytest

from tests.api.caller import Caller, refusal
from tests.api.routes import OPERATIONS, Walk, bodies, in_a_useful_order


@pytest.fixture
def walk(aurora: Caller) -> Walk:
    """Aurora's software and something of each kind."""
    return Walk(aurora)


def test_the_walk_knows_every_operation(walk: Walk) -> None:
    taking = {one.name for one in OPERATIONS if one.contract.body is not None}
    assert set(bodies(walk.things)) == taking
    assert len(OPERATIONS) >= 29


def test_every_operation_works_for_its_own_shop(walk: Walk) -> None:
    for operation in in_a_useful_order():
        response = walk.send(operation)
        assert response.status_code == operation.contract.status, (operation.name, response.text)


def test_without_a_key_every_operation_is_shut(walk: Walk) -> None:
    for credentials in (None, "", "lp_wrong", "x" * 300, "è"):
        nobody = Caller(walk.caller.client, walk.caller.shop, credentials)
        for operation in OPERATIONS:
            response = walk.send(operation, caller=nobody)
            assert refusal(response) == (401, "unauthenticated"), operation.name
            assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_of_another_kind_opens_nothing(walk: Walk) -> None:
    key = walk.caller.headers["Authorization"].partition(" ")[2]
    for header in (key, f"Basic {key}", f"Token {key}", "Bearer", f"Bearer {key} {key}"):
        response = walk.caller.client.get("/api/v1/visits", headers={"Authorization": header})
        assert refusal(response)[0] == 401, header


def test_a_key_with_every_other_scope_opens_nothing(walk: Walk) -> None:
    from loyalty.merchants.keys import SCOPES

    keys: dict[str, Caller] = {}
    for operation in OPERATIONS:
        scope = operation.contract.scope
        if scope not in keys:
            others = SCOPES - {scope}
            key = walk.caller.shop.api_key(*others)
            keys[scope] = Caller(walk.caller.client, walk.caller.shop, key)
        response = walk.send(operation, caller=keys[scope])
        assert refusal(response) == (403, "forbidden"), operation.name
        assert response.get_json()["scope"] == scope


def test_a_stranger_finds_nothing_of_another_shop(walk: Walk, dario: Caller) -> None:
    for operation in OPERATIONS:
        if operation.has_things:
            response = walk.send(operation, caller=dario)
            assert refusal(response)[0] == 404, operation.name
            nothing = walk.send(operation, caller=dario, things=_unknown(walk.things))
            assert _without_id(nothing.get_json()) == _without_id(response.get_json())


def test_a_stranger_cannot_name_things_of_another_shop_in_a_body(walk: Walk, dario: Caller) -> None:
    theirs = Walk(dario)
    for body, path in (
        ({"scan": walk.things["card_code"], "amount": {"amount_minor": 1, "currency": "EUR"}}, 0),
        ({"scan": walk.things["card_ref"], "reward": "breakfast"}, 1),
        ({"customer": walk.things["new_customer"], "program": theirs.things["program_ref"]}, 2),
        ({"customer": theirs.things["new_customer"], "program": walk.things["program_ref"]}, 2),
    ):
        response = dario.post(("/visits", "/redemptions", "/cards")[path], body)
        assert refusal(response)[0] == 404, (path, body)


def test_lists_show_nothing_of_another_shop(walk: Walk, dario: Caller) -> None:
    mine = done_refs(dario.get("/programs").get_json())
    assert mine == set(dario.shop.programs.values())
    for path in ("/customers", "/visits"):
        assert dario.get(path).get_json()["items"] == [], path
    assert dario.post("/customers/search", {"q": "Carla"}).get_json()["items"] == []


def done_refs(page: dict[str, Any]) -> set[str]:
    """The refs of a page."""
    return {item["ref"] for item in page["items"]}


def test_a_field_that_nobody_knows_is_refused_everywhere(walk: Walk) -> None:
    for operation in OPERATIONS:
        if operation.contract.body is None:
            continue
        body = {**bodies(walk.things)[operation.name], "role": "owner"}
        response = walk.send(operation, body=body)
        assert refusal(response) == (422, "invalid"), operation.name
        assert "role" in response.get_json()["fields"], operation.name


def test_a_revoked_key_opens_nothing(walk: Walk) -> None:
    from loyalty.merchants import keys
    from tests.builders import NOW

    database, shop = walk.caller.shop.database, walk.caller.shop
    presented = walk.caller.headers["Authorization"].partition(" ")[2]
    with database.write() as session:
        facts = keys.find_key(session, presented=presented)
        assert facts is not None
        keys.revoke_key(session, merchant_id=shop.merchant_id, key_id=facts.key_id, at=NOW)
    assert refusal(walk.caller.get("/visits")) == (401, "unauthenticated")


def _unknown(things: dict[str, str]) -> dict[str, str]:
    """Refs of the same shape that name nothing."""
    refs = {name: f"{value[:4]}{'0' * 26}" for name, value in things.items() if value[3:4] == "_"}
    return {**refs, "code": "0000000000"}


def _without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}
