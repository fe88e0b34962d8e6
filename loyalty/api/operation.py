"""Flask-smorest's untyped decorators in one typed place: operations declare all of a contract."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.routing import BaseConverter

from loyalty.api.reading import KEY_LETTERS_MAX, StrictParser
from loyalty.core.errors import (
    BadJson,
    Busy,
    Forbidden,
    Invalid,
    KeyMissing,
    KeyReused,
    LoyaltyError,
    NotSignedIn,
)
from loyalty.web import guard
from loyalty.web.kit import BODY_BYTES_MAX
from loyalty.web.problems import MEDIA_TYPE, status_of


class CustomerConverter(BaseConverter):
    """A customer's ref in a path; `search` is an operation beside it, not somebody's ref."""

    regex = "(?!search$)[^/]+"


View = TypeVar("View", bound=Callable[..., Response])
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PATH_PREFIX = "/api/v1"
_WHAT_HTTP_SAYS = {
    413: "`too_large`: the body is larger than {kib} KiB.",
    415: "`unsupported_media_type`: the body is not `application/json`.",
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "One key for each intent: the same key and body give the first answer again.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LETTERS_MAX,
        "pattern": "^[!-~]+$",
    },
    "example": "till-7-000123",
}
_REPLAY_HEADER = {
    "Idempotent-Replay": {
        "description": "`true` when this answer was given before under the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


@dataclass(frozen=True, slots=True)
class Contract:
    """What an operation takes, gives and refuses; the document and the tests read it from here.

    `keyed`: it needs an Idempotency-Key; `may_be_keyed`: it moves nothing, but takes one.
    `unknown`: what of the request may not exist (404).
    """

    scope: str
    answer: type[Schema] | None
    status: int = 200
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    keyed: bool = False
    may_be_keyed: bool = False
    unknown: tuple[str, ...] = ()
    refusals: tuple[type[LoyaltyError], ...] = ()
    body_bytes_max: int = BODY_BYTES_MAX

    @property
    def takes_key(self) -> bool:
        """Whether the same key gives the same answer."""
        return self.keyed or self.may_be_keyed


class Section:
    """A group of operations on one thing: `@section.call("POST", "/visits", CONTRACT)`."""

    def __init__(self, name: str, about: str) -> None:
        self.blueprint: Any = Blueprint(
            f"api_{name}", __name__, url_prefix=_PATH_PREFIX, description=about
        )
        self.blueprint.ARGUMENTS_PARSER = StrictParser()
        self.name = name
        self.contracts: dict[str, Contract] = {}

    def call(self, method: str, rule: str, contract: Contract) -> Callable[[View], View]:
        """Declare the operation: guard, arguments, answer, errors and its place in the document."""
        blueprint = self.blueprint

        def decorate(view: View) -> View:
            wrapped: Any = view
            if contract.query is not None:
                wrapped = blueprint.arguments(contract.query, location="query")(wrapped)
            if contract.body is not None:
                body = contract.body()
                wrapped = blueprint.arguments(body, location="json", required=_is_needed(body))(
                    wrapped
                )
            wrapped = blueprint.response(
                contract.status,
                contract.answer,
                headers=_REPLAY_HEADER if contract.takes_key else None,
            )(wrapped)
            wrapped = blueprint.doc(**_described(self.name, view, contract))(wrapped)
            wrapped = guard.key(contract.scope)(_allowing(contract.body_bytes_max, wrapped))
            parameters = _path_parameters(rule)
            blueprint.route(rule, methods=[method], parameters=parameters, tags=[self.name])(
                wrapped
            )
            self.contracts[f"{method} {rule}"] = contract
            return cast(View, wrapped)

        return decorate


def _allowing(body_bytes_max: int, view: View) -> View:
    """Let a body of that size in; most operations need no more than every page."""
    if body_bytes_max == BODY_BYTES_MAX:
        return view

    @wraps(view)
    def wrapped(*given: Any, **named: Any) -> Response:
        request.max_content_length = body_bytes_max
        return view(*given, **named)

    return cast(View, wrapped)


def _is_needed(body: Any) -> bool:
    document = getattr(body.Meta, "document", {})
    return "minProperties" in document or any(part.required for part in body.fields.values())


def answer(body: dict[str, Any], status: int = 200, *, replayed: bool = False) -> Response:
    """A JSON answer; `replayed` says that it was given before."""
    # Sorted, as answers are kept: a replay is the same to the byte.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    response = Response(text, status, mimetype="application/json")
    if replayed:
        response.headers["Idempotent-Replay"] = "true"
    return response


def statuses(contract: Contract) -> dict[int, list[str]]:
    """Every error status of an operation with the codes that may come with it."""
    found: dict[int, list[str]] = {}
    for error in _refusals(contract):
        found.setdefault(status_of(error), []).append(error.code)
    for thing in contract.unknown:
        found.setdefault(404, []).append(f"unknown_{thing}")
    return found


def _refusals(contract: Contract) -> list[type[LoyaltyError]]:
    always: list[type[LoyaltyError]] = [NotSignedIn, Forbidden, Busy]
    if contract.body is not None:
        always.append(BadJson)
    if contract.body is not None or contract.query is not None:
        always.append(Invalid)
    if contract.keyed:
        always.append(KeyMissing)
    if contract.takes_key:
        always.append(KeyReused)
    return [*always, *(error for error in contract.refusals if error not in always)]


def _described(section: str, view: Callable[..., Response], contract: Contract) -> dict[str, Any]:
    responses: dict[int, Any] = {
        status: {
            "description": ", ".join(f"`{code}`" for code in codes),
            "content": PROBLEM,
            **_headers_of(status),
        }
        for status, codes in sorted(statuses(contract).items())
    }
    if contract.body is not None:
        for status, words in _WHAT_HTTP_SAYS.items():
            said = words.format(kib=contract.body_bytes_max // 1024)
            responses[status] = {"description": said, "content": PROBLEM}
    described: dict[str, Any] = {
        "operationId": f"{section}.{view.__name__}",
        "security": [{"key": [contract.scope]}],
        "responses": responses,
    }
    if contract.takes_key:
        described["parameters"] = [{**_KEY_HEADER, "required": contract.keyed}]
    return described


def _headers_of(status: int) -> dict[str, Any]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}}}}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return {"headers": {"Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}}}}
    return {}


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    names = [part[1:-1].split(":")[-1] for part in rule.split("/") if part.startswith("<")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": _pattern_of(name)},
        }
        for name in names
    ]


_LETTERS = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_PREFIXES = {
    "customer": "cus",
    "card": "crd",
    "visit": "vis",
    "redemption": "red",
    "program": "prg",
    "payout": "pay",
    "import": "imp",
}


def _pattern_of(name: str) -> str:
    if name == "number":
        return "^[1-9][0-9]{0,5}$"
    if name == "cause_key":
        return "^[a-z][a-z0-9_-]{0,31}$"
    if name == "code":
        return "^[0-9A-HJKMNP-TV-Z]{10}$"
    return f"^{_PREFIXES[name.removesuffix('_ref')]}_{_LETTERS}$"
