"""The shapes of answers, for the document; the answers themselves are plain dicts."""

from marshmallow import Schema, fields

from loyalty.analytics.rhythm import STATES
from loyalty.api.receipt_answers import (
    LETTERS,
    BalanceAnswer,
    BilingualAnswer,
    ReasonAnswer,
    RewardWithinReach,
    VoucherInReceipt,
    advice_field,
    day_field,
    moment_field,
    ref_field,
    text_field,
    units_field,
    whole_field,
)
from loyalty.web.fields import Amount


class CustomerFigures(Schema):
    """What somebody's visits add up to; days are the shop's, null without any visit."""

    visits = whole_field()
    visit_days = whole_field()
    spend = Amount(required=True)
    first_visit_on = day_field(nullable=True)
    last_visit_on = day_field(nullable=True)
    silent_days = whole_field(nullable=True)
    usual_gap_days = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "after how many days they usually come; from three visit days on"},
    )


class CustomerAnswer(Schema):
    """A customer as this merchant knows them; one who was merged has no state or figures."""

    ref = ref_field("cus")
    name = text_field(nullable=True)
    email = text_field(nullable=True)
    phone = text_field(nullable=True)
    birthday = text_field(nullable=True)
    language = text_field(nullable=True)
    external_ref = text_field(nullable=True)
    created_at = moment_field()
    cards = fields.List(fields.String(), required=True)
    merged_into = ref_field("cus", nullable=True)
    state = fields.String(
        required=True, allow_none=True, metadata={"enum": [*STATES, None], "example": "active"}
    )
    figures = fields.Nested(CustomerFigures, required=True, allow_none=True)


class CustomersAnswer(Schema):
    """A page of customers."""

    items = fields.List(fields.Nested(CustomerAnswer), required=True)
    next = text_field(nullable=True)


class CardMadeAnswer(Schema):
    """A new card: what to type, what to show, and the link that brings it to a phone."""

    ref = ref_field("crd")
    customer = ref_field("cus")
    program = ref_field("prg")
    code = fields.String(required=True, metadata={"description": "10 letters, shown 4-4-2"})
    scan = fields.String(required=True, metadata={"description": "the text of its QR code"})
    url = fields.String(required=True, metadata={"description": "claim link, good once"})


class ClaimAnswer(Schema):
    """A fresh link that brings the card to a phone."""

    card = ref_field("crd")
    url = text_field()


class CardChangedAnswer(Schema):
    """A card after blocking, unblocking or replacing: its status and the codes that work now."""

    ref = ref_field("crd")
    status = fields.String(required=True, metadata={"enum": ["active", "blocked"]})
    code = text_field(nullable=True)
    scan = text_field(nullable=True)


class VersionInList(Schema):
    """One version of a program."""

    number = whole_field()
    published_at = moment_field(nullable=True)


class ProgramAnswer(Schema):
    """A program with the rules in force, or those of its newest draft while none are."""

    ref = ref_field("prg")
    name = text_field()
    status = fields.String(required=True, metadata={"enum": ["draft", "published", "paused"]})
    number = fields.Integer(required=True, metadata={"description": "of `version`"})
    version = fields.Dict(required=True)
    terms = fields.Nested(BilingualAnswer, required=True)
    advice = advice_field()
    versions = fields.List(fields.Nested(VersionInList), required=True)
    created_at = moment_field()


class ProgramsAnswer(Schema):
    """A page of programs."""

    items = fields.List(fields.Nested(ProgramAnswer), required=True)
    next = text_field(nullable=True)


class ChangeAnswer(Schema):
    """One part of the rules that changed, in a sentence, and what it means for the customer."""

    part = fields.String(required=True, metadata={"example": "earn.base"})
    direction = fields.String(required=True, metadata={"enum": ["better", "worse", "changed"]})
    it = text_field()
    en = text_field()


class LoggedVersionAnswer(Schema):
    """A version that came into force, and what it changed against the one before it."""

    number = whole_field()
    published_at = moment_field()
    terms = fields.Nested(BilingualAnswer, required=True)
    changes = fields.List(fields.Nested(ChangeAnswer), required=True)
    promise = fields.Nested(
        BilingualAnswer,
        required=True,
        allow_none=True,
        metadata={"description": "what stays for units earned before; null for the first"},
    )


class ProgramLogAnswer(Schema):
    """What was promised from when on, as everybody can read it."""

    ref = ref_field("prg")
    name = text_field()
    status = fields.String(required=True, metadata={"enum": ["draft", "published", "paused"]})
    versions = fields.List(fields.Nested(LoggedVersionAnswer), required=True)


class VersionMadeAnswer(Schema):
    """A new draft."""

    program = ref_field("prg")
    number = whole_field()
    terms = fields.Nested(BilingualAnswer, required=True)
    advice = advice_field()


class VoucherOnCard(VoucherInReceipt):
    """A voucher that waits on the card, with the name of its reward."""

    name = fields.Nested(BilingualAnswer, required=True)


class BalanceOnCard(BalanceAnswer):
    """What a card holds of one unit now, and why, in one sentence."""

    why = fields.Nested(BilingualAnswer, required=True)


class CardAnswer(Schema):
    """A card and what it holds now."""

    ref = ref_field("crd")
    customer = ref_field("cus")
    program = ref_field("prg")
    status = fields.String(required=True, metadata={"enum": ["active", "blocked"]})
    blocked_at = moment_field(nullable=True)
    version = whole_field()
    balances = fields.Dict(keys=fields.String(), values=fields.Nested(BalanceOnCard), required=True)
    impact = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "minor units that its purchases have given, by cause"},
    )
    tier = fields.Dict(required=True, allow_none=True)
    rewards = fields.List(fields.Nested(RewardWithinReach), required=True)
    vouchers = fields.List(fields.Nested(VoucherOnCard), required=True)
    terms = fields.Nested(BilingualAnswer, required=True)


class EntryAnswer(Schema):
    """One entry of a statement: what moved, and why."""

    operation = fields.String(required=True, metadata={"pattern": f"^[a-z]{{3}}_{LETTERS}$"})
    kind = text_field()
    unit = text_field()
    units = whole_field()
    balance = whole_field()
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True)
    version = whole_field(nullable=True)
    proof = text_field(nullable=True)
    actor = text_field()
    occurred_at = moment_field()
    recorded_at = moment_field()


class EntriesAnswer(Schema):
    """A page of a statement."""

    items = fields.List(fields.Nested(EntryAnswer), required=True)
    next = text_field(nullable=True)


class VisitAnswer(Schema):
    """A visit as it was recorded."""

    ref = ref_field("vis")
    card = ref_field("crd")
    program = ref_field("prg")
    version = whole_field()
    amount = Amount(required=True, allow_none=True)
    location = ref_field("loc", nullable=True)
    occurred_at = moment_field()
    recorded_at = moment_field()
    external_ref = text_field(nullable=True)
    voided_at = moment_field(nullable=True)
    proof = text_field(nullable=True)
    actor = text_field()
    earned = units_field()
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True)


class VisitLineAnswer(Schema):
    """A line as it was sold."""

    line = whole_field()
    sku = text_field(nullable=True)
    item = text_field(nullable=True)
    category = text_field(nullable=True)
    quantity = fields.Float(required=True)
    amount = Amount(required=True, allow_none=True)


class VisitWithLinesAnswer(VisitAnswer):
    """A visit with its lines."""

    lines = fields.List(fields.Nested(VisitLineAnswer), required=True)


class VisitsAnswer(Schema):
    """A page of visits."""

    items = fields.List(fields.Nested(VisitAnswer), required=True)
    next = text_field(nullable=True)


class VoucherAnswer(Schema):
    """A voucher, and whether it can be used: only while it is reserved."""

    code = text_field()
    state = fields.String(
        required=True, metadata={"enum": ["reserved", "fulfilled", "cancelled", "expired"]}
    )
    reward = text_field()
    name = fields.Nested(BilingualAnswer, required=True)
    kind = text_field()
    card = ref_field("crd")
    program = ref_field("prg")
    redemption = ref_field("red")
    until = moment_field(nullable=True)
    created_at = moment_field()
    used_at = moment_field(nullable=True)
    cancelled_at = moment_field(nullable=True)
