"""The shapes of receipts and their parts, for the document; receipts themselves are dicts."""

from typing import Any

from marshmallow import Schema, fields

from loyalty.web.fields import Amount

LETTERS = "[0-7][0-9A-HJKMNP-TV-Z]{25}"


def ref_field(prefix: str, *, nullable: bool = False) -> fields.String:
    """A public ref, like `cus_…`."""
    example = f"{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    return fields.String(
        required=True,
        allow_none=nullable,
        metadata={"pattern": f"^{prefix}_{LETTERS}$", "example": example},
    )


def text_field(*, nullable: bool = False) -> fields.String:
    """A text that is always there, if only as null."""
    return fields.String(required=True, allow_none=nullable)


def whole_field(*, nullable: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, allow_none=nullable)


def moment_field(*, nullable: bool = False) -> fields.DateTime:
    """A time in RFC 3339, in UTC."""
    return fields.DateTime(required=True, allow_none=nullable)


def day_field(*, nullable: bool = False) -> fields.Date:
    """A date of the shop's calendar."""
    return fields.Date(required=True, allow_none=nullable)


def units_field() -> fields.Dict:
    """Units by their key."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class BilingualAnswer(Schema):
    """The same sentence in Italian and in English."""

    it = text_field()
    en = text_field()


def advice_field() -> "fields.List[Any]":
    """Sentences for whoever writes rules: too long to read, or odd although they are possible."""
    return fields.List(fields.Nested(BilingualAnswer), required=True)


class ExpiringAnswer(Schema):
    """Units and when they expire."""

    units = whole_field()
    at = moment_field()


class BalanceAnswer(Schema):
    """What a card holds of one unit."""

    available = whole_field()
    pending = whole_field()
    debt = whole_field()
    lifetime = whole_field()
    carried_minor = whole_field(nullable=True)
    to_next_minor = whole_field(nullable=True)
    expiring = fields.List(fields.Nested(ExpiringAnswer), required=True)
    waiting = fields.List(
        fields.Nested(ExpiringAnswer),
        required=True,
        metadata={"description": "what is pending, and from when it can be used"},
    )


class ReasonAnswer(Schema):
    """Why units came or went, for the customer to read."""

    rule = text_field()
    unit = text_field()
    units = whole_field()
    it = text_field()
    en = text_field()


class WarningAnswer(Schema):
    """Something to look at; nothing was refused."""

    code = text_field()
    it = text_field()
    en = text_field()


class RewardWithinReach(Schema):
    """A reward and what is still missing for it; nothing missing means it can be given."""

    key = text_field()
    kind = text_field()
    name = fields.Nested(BilingualAnswer, required=True)
    cost = units_field()
    missing = units_field()
    unavailable = fields.Nested(
        BilingualAnswer,
        required=True,
        allow_none=True,
        metadata={"description": "why it cannot be had now, however many units there are"},
    )


class VoucherInReceipt(Schema):
    """A voucher of the card."""

    code = text_field()
    reward = text_field()
    state = fields.String(required=True, metadata={"enum": ["reserved", "fulfilled", "cancelled"]})
    until = moment_field(nullable=True)
    redemption = ref_field("red")


def balances_field() -> fields.Dict:
    """Balances by unit."""
    return fields.Dict(keys=fields.String(), values=fields.Nested(BalanceAnswer), required=True)


class ReceiptAnswer(Schema):
    """What happened and what the card holds now: one shape for everything that moves units."""

    ref = fields.String(required=True, metadata={"pattern": f"^[a-z]{{3}}_{LETTERS}$"})
    kind = text_field()
    card = ref_field("crd")
    program = ref_field("prg")
    version = whole_field(nullable=True)
    proof = text_field(nullable=True)
    occurred_at = moment_field()
    recorded_at = moment_field()
    amount = Amount(required=True, allow_none=True)
    earned = units_field()
    pledged = units_field()
    balances = balances_field()
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True)
    tier = fields.Dict(required=True, allow_none=True)
    rewards = fields.List(fields.Nested(RewardWithinReach), required=True)
    vouchers = fields.List(fields.Nested(VoucherInReceipt), required=True)
    warnings = fields.List(fields.Nested(WarningAnswer), required=True)
    moved_from = fields.String(metadata={"description": "of a move: the card it was on"})
    visit = fields.String(metadata={"description": "of a refund or void: what it belongs to"})
    redemption = fields.String(metadata={"description": "of a redemption and what follows it"})
