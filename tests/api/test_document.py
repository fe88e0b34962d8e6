"""The OpenAPI document: complete, current, and no wider than what the API answers."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from loyalty.api import document
from loyalty.core import db, errors
from tests.api.caller import Caller
from tests.api.conftest import Hands
from tests.api.letters import letters_refused
from tests.api.routes import (
    OPERATIONS,
    PAYOUT,
    SALES_CSV,
    Operation,
    Walk,
    in_a_useful_order,
    merged_away,
)
from tests.builders import STAMPS

KEPT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def documented() -> dict[str, dict[str, Any]]:
    """Every operation of the document by its name."""
    paths = document.build()["paths"]
    return {one.name: paths[one.documented][one.method.lower()] for one in OPERATIONS}


def test_the_kept_document_is_the_current_one(app: Flask) -> None:
    assert json.loads(KEPT.read_text("utf-8")) == document.build()


def test_the_document_is_served_to_everybody(aurora: Caller, app: Flask) -> None:
    response = aurora.client.get("/api/v1/openapi.json")
    assert response.get_json() == document.build()
    assert response.get_json()["openapi"].startswith("3.1")


def test_every_route_of_the_api_is_in_the_document_and_nothing_else(app: Flask) -> None:
    routes = {
        (str(rule.rule).replace("<customer:", "<").replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if str(rule.rule).startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {
        (path, method.upper())
        for path, operations in document.build()["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert told == routes


def test_every_operation_says_who_may_and_has_a_sentence(app: Flask) -> None:
    operations = documented()
    for one in OPERATIONS:
        told = operations[one.name]
        assert told["security"] == [{"key": [one.contract.scope]}], one.name
        assert told["summary"].endswith((".", "in.")), one.name
        headers = [part["name"] for part in told.get("parameters", []) if part["in"] == "header"]
        assert headers == (["Idempotency-Key"] if one.contract.takes_key else []), one.name


def test_every_schema_has_a_sentence(app: Flask) -> None:
    schemas = document.build()["components"]["schemas"]
    silent = [name for name, told in schemas.items() if not told.get("description")]
    assert silent == []


def test_every_body_is_closed_and_bounded(app: Flask) -> None:
    schemas = document.build()["components"]["schemas"]
    sent = _named_in([one.get("requestBody") for one in documented().values()], schemas)
    assert {"VisitBody", "LineBody", "Version", "Reward"} <= sent
    for name in sent:
        assert schemas[name]["additionalProperties"] is False, name
        for field, told in schemas[name]["properties"].items():
            kinds = told.get("type", [])
            if "integer" in kinds or "number" in kinds:
                assert {"minimum", "maximum"} <= told.keys(), (name, field)
            if "string" in kinds and "format" not in told and "enum" not in told:
                assert {"pattern", "maxLength"} <= told.keys(), (name, field)
            if "array" in kinds:
                assert "maxItems" in told, (name, field)


def _named_in(part: Any, schemas: dict[str, Any]) -> set[str]:
    """The names of all schemas that a part of the document refers to, at any depth."""
    found: set[str] = set()
    open_parts = [part]
    while open_parts:
        inner = open_parts.pop()
        if isinstance(inner, list):
            open_parts += inner
        elif isinstance(inner, dict):
            name = str(inner.get("$ref", "")).rpartition("/")[2]
            open_parts += [schemas[name]] if name and name not in found else inner.values()
            found |= {name} - {""}
    return found


class Provoked:
    """Which statuses each operation has answered."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.seen: dict[str, set[str]] = defaultdict(set)

    def send(self, operation: Operation, **changes: Any) -> None:
        """Send and remember."""
        response = self.walk.send(operation, **changes)
        self.seen[operation.name].add(str(response.status_code))

    def everywhere(self, **changes: Any) -> None:
        """Send to every operation."""
        for operation in OPERATIONS:
            self.send(operation, **changes)


def test_every_documented_status_can_be_provoked_and_no_other(
    aurora: Caller, app: Flask, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    provoked = Provoked(Walk(aurora))
    _provoke_at_the_door(provoked, aurora)
    _provoke_refusals(provoked, aurora)
    for name, changes in letters_refused(aurora, provoked.walk.things):
        provoked.send(next(one for one in OPERATIONS if one.name == name), **changes)
    with monkeypatch.context() as narrow:
        narrow.setattr("loyalty.api.imports.STEPS_MAX", 0)
        undo = "POST /imports/<import_ref>/undo"
        provoked.send(next(one for one in OPERATIONS if one.name == undo))
    for operation in in_a_useful_order():
        provoked.send(operation)
    with monkeypatch.context() as broken:
        broken.setattr("loyalty.imports.patience.time.sleep", lambda _seconds: None)
        broken.setattr(db.Database, "read", _busy)
        broken.setattr(db.Database, "write", _busy)
        broken.setattr("loyalty.web.reads.session", _busy)
        provoked.everywhere()
    told = {name: set(one["responses"]) for name, one in documented().items()}
    assert dict(provoked.seen) == told


def _busy(*_: object) -> None:
    raise errors.Busy


def _provoke_at_the_door(provoked: Provoked, aurora: Caller) -> None:
    nobody = Caller(aurora.client, aurora.shop, None)
    powerless = Caller(aurora.client, aurora.shop, aurora.shop.api_key("webhooks:read"))
    provoked.everywhere(caller=nobody)
    provoked.everywhere(caller=powerless)
    things = {name: "x" for name in provoked.walk.things if name != "card_code"}
    for operation in OPERATIONS:
        if operation.has_things:
            provoked.send(operation, things=things)
        if operation.contract.body is not None:
            provoked.send(operation, raw=b"{")
            provoked.send(operation, raw=b"{}", mime="text/plain")
            provoked.send(operation, raw=b'{"x": 1}')
            provoked.send(operation, raw=b" " * (operation.contract.body_bytes_max + 1))
        elif operation.contract.query is not None:
            path = "/api/v1" + operation.path(provoked.walk.things)
            response = aurora.client.get(f"{path}?limit=0", headers=aurora.headers)
            provoked.seen[operation.name].add(str(response.status_code))


def _provoke_refusals(provoked: Provoked, aurora: Caller) -> None:
    """The 404 and 409 that lie in a body or in what has happened before."""
    by_name = {one.name: one for one in OPERATIONS}
    things = provoked.walk.things
    bare, blocked = aurora.shop.card(), aurora.shop.card()
    gone = provoked.walk.caller.shop.card()
    aurora.post(f"/cards/{blocked.ref}/block", {"reason": "x"})
    money = {"amount_minor": 100, "currency": "EUR"}
    visit = aurora.pay(gone, 1000).get_json()["ref"]
    aurora.post(f"/visits/{visit}/void", {"reason": "x"})
    spent = _spent_redemption(aurora)
    taken, merged = {"external_ref": "crm-7"}, {"customer_ref": merged_away(aurora)}
    aurora.post("/customers", taken)
    draft = aurora.post("/programs", {"name": "d", "version": STAMPS}).get_json()["ref"]
    for name, changes in (
        ("POST /customers", {"body": taken}),
        ("PATCH /customers/<customer:customer_ref>", {"body": taken}),
        ("DELETE /customers/<customer:customer_ref>", {"things": merged}),
        ("POST /customers/<customer:customer_ref>/consents", {"things": merged}),
        ("POST /cards", {"body": {"customer": bare.customer, "program": "prg_" + "0" * 26}}),
        ("POST /cards", {"body": {"customer": bare.customer, "program": _points(aurora)}}),
        (
            "POST /cards/<card_ref>/adjustments",
            {"body": {"unit": "points", "units": -9999, "reason": "x"}},
        ),
        ("POST /visits", {"body": {"scan": "x", "amount": money}}),
        ("POST /visits", {"body": {"scan": blocked.code, "amount": money}}),
        ("POST /visits/<visit_ref>/refunds", {"things": {"visit_ref": visit}}),
        ("POST /visits/<visit_ref>/void", {"things": {"visit_ref": visit}}),
        ("POST /redemptions", {"body": {"scan": "x", "reward": "breakfast"}}),
        ("POST /redemptions", {"body": {"scan": bare.code, "reward": "breakfast"}}),
        ("POST /redemptions/<redemption_ref>/fulfil", {"things": spent}),
        ("POST /redemptions/<redemption_ref>/cancel", {"things": spent}),
        ("POST /vouchers/<code>/use", {"things": spent}),
        (
            "POST /programs/<program_ref>/versions/<number>/publish",
            {"things": {"program_ref": things["program_ref"], "number": "1"}},
        ),
        ("POST /programs/<program_ref>/pause", {"things": {"program_ref": draft}}),
        ("POST /programs/<program_ref>/resume", {"things": {"program_ref": draft}}),
    ):
        provoked.send(by_name[name], **changes)
    _provoke_corrections(provoked, aurora, {"program_ref": draft}, {"visit_ref": visit})
    _provoke_in_queries(provoked, aurora)


def _provoke_in_queries(provoked: Provoked, aurora: Caller) -> None:
    """What is not there, named after the question mark; and a segment's key that is taken."""
    for path, query in (
        ("/customers", {"segment": "gone"}),
        ("/metrics", {"location": "loc_" + "0" * 26}),
    ):
        provoked.seen[f"GET {path}"].add(str(aurora.get(path, **query).status_code))
    taken = {"name": "x", "key": "lapsed", "audience": {"segment": "lost"}}
    provoked.send(next(one for one in OPERATIONS if one.name == "POST /segments"), body=taken)


def _provoke_corrections(
    provoked: Provoked, aurora: Caller, draft: dict[str, str], voided: dict[str, str]
) -> None:
    by_name = {one.name: one for one in OPERATIONS}
    things, alone = provoked.walk.things, aurora.shop.card().customer
    whom = "/customers/<customer:customer_ref>"
    for name, changes in (
        ("POST /programs/<program_ref>/lengthen", {"things": draft}),
        (
            "GET /programs/<program_ref>/versions/<number>/preview",
            {"things": {**draft, "number": "1"}},
        ),
        ("POST /payouts/<payout_ref>/cancel", {"things": _cancelled_payout(aurora)}),
        ("POST /visits/<visit_ref>/move", {"things": voided}),
        ("POST /cards/<card_ref>/restore", {"things": {"card_ref": aurora.shop.card().ref}}),
        ("POST /imports/sales", {"body": {"csv": SALES_CSV, "program": "prg_" + "0" * 26}}),
        (f"POST {whom}/unmerge", {"things": {"customer_ref": alone}}),
        (f"POST {whom}/merge", {"body": {"into": things["customer_ref"]}}),
    ):
        provoked.send(by_name[name], **changes)


def _cancelled_payout(aurora: Caller) -> dict[str, str]:
    payout = aurora.post("/causes/rifugio/payouts", PAYOUT).get_json()["ref"]
    aurora.post(f"/payouts/{payout}/cancel", {"reason": "x"})
    return {"payout_ref": payout}


def _spent_redemption(aurora: Caller) -> dict[str, str]:
    card = aurora.shop.card()
    aurora.pay(card, 2000)
    body = {"scan": card.code, "reward": "breakfast"}
    receipt = aurora.post("/redemptions", body).get_json()
    aurora.post(f"/redemptions/{receipt['ref']}/cancel", {"reason": "x"})
    return {"redemption_ref": receipt["ref"], "code": receipt["vouchers"][0]["code"]}


def _points(aurora: Caller) -> str:
    return aurora.shop.programs["points"]
