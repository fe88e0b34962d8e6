"""An audience in a body: what it may hold, for the document, and where it is read."""

from typing import Any

from marshmallow import fields

from loyalty.analytics.conditions import CHOICES_MAX, LIST_MAX
from loyalty.analytics.values import LETTERS_MAX, WHOLE_MAX
from loyalty.web.fields import Spoken, wrong

_REF = {"$ref": "#/components/schemas/Audience"}
# Not by reference: what leads back to itself, generators of requests cannot follow.
_AGAIN = {"type": "object", "description": "an audience again"}
_LIST = {"type": "array", "items": _AGAIN, "minItems": 1, "maxItems": LIST_MAX}
_FIELDS = (
    "^(state|visits|spend_minor|last_visit_days|units\\.[a-z][a-z0-9_-]{0,31}|tier"
    "|birthday_in_days|location|source|bought\\.(sku|category)|nps|tag"
    "|consent\\.(program|profiling|marketing|tracking)|joined_days)$"
)
_ONE: list[dict[str, Any]] = [
    {"type": "string", "maxLength": LETTERS_MAX},
    {"type": "integer", "minimum": -WHOLE_MAX, "maximum": WHOLE_MAX},
    {"type": "boolean"},
]
AUDIENCE: dict[str, Any] = {
    "type": "object",
    "description": "Who is meant: a segment; or a condition `field`, `op`, `value`; or all of,"
    " any of, and not those, nested.",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "segment": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$", "maxLength": 40},
        "all": _LIST,
        "any": _LIST,
        "not": _AGAIN,
        "field": {"type": "string", "pattern": _FIELDS, "maxLength": 40},
        "op": {"enum": ["eq", "in", "gte", "lte", "between", "set"]},
        "value": {
            "anyOf": [
                *_ONE,
                {"type": "array", "items": {"anyOf": _ONE}, "maxItems": CHOICES_MAX},
            ]
        },
    },
    "example": {"all": [{"segment": "lapsed"}, {"field": "visits", "op": "gte", "value": 5}]},
}


class AudienceField(Spoken, fields.Field[dict[str, Any]]):
    """An audience as it was written; what makes no sense in it is named where it is used."""

    document = _REF

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong("Serve un oggetto.", "An object is needed.")
        return value
