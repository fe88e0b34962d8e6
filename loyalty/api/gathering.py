"""The document: what Flask-smorest gathers of the sections, and the parts that hold for all."""

import json
from typing import Any

from apispec import BasePlugin
from flask import Flask
from flask_smorest import Api

from loyalty.api import describing, document
from loyalty.api.audiences import AUDIENCE
from loyalty.api.operation import CustomerConverter
from loyalty.api.sections import SECTIONS

_TITLE = "Loyalty"
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


def gather() -> dict[str, Any]:
    """Everything, from an application of its own that serves nobody."""
    app = Flask(__name__, static_folder=None)
    app.config.update(API_TITLE=_TITLE, API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.url_map.converters["customer"] = CustomerConverter
    api: Any = Api(app, spec_kwargs={"extra_plugins": [_BetweenFields()]})
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.ma_plugin.converter.add_attribute_function(_describe_field)
    _describe(api.spec)
    for section in SECTIONS:
        api.register_blueprint(describing.blueprint(section))
    app.register_blueprint(document.blueprint)
    _add_document(api.spec, next(app.url_map.iter_rules("api_document.openapi")))
    found: dict[str, Any] = json.loads(json.dumps(api.spec.to_dict()))
    for unused in ("Error", "PaginationMetadata"):
        found["components"]["schemas"].pop(unused, None)
    for tag in found["tags"]:
        tag["name"] = tag["name"].removeprefix("api_")
    return found


class _BetweenFields(BasePlugin):
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


def _describe_field(_converter: Any, field: Any, **_: Any) -> dict[str, Any]:
    """What a field says beyond Marshmallow's own words, in `document`."""
    found: dict[str, Any] = getattr(field, "document", {})
    return found


def _describe(spec: Any) -> None:
    """Add the problem, the way in and the words on top, before the sections are registered."""
    spec.components.schema("Problem", _PROBLEM)
    spec.components.schema("Audience", AUDIENCE)
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.options["info"] = {"description": _ABOUT}
    spec.options["servers"] = [{"url": "/"}]


def _add_document(spec: Any, rule: Any) -> None:
    """It is one of the operations that it describes."""
    content = {"application/json": {"schema": {"type": "object"}}}
    get = {
        "operationId": "document.openapi",
        "summary": "Get this document.",
        "tags": ["document"],
        "security": [],
        "responses": {"200": {"description": "OpenAPI 3.1", "content": content}},
    }
    spec.path(rule=rule, operations={"get": get})
