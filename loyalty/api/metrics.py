"""The figures of the shop for other programs."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from loyalty.analytics import metrics, standing
from loyalty.analytics.metrics import Figures, Metric
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.receipt_answers import (
    LETTERS,
    BilingualAnswer,
    day_field,
    moment_field,
    ref_field,
    text_field,
    whole_field,
)
from loyalty.core import clock
from loyalty.merchants import places
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Day, Line, described

section = Section("metrics", "Figures of the shop, each with its definition.")
_PLACES = 4
PeriodQuery = described(
    Body.from_dict(
        {
            "from": Day(),
            "to": Day(),
            "location": Line((30, 30), pattern=f"loc_{LETTERS}"),
        },
        name="PeriodQuery",
    ),
    "Which days, both included; without them the last 90. A location counts as if it were alone.",
)


def _number() -> fields.Float:
    return fields.Float(required=True, allow_none=True)


class MetricAnswer(Schema):
    """One figure; rates are in percent, money in minor units.

    `low` and `high` are its 95 % interval where it estimates. Without a value `note` says why.
    """

    value = _number()
    n = whole_field()
    low = _number()
    high = _number()
    definition = fields.Nested(BilingualAnswer, required=True)
    previous = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "the same for as many days right before"},
    )
    note = fields.Nested(BilingualAnswer, required=True, allow_none=True)
    parts = fields.Dict(required=True, metadata={"description": "what it is made of"})


_Period = Schema.from_dict(
    {
        "from": day_field(),
        "to": day_field(),
        "location": ref_field("loc", nullable=True),
        "as_of": moment_field(),
        "currency": text_field(),
        "metrics": fields.Dict(
            keys=fields.String(), values=fields.Nested(MetricAnswer), required=True
        ),
    },
    name="MetricsAnswer",
)
MetricsAnswer = described(_Period, "Every figure of a period, by its name.")


@section.call(
    "GET",
    "/metrics",
    Contract(scope="metrics:read", query=PeriodQuery, answer=MetricsAnswer, unknown=("location",)),
)
def get_metrics(query: dict[str, Any]) -> Response:
    """Get the figures of a period; days after today are not there yet."""
    session, merchant_id, at = reads.session(), guard.duty().merchant_id, clock.now()
    location_id = None
    if "location" in query:
        location_id = places.find_location(
            session, merchant_id=merchant_id, location_ref=query["location"]
        )
    shop = standing.shop(session, merchant_id=merchant_id)
    period = metrics.period_of(
        first_on=query.get("from"), last_on=query.get("to"), today=shop.today(at)
    )
    found = metrics.lately(session, merchant_id=merchant_id, period=period, location_id=location_id)
    about = {
        "location": query.get("location"),
        "as_of": clock.rfc3339(at - timedelta(seconds=round(found.age_s))),
        "currency": shop.currency,
    }
    return answer({**about, **_shown(found)})


def _shown(found: Figures) -> dict[str, Any]:
    return {
        "from": found.first_on.isoformat(),
        "to": found.last_on.isoformat(),
        "metrics": {key: _metric(one) for key, one in found.metrics.items()},
    }


def _metric(one: Metric) -> dict[str, Any]:
    return {
        **{name: _plain(getattr(one, name)) for name in ("value", "n", "low", "high", "previous")},
        "definition": one.definition.as_dict(),
        "note": one.note.as_dict() if one.note else None,
        "parts": _plain(one.parts),
    }


def _plain(value: Any) -> Any:
    """Numbers as JSON has them: whole ones whole, others to four decimals."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else round(float(value), _PLACES)
    return round(value, _PLACES) if isinstance(value, float) else value
