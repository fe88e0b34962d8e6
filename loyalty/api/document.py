"""The OpenAPI 3.1 document: what Flask-smorest gathered, and the parts that hold for all of it."""

import json
from functools import cache
from typing import Any

from apispec import BasePlugin
from flask import Blueprint, Flask, Response, current_app

from loyalty.web import guard

TITLE = "Loyalty"
_ABOUT = """Points, stamps and rewards for other programs.

Send `Authorization: Bearer lp_…`. Bodies are JSON in UTF-8, at most 64 KiB; unknown fields are
refused. Money is in minor units of the shop's currency, times are RFC 3339. Lists hold `items` and
`next`, the cursor of the next page or null. Every POST that moves units or makes a card needs an
`Idempotency-Key`: the same key and body give the first answer again, with `Idempotent-Replay:
true`; a refusal leaves the key free. Errors are `application/problem+json`; act on their `code`.
What belongs to another merchant is always 404. Every answer carries `X-Request-Id`."""
_PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457); further members are its facts, such as `fields`.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "for people, by Accept-Language: it or en"},
        "request_id": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "example": {
        "type": "urn:loyalty:problem:insufficient_units",
        "title": "Insufficient units",
        "status": 409,
        "code": "insufficient_units",
        "detail": "Not enough: 10 needed, 4 available.",
        "request_id": "5f0c1b7e9a2d4c68",
        "unit": "points",
        "needed": 10,
        "available": 4,
    },
}
blueprint = Blueprint("api_document", __name__)


@blueprint.get("/api/v1/openapi.json")
@guard.public("the contract itself holds nothing of any shop")
def openapi() -> Response:
    """The document."""
    return Response(json.dumps(build(_app())), mimetype="application/json")


class BetweenFields(BasePlugin):
    """Rules between fields, which Marshmallow cannot tell: schemas say them in `Meta.document`."""

    def schema_helper(
        self,
        name: str,  # noqa: ARG002  # apispec's own names
        definition: dict[str, Any],  # noqa: ARG002
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """What to add to the schema of that name: its sentence, and its rules."""
        schema: Any = kwargs.get("schema")
        if schema is None:
            return None
        kind: Any = schema if isinstance(schema, type) else type(schema)
        return {"description": kind.__doc__, **getattr(kind.Meta, "document", {})}


def describe_field(_converter: Any, field: Any, **_: Any) -> dict[str, Any]:
    """What a field says beyond Marshmallow's own words, in `document`."""
    found: dict[str, Any] = getattr(field, "document", {})
    return found


def describe(spec: Any) -> None:
    """Add the problem, the way in and the words on top, before the sections are registered."""
    spec.components.schema("Problem", _PROBLEM)
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.options["info"] = {"description": _ABOUT}
    spec.options["servers"] = [{"url": "/"}]


def add_itself(app: Flask, spec: Any) -> None:
    """The document is one of the operations that it describes; its blueprint is registered."""
    content = {"application/json": {"schema": {"type": "object"}}}
    get = {
        "operationId": "document.openapi",
        "summary": "Get this document.",
        "tags": ["document"],
        "security": [],
        "responses": {"200": {"description": "OpenAPI 3.1", "content": content}},
    }
    spec.path(rule=next(app.url_map.iter_rules("api_document.openapi")), operations={"get": get})


@cache
def build(app: Flask) -> dict[str, Any]:
    """The whole document as plain values, the same at each call."""
    spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
    found: dict[str, Any] = json.loads(json.dumps(spec.to_dict()))
    for unused in ("Error", "PaginationMetadata"):
        found["components"]["schemas"].pop(unused, None)
    for tag in found["tags"]:
        tag["name"] = tag["name"].removeprefix("api_")
    return found


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    return app
