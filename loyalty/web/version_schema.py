"""The schema of a whole program version: every key, every bound, nothing unknown, nothing guessed.

What a rule refers to (units, rewards, tiers) is checked at publish, where a draft must be whole.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from marshmallow import ValidationError, post_load

from loyalty.core.errors import Invalid
from loyalty.core.money import AMOUNT_MINOR_MAX
from loyalty.core.text import Text
from loyalty.web.fields import Body, Choice, Inner, Line, Many, Whole, described, spoken
from loyalty.web.version_rules import (
    DATE_OR_TIME,
    DAYS_MAX,
    MAYBE,
    MONTHS_MAX,
    PERCENT_MAX,
    UNITS_MAX,
    BilingualSchema,
    EarningSchema,
    KeyedUnits,
    UnitSchema,
    key_field,
    key_list,
)


class CapSchema(Body):
    """No more than so many units of a kind per visit or day."""

    unit = key_field(required=True)
    per = Choice("visit", "day", required=True)
    units = Whole(1, UNITS_MAX, required=True)


class StampsSchema(Body):
    """A card that fills."""

    unit = key_field(required=True)
    size = Whole(1, 1000, required=True)
    reward = key_field(required=True)
    on_full = Choice("issue", "keep", **MAYBE)


class WindowSchema(Body):
    """Over which months a tier is measured."""

    kind = Choice("rolling", "calendar", required=True)
    months = Whole(1, MONTHS_MAX, required=True)


LevelSchema = described(
    Body.from_dict(
        {
            "key": key_field(required=True),
            "name": Inner(BilingualSchema, **MAYBE),
            "from": Whole(required=True),
            "multiply_percent": Whole(1, PERCENT_MAX, **MAYBE),
        },
        name="LevelSchema",
    ),
    "One level: from how much it is reached, and what it multiplies.",
)


class TiersSchema(Body):
    """Levels that a customer reaches and may lose."""

    measure = Choice("spend", "units", "visits", required=True)
    unit = key_field(**MAYBE)
    window = Inner(WindowSchema, required=True)
    grace_days = Whole(0, DAYS_MAX, **MAYBE)
    drop = Choice("one", "straight", **MAYBE)
    levels = Many(Inner(LevelSchema), (1, 10), required=True)


class BeneficiarySchema(Body):
    """Who receives the money of a cause."""

    name = Line((1, 120), required=True)
    tax_code = Line((1, 32), **MAYBE)


class CauseSchema(Body):
    """A share of each sale, pledged to somebody."""

    key = key_field(required=True)
    beneficiary = Inner(BeneficiarySchema, required=True)
    rate = Many(Whole(1, 1_000_000), (2, 2), required=True)
    payable_after_days = Whole(0, DAYS_MAX, **MAYBE)
    cap_minor = Whole(0, AMOUNT_MINOR_MAX, **MAYBE)


class PerCustomerSchema(Body):
    """How often one customer may have a reward."""

    count = Whole(1, 1000, required=True)
    days = Whole(1, DAYS_MAX, required=True)


RewardSchema = described(
    Body.from_dict(
        {
            "key": key_field(required=True),
            "kind": Choice(
                "product", "amount_off", "percent_off", "perk", "donation", required=True
            ),
            "name": Inner(BilingualSchema, **MAYBE),
            "cost": KeyedUnits(**MAYBE),
            "value_minor": Whole(0, AMOUNT_MINOR_MAX, **MAYBE),
            "cost_minor": Whole(0, AMOUNT_MINOR_MAX, **MAYBE),
            "percent": Whole(1, 100, **MAYBE),
            "stock": Whole(0, UNITS_MAX, **MAYBE),
            "tiers": key_list(),
            "from": Line((10, 35), pattern=DATE_OR_TIME, **MAYBE),
            "until": Line((10, 35), pattern=DATE_OR_TIME, **MAYBE),
            "per_customer": Inner(PerCustomerSchema, **MAYBE),
            "voucher_days": Whole(1, DAYS_MAX, **MAYBE),
        },
        name="RewardSchema",
    ),
    "What customers can have, for how many units, and when.",
)


class BaseSchema(Body):
    """What of an amount counts."""

    tax = Choice("gross", "net", **MAYBE)
    discounts = Choice("after", "before", **MAYBE)


class ProofSchema(Body):
    """How sure the counter must be of the card."""

    earn = Choice("typed", "static", "live", **MAYBE)
    redeem = Choice("typed", "static", "live", **MAYBE)


class LimitsSchema(Body):
    """What the counter refuses or warns about."""

    visits_per_card_day = Whole(1, 1000, **MAYBE)
    min_seconds = Whole(0, 86_400, **MAYBE)
    amount_minor_max = Whole(1, AMOUNT_MINOR_MAX, **MAYBE)


class VersionSchema(Body):
    """The rules of a program: only `units` and `earn` are needed."""

    units = Many(Inner(UnitSchema), (1, 10), required=True)
    earn = Many(Inner(EarningSchema), (1, 50), required=True)
    caps = Many(Inner(CapSchema), (0, 20), **MAYBE)
    stamps = Inner(StampsSchema, **MAYBE)
    tiers = Inner(TiersSchema, **MAYBE)
    cause = Inner(CauseSchema, **MAYBE)
    rewards = Many(Inner(RewardSchema), (0, 100), **MAYBE)
    base = Inner(BaseSchema, **MAYBE)
    debt = Choice("carry", "clamp", "block", **MAYBE)
    proof = Inner(ProofSchema, **MAYBE)
    limits = Inner(LimitsSchema, **MAYBE)

    @post_load
    def _canonical(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", _without_nulls(data))


class ProgramSchema(Body):
    """A program and its first version."""

    name = Line((1, 120), required=True)
    version = Inner(VersionSchema, required=True)


_PROGRAM = ProgramSchema()


def check_program(raw: object, pick: Callable[[Text], str]) -> dict[str, Any]:
    """`{"name", "version"}` in canonical form; raises Invalid with sentences chosen by `pick`."""
    try:
        return cast("dict[str, Any]", _PROGRAM.load(cast("Mapping[str, Any]", raw)))
    except ValidationError as error:
        raise Invalid(spoken(error.messages, pick)) from error


def _without_nulls(value: Any) -> Any:
    """An explicit null means the same as nothing, so both are kept as nothing."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
