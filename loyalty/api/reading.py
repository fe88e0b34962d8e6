"""Reading bodies strictly: JSON as RFC 8259 says, each name once, no numbers that are none."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from flask import Request, g, request
from marshmallow import Schema, ValidationError
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from loyalty.core.errors import BadJson, Invalid, KeyMissing
from loyalty.core.text import Text
from loyalty.counter import requests
from loyalty.ledger.state import Intent
from loyalty.web.fields import spoken
from loyalty.web.locale import pick

KEY_LETTERS_MAX = 255
_NUMBER_LETTERS_MAX = 40
_BAD_KEY = Text(
    f"Da 1 a {KEY_LETTERS_MAX} lettere, cifre o segni senza accenti.",
    f"From 1 to {KEY_LETTERS_MAX} letters, digits or signs without accents.",
)


class StrictParser(FlaskParser):
    """Webargs with our reader, and our errors instead of its own."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": "raise", "query": "raise"}  # noqa: RUF012  # Webargs' way

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body; an absent one is an empty object where nothing in it is required."""
        body = req.get_data(cache=True)
        if not body and not any(field.required for field in schema.fields.values()):
            return missing
        if req.mimetype != "application/json":
            raise UnsupportedMediaType
        g.body = parse(body)
        return g.body

    def _on_validation_error(self, error: ValidationError, *_args: Any, **_more: Any) -> NoReturn:
        raise Invalid(spoken(error.messages, pick)) from error


def parse(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises BadJson."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_no_name_twice,
            parse_float=_decimal,
            parse_constant=_refuse_constant,
        )
        if "\\ud" in text or "\\uD" in text:
            # Half of a surrogate pair is not a character, and no database would keep it.
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise BadJson from error
    return value


def intent() -> Intent:
    """What the caller means to do once: the key, and a digest of route, path and body.

    Raises KeyMissing, and Invalid for a key that is too long or not plain ASCII.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise KeyMissing
    if len(key) > KEY_LETTERS_MAX or not key.isascii() or not key.isprintable():
        raise Invalid({"Idempotency-Key": [pick(_BAD_KEY)]})
    route = request.url_rule.rule if request.url_rule else ""
    said = [request.method, route, request.view_args, g.get("body", {})]
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return requests.intent(key, canonical)


def optional_intent() -> Intent | None:
    """The same for what moves nothing: without a key it is simply done."""
    return intent() if "Idempotency-Key" in request.headers else None


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > _NUMBER_LETTERS_MAX:
        raise ValueError("too many digits")
    return Decimal(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
