"""Operations declare all of a contract; what it asks for is read before they are called."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, request
from marshmallow import Schema
from werkzeug.routing import BaseConverter

from loyalty.api.reading import StrictParser
from loyalty.core.errors import LoyaltyError
from loyalty.web import guard
from loyalty.web.kit import BODY_BYTES_MAX


class CustomerConverter(BaseConverter):
    """A customer's ref in a path; `search` is an operation beside it, not somebody's ref."""

    regex = "(?!search$)[^/]+"


View = TypeVar("View", bound=Callable[..., Response])
PATH_PREFIX = "/api/v1"
_PARSER = StrictParser()


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


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a rule, the view that answers, and what it declares."""

    method: str
    rule: str
    view: Callable[..., Response]
    contract: Contract


class Section:
    """A group of operations on one thing: `@section.call("POST", "/visits", CONTRACT)`."""

    def __init__(self, name: str, about: str) -> None:
        self.blueprint = Blueprint(f"api_{name}", __name__, url_prefix=PATH_PREFIX)
        self.name, self.about = name, about
        self.operations: list[Operation] = []

    def call(self, method: str, rule: str, contract: Contract) -> Callable[[View], View]:
        """Declare the operation: guard, arguments, answer, errors and its place in the document."""

        def decorate(view: View) -> View:
            wrapped: Any = view
            for schema, location in ((contract.query, "query"), (contract.body, "json")):
                if schema is not None:
                    wrapped = _PARSER.use_args(schema(), location=location)(wrapped)
            wrapped = guard.key(contract.scope)(_allowing(contract.body_bytes_max, wrapped))
            self.blueprint.add_url_rule(rule, view_func=wrapped, methods=[method])
            self.operations.append(Operation(method, rule, view, contract))
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


def answer(body: dict[str, Any], status: int = 200, *, replayed: bool = False) -> Response:
    """A JSON answer; `replayed` says that it was given before."""
    # Sorted, as answers are kept: a replay is the same to the byte.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    response = Response(text, status, mimetype="application/json")
    if replayed:
        response.headers["Idempotent-Replay"] = "true"
    return response
