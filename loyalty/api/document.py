"""The OpenAPI 3.1 document, for whoever asks."""

import json
from functools import cache
from typing import Any

from flask import Blueprint, Response

from loyalty.web import guard

blueprint = Blueprint("api_document", __name__)


@blueprint.get("/api/v1/openapi.json")
@guard.public("the contract itself holds nothing of any shop")
def openapi() -> Response:
    """The document."""
    return Response(json.dumps(build()), mimetype="application/json")


@cache
def build() -> dict[str, Any]:
    """The whole document as plain values, the same at each call."""
    from loyalty.api import gathering  # noqa: PLC0415  # slow, and seldom asked for

    return gathering.gather()
