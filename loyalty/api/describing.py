"""What an operation's contract says, in the words of OpenAPI, gathered by Flask-smorest."""

from http import HTTPStatus
from typing import Any

from flask_smorest import Blueprint

from loyalty.api.operation import PATH_PREFIX, Contract, Operation, Section
from loyalty.api.reading import KEY_LETTERS_MAX
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
from loyalty.web.problems import MEDIA_TYPE, status_of

PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
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


def blueprint(section: Section) -> Any:
    """The section as Flask-smorest reads it; it is never served."""
    found: Any = Blueprint(
        f"api_{section.name}", __name__, url_prefix=PATH_PREFIX, description=section.about
    )
    for operation in section.operations:
        _add(found, section.name, operation)
    return found


def _add(found: Any, section: str, operation: Operation) -> None:
    contract, view = operation.contract, operation.view
    described: Any = view
    if contract.query is not None:
        described = found.arguments(contract.query, location="query")(described)
    if contract.body is not None:
        body = contract.body()
        described = found.arguments(body, location="json", required=_is_needed(body))(described)
    described = found.response(
        contract.status, contract.answer, headers=_REPLAY_HEADER if contract.takes_key else None
    )(described)
    described = found.doc(**_described(section, operation))(described)
    found.route(
        operation.rule,
        methods=[operation.method],
        parameters=_path_parameters(operation.rule),
        tags=[section],
    )(described)


def _is_needed(body: Any) -> bool:
    document = getattr(body.Meta, "document", {})
    return "minProperties" in document or any(part.required for part in body.fields.values())


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


def _described(section: str, operation: Operation) -> dict[str, Any]:
    contract = operation.contract
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
        "operationId": f"{section}.{operation.view.__name__}",
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


SEGMENT_KEY = "^[a-z0-9][a-z0-9_-]{0,39}$"
_LETTERS = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_PREFIXES = {
    "customer": "cus",
    "card": "crd",
    "visit": "vis",
    "redemption": "red",
    "program": "prg",
    "payout": "pay",
    "import": "imp",
    "campaign": "cmp",
}


def _pattern_of(name: str) -> str:
    if name == "number":
        return "^[1-9][0-9]{0,5}$"
    if name == "cause_key":
        return "^[a-z][a-z0-9_-]{0,31}$"
    if name == "segment_key":
        return SEGMENT_KEY
    if name == "code":
        return "^[0-9A-HJKMNP-TV-Z]{10}$"
    return f"^{_PREFIXES[name.removesuffix('_ref')]}_{_LETTERS}$"
