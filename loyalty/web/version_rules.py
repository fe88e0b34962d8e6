"""The parts of a program version that earn: units, rules and their conditions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields, validates_schema

from loyalty.core.money import AMOUNT_MINOR_MAX
from loyalty.web.fields import Body, Choice, Inner, Line, Many, Spoken, Whole, described, wrong

KEY = "[a-z][a-z0-9_-]{0,31}"
UNITS_MAX = 1_000_000_000
DAYS_MAX = 3650
MONTHS_MAX = 120
PERCENT_MAX = 10_000
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
DATE_OR_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?"
)
MAYBE: dict[str, Any] = {"allow_none": True}


def key_field(**options: Any) -> Line:
    """The name by which other parts refer to a unit, a rule, a level or a reward."""
    return Line((1, 32), pattern=KEY, **options)


def key_list() -> Many:
    """Some names."""
    return Many(key_field(), (0, 20), **MAYBE)


class KeyedUnits(Spoken, fields.Field[dict[str, int]]):
    """`{"stamps": 10}`: units by their key."""

    document: ClassVar[dict[str, Any]] = {"propertyNames": {"pattern": f"^{KEY}$"}}

    def __init__(self, **options: Any) -> None:
        inner = {"type": "integer", "minimum": 1, "maximum": UNITS_MAX}
        super().__init__(
            metadata={
                "type": "object",
                "minProperties": 1,
                "maxProperties": 10,
                "additionalProperties": inner,
            },
            **options,
        )
        self.key, self.units = key_field(), Whole(1, UNITS_MAX)

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> dict[str, int]:
        if not isinstance(value, dict) or not 1 <= len(value) <= 10:  # noqa: PLR2004  # its bound
            raise self.make_error("type")
        for key, units in value.items():
            self.key.deserialize(key)
            self.units.deserialize(units)
        return dict(value)


class BilingualSchema(Body):
    """The same words in Italian and in English; one of them is enough for a draft."""

    class Meta(Body.Meta):
        """At least one language."""

        document: ClassVar[dict[str, Any]] = {"minProperties": 1}

    it = Line((1, 120))
    en = Line((1, 120))

    @validates_schema
    def _one_at_least(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data:
            raise wrong("Serve almeno una lingua.", "At least one language is needed.")


class ExpirySchema(Body):
    """How long units last."""

    kind = Choice("never", "rolling", "month_end", "year_end", "inactivity", required=True)
    months = Whole(1, MONTHS_MAX, **MAYBE)


class UnitSchema(Body):
    """What a card counts."""

    key = key_field(required=True)
    label = Inner(BilingualSchema, **MAYBE)
    pending_hours = Whole(0, 8760, **MAYBE)
    expiry = Inner(ExpirySchema, **MAYBE)


class PerSchema(Body):
    """For each how much: exactly one of money, items or the visit itself."""

    class Meta(Body.Meta):
        """Exactly one of them."""

        document: ClassVar[dict[str, Any]] = {"minProperties": 1, "maxProperties": 1}

    amount_minor = Whole(1, AMOUNT_MINOR_MAX)
    item = Whole(1, 1000)
    visit = Whole(1, 1)

    @validates_schema
    def _exactly_one(self, data: Mapping[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise wrong(
                "Uno solo fra amount_minor, item e visit.",
                "Exactly one of amount_minor, item and visit.",
            )


def _texts() -> Many:
    return Many(Line((1, 80)), (0, 500), **MAYBE)


WhenSchema = described(
    Body.from_dict(
        {
            "skus": _texts(),
            "categories": _texts(),
            "weekdays": Many(Whole(1, 7), (0, 7), **MAYBE),
            "from": Line((5, 5), pattern=_CLOCK, **MAYBE),
            "to": Line((5, 5), pattern=_CLOCK, **MAYBE),
            "birthday": Choice("day", "week", "month", **MAYBE),
            "tiers": key_list(),
            "min_amount_minor": Whole(0, AMOUNT_MINOR_MAX, **MAYBE),
        },
        name="WhenSchema",
    ),
    "When a rule applies: every member that is given must hold.",
)


class EarningSchema(Body):
    """A rule: so many units for each so much, or a percentage on what the others give."""

    class Meta(Body.Meta):
        """One kind of rule or the other."""

        document: ClassVar[dict[str, Any]] = {
            "oneOf": [
                {"required": ["units", "per"], "not": {"required": ["multiply_percent"]}},
                {"required": ["multiply_percent"], "not": {"required": ["per"]}},
            ]
        }

    key = key_field(required=True)
    unit = key_field(required=True)
    units = Whole(1, UNITS_MAX)
    per = Inner(PerSchema)
    multiply_percent = Whole(1, PERCENT_MAX)
    combine = Choice("multiply", "best")
    priority = Whole(0, 1000)
    when = Inner(WhenSchema, **MAYBE)

    @validates_schema
    def _one_kind(self, data: Mapping[str, Any], **_: Any) -> None:
        multiplies = "multiply_percent" in data
        if multiplies == ("per" in data) or (not multiplies and "units" not in data):
            raise wrong(
                "O units e per, o multiply_percent.", "Either units and per, or multiply_percent."
            )
