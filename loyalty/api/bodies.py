"""What other programs send to the counter, field by field."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from marshmallow import fields, validates_schema

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.counter.requests import LINES_MAX
from loyalty.web import guard
from loyalty.web.fields import (
    NOT_BLANK,
    Amount,
    Body,
    Day,
    Inner,
    Line,
    Many,
    Moment,
    Spoken,
    Whole,
    wrong,
)
from loyalty.web.locale import pick

MILLI = 1_000
PIECES_MAX = 1_000_000
YEAR_MIN = 2000
_AHEAD_MAX = timedelta(minutes=5)
_BACKDATED_AFTER = timedelta(hours=48)
_TOO_EARLY = Text("Prima del 2000 non può essere.", "This cannot be before the year 2000.")
_TOO_LATE = Text("È nel futuro.", "This is in the future.")


class Quantity(Spoken, fields.Field[int]):
    """How many, exact to a thousandth: 1, 0.5, 0.350; read as thousandths."""

    def __init__(self, **options: Any) -> None:
        bounds = {"type": "number", "minimum": 0.001, "maximum": PIECES_MAX, "multipleOf": 0.001}
        super().__init__(metadata={**bounds, "default": 1, "example": 1}, **options)

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise wrong("Serve un numero.", "A number is needed.")
        if not Decimal("0.001") <= value <= PIECES_MAX:
            raise wrong(f"Da 0.001 a {PIECES_MAX}.", f"From 0.001 to {PIECES_MAX}.")
        milli = Fraction(value) * MILLI
        if milli.denominator != 1:
            raise wrong("Al massimo tre decimali.", "At most three decimals.")
        return int(milli)


class LineBody(Body):
    """One line of a sale."""

    sku = Line((1, 120), allow_none=True)
    item = Line((1, 200), allow_none=True)
    category = Line((1, 120), allow_none=True)
    quantity = Quantity(load_default=MILLI)
    amount = Amount(allow_none=True)


class VisitBody(Body):
    """A sale to the holder of a card."""

    class Meta(Body.Meta):
        """What a till sends."""

        document: ClassVar[dict[str, Any]] = {
            "examples": [
                {"scan": "7Q2K4LM9XA", "amount": {"amount_minor": 1240, "currency": "EUR"}},
                {"scan": "7Q2K4LM9XA", "lines": [{"category": "coffee", "quantity": 2}]},
            ]
        }

    scan = Line((1, 300), required=True, metadata={"description": "QR text, code or card ref"})
    amount = Amount(allow_none=True, metadata={"description": "paid, gross; absent is not 0"})
    lines = Many(Inner(LineBody), (0, LINES_MAX), allow_none=True)
    tax = Amount(allow_none=True)
    discount = Amount(allow_none=True)
    location = Line((1, 120), pattern=NOT_BLANK, allow_none=True)
    occurred_at = Moment(allow_none=True)
    external_ref = Line((1, 120), pattern=NOT_BLANK, allow_none=True)


class RefundLineBody(Body):
    """Which line, counted from 1, and how much of it."""

    line = Whole(1, LINES_MAX, required=True)
    quantity = Quantity(required=True)


class RefundBody(Body):
    """A refund, by amount or by lines."""

    class Meta(Body.Meta):
        """One of the two."""

        document: ClassVar[dict[str, Any]] = {"minProperties": 1, "maxProperties": 1}

    amount = Amount(1)
    lines = Many(Inner(RefundLineBody), (1, LINES_MAX))

    @validates_schema
    def _one_of_them(self, data: Mapping[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise wrong("O amount, o lines.", "Either amount or lines.")


class ReasonBody(Body):
    """Why, in words that stay in the statement."""

    reason = Line((1, 200), pattern=NOT_BLANK, required=True)


class PossibleReasonBody(Body):
    """Why, if there is something to say."""

    reason = Line((1, 200), pattern=NOT_BLANK, allow_none=True)


class MoveBody(Body):
    """To which card a visit belongs, and why it was on another."""

    card = Line((1, 300), required=True, metadata={"description": "QR text, code or card ref"})
    reason = Line((1, 200), pattern=NOT_BLANK, allow_none=True)


class MergeBody(Body):
    """Who the person is known as from now on."""

    into = Line((30, 30), required=True, metadata={"example": "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"})


class PayoutBody(Body):
    """Money sent to a cause: how much, on which day, by which receipt."""

    amount = Amount(1, required=True)
    paid_on = Day(required=True)
    receipt = Line((1, 200), pattern=NOT_BLANK, required=True)


class EmptyBody(Body):
    """Nothing is needed: no body, or an empty object."""


class CardBody(Body):
    """For whom, in which program."""

    customer = Line((30, 30), required=True, metadata={"example": "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"})
    program = Line((30, 30), required=True, metadata={"example": "prg_01ARZ3NDEKTSV4RRFFQ69G5FAV"})


class AdjustmentBody(Body):
    """Units to add (or take, below zero) by hand, and why."""

    unit = Line((1, 32), pattern="[a-z][a-z0-9_-]{0,31}", required=True)
    units = Whole(-1_000_000, 1_000_000, required=True, metadata={"not": {"const": 0}})
    reason = Line((1, 200), pattern=NOT_BLANK, required=True)

    @validates_schema
    def _something_moves(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("units") == 0:
            raise wrong("Zero non sposta nulla.", "Zero moves nothing.")


class RedemptionBody(Body):
    """Which card, which reward."""

    scan = Line((1, 300), required=True, metadata={"description": "QR text, code or card ref"})
    reward = Line((1, 32), pattern="[a-z][a-z0-9_-]{0,31}", required=True)


def check_occurred(occurred_at: datetime | None, now: datetime) -> None:
    """Refuse a future or absurd time; one older than 48 hours needs a scope of its own.

    Raises Invalid, Forbidden.
    """
    if occurred_at is None:
        return
    if occurred_at.year < YEAR_MIN:
        raise Invalid({"occurred_at": [pick(_TOO_EARLY)]})
    if occurred_at > now + _AHEAD_MAX:
        raise Invalid({"occurred_at": [pick(_TOO_LATE)]})
    if occurred_at < now - _BACKDATED_AFTER:
        guard.demand_scope("visits:backdate")
