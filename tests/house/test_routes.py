"""Every route of the product: who may, what a forged form gets, and the headers on each answer."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from loyalty.app import create_app
from loyalty.core import db
from loyalty.core.settings import Settings
from loyalty.merchants.keys import SCOPES
from loyalty.merchants.roles import Permission
from loyalty.web.guard import guard_of
from tests.builders import PASSWORD, Shop

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture
def app(settings: Settings, database: db.Database) -> Flask:
    """The whole product."""
    return create_app(settings, database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


def routes(app: Flask) -> Iterator[Rule]:
    """Every rule of the URL map."""
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 50
    yield from rules


def address(rule: Rule) -> str:
    """The rule with something in each gap that is nobody's."""
    return rule.build(dict.fromkeys(rule.arguments, "x"))[1]


def test_every_route_says_who_may(app: Flask) -> None:
    words = {"staff": set(Permission), "key": set(SCOPES)}
    for rule in routes(app):
        guard = guard_of(app.view_functions[rule.endpoint])
        assert guard is not None, rule.rule
        if guard.kind == "public":
            assert len(guard.needs[0].split()) >= 3, f"{rule.rule} is open without a reason"
        else:
            assert set(guard.needs) <= words[guard.kind], rule.rule
            assert guard.needs or guard.kind == "staff", rule.rule


def test_the_api_is_opened_by_keys_and_the_pages_by_people(app: Flask) -> None:
    for rule in routes(app):
        guard = guard_of(app.view_functions[rule.endpoint])
        assert guard is not None
        is_api = rule.rule.startswith("/api/") and rule.rule != "/api/v1/openapi.json"
        assert (guard.kind == "key") is is_api, rule.rule


def test_a_route_without_a_guard_does_not_answer(app: Flask) -> None:
    app.add_url_rule("/naked", "naked", lambda: "in")
    response = app.test_client().get("/naked")
    assert response.status_code == 500
    assert b"in" not in response.data.split()


def test_a_form_without_our_token_is_refused_everywhere(app: Flask, client: FlaskClient) -> None:
    refused, open_to_all = 0, set()
    for rule in routes(app):
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard is None or guard.kind == "key":
            continue
        if guard.from_anywhere:
            open_to_all.add(rule.rule)
            continue
        for method in set(UNSAFE) & (rule.methods or set()):
            response = client.open(address(rule), method=method)
            assert response.status_code == 400, (method, rule.rule)
            refused += 1
    assert refused >= 10
    assert open_to_all == {"/u/<token>"}  # mail programs press it, and no cookie counts there


def test_a_form_from_another_site_is_refused_though_its_token_is_ours(
    client: FlaskClient, shop: Shop
) -> None:
    form = {"email": shop.owner_email, "password": PASSWORD, "csrf_token": token(client)}
    for header, value in (
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "http://localhost.evil.example"),
    ):
        response = client.post("/sign-in", data=form, headers={header: value})
        assert response.status_code == 400, (header, value)
    # Under our Referrer-Policy a browser says `Origin: null` about our own forms.
    for header, value in (("Origin", "null"), ("Sec-Fetch-Site", "same-origin")):
        response = client.post("/sign-in", data=form, headers={header: value})
        assert response.status_code == 303, (header, value)
        form["csrf_token"] = token(client)


def token(client: FlaskClient) -> str:
    """The token of the form that the sign-in page shows to this browser."""
    client.get("/sign-out")
    page = client.get("/sign-in").text
    if 'name="csrf_token"' not in page:
        page = client.get("/portal/").text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_every_answer_carries_the_headers_of_the_house(app: Flask, client: FlaskClient) -> None:
    paths = [address(rule) for rule in routes(app) if "GET" in (rule.methods or ())]
    for path in [*paths, "/nothing", "/api/v1/nothing", "/static/nothing.js"]:
        with client.get(path) as response:
            headers = response.headers
        policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
        assert policy >= POLICY, path
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert headers["X-Request-Id"], path
        assert ("camera=(self)" in headers["Permissions-Policy"]) is path.startswith("/till"), path
        if "/static/" not in path:
            assert headers["Cache-Control"] == "no-store", path


def test_behind_https_the_cookie_is_locked_and_browsers_stay_on_https(
    settings: Settings, database: db.Database
) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, public_url="https://card.example.it"), database)
    client = app.test_client()
    response = client.get("/sign-in", base_url="https://card.example.it")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-loyalty=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]


def test_the_workers_that_read_codes_may_compile_what_reads_them_and_nothing_else_may(
    client: FlaskClient,
) -> None:
    from loyalty.assets import manifest

    for name, built in manifest().items():
        with client.get(f"/static/dist/{built}") as response:
            policy = response.headers["Content-Security-Policy"]
            kind = response.headers["Content-Type"]
        assert ("'wasm-unsafe-eval'" in policy) is name.startswith("scan-worker"), name
        assert "'unsafe-eval'" not in policy
        assert kind == "application/wasm" or not name.endswith(".wasm")


def test_built_files_are_kept_for_ever_and_come_compressed(app: Flask, client: FlaskClient) -> None:
    from loyalty.assets import manifest

    path = f"/static/dist/{manifest()['till.css']}"
    for accepted, used in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
        with client.get(path, headers={"Accept-Encoding": accepted}) as response:
            assert response.status_code == 200
            assert response.headers.get("Content-Encoding") == used
            assert response.headers["Content-Type"].startswith("text/css")
            assert "immutable" in response.headers["Cache-Control"]
            assert "Cookie" not in response.headers["Vary"]


def test_static_files_stay_in_their_folder(client: FlaskClient) -> None:
    for path in ("../pyproject.toml", "%2e%2e/pyproject.toml", "dist/../../pyproject.toml"):
        assert client.get(f"/static/{path}").status_code == 404


def test_a_process_that_answers_is_healthy_and_ready_when_the_database_writes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loyalty.web import health

    monkeypatch.setattr(health, "_kept", None)
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["schema"]) == (200, True)
    monkeypatch.setattr(health, "_kept", None)
    monkeypatch.setattr(health, "_takes_writes", lambda: False)
    shut = client.get("/readyz")
    assert (shut.status_code, shut.get_json()["database"]) == (503, False)
    assert client.get("/healthz").status_code == 200


def test_no_link_leads_away_from_the_shop_after_signing_in() -> None:
    from loyalty.web.locale import relative_path

    assert relative_path("/till/?a=1") == "/till/?a=1"
    for away in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/a\\b",
        "",
    ):
        assert relative_path(away) is None, away


def test_the_log_names_the_route_and_never_the_path_or_the_person(
    client: FlaskClient, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    import json

    from loyalty.web.observe import JsonLines

    card = shop.card(name="Carla", email="carla@example.it")
    with caplog.at_level("INFO", logger="loyalty"):
        client.get(f"/c/{card.ref}?name=Carla")
        client.get(f"/C/{card.token}")
        key = shop.api_key()
        body = {"scan": card.code, "amount": {"amount_minor": 100, "currency": "EUR"}}
        client.post("/api/v1/visits", json=body, headers={"Authorization": f"Bearer {key}"})
    lines = [JsonLines().format(record) for record in caplog.records]
    said = "\n".join(lines)
    for secret in (card.ref, card.token, card.code, "Carla", "carla@example.it", key):
        assert secret not in said
    routes_seen = {json.loads(line).get("route") for line in lines}
    assert {"/c/<card_ref>", "/C/<token>", "/api/v1/visits"} <= routes_seen


def test_a_fault_of_ours_says_nothing_about_itself(
    app: Flask, client: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loyalty.counter import history

    def broken(*_: object, **__: object) -> None:
        raise ValueError("carla@example.it")

    monkeypatch.setattr(history, "page", broken)
    headers = {"Authorization": f"Bearer {shop.api_key()}"}
    response = client.get("/api/v1/visits", headers=headers)
    assert response.status_code == 500
    assert response.get_json()["code"] == "internal"
    assert "carla" not in response.text
    assert "Traceback" not in response.text
