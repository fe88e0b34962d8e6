"""The answers of campaigns: how they stand, what each person got, what they brought."""

from marshmallow import Schema, fields

from loyalty.api.campaign_bodies import MESSAGE_STATES
from loyalty.api.receipt_answers import moment_field, ref_field, text_field, whole_field
from loyalty.campaigns import states

_STATES = [
    states.DRAFT, states.RUNNING, states.PAUSED, states.HALTED, states.FINISHED, states.STOPPED,
]  # fmt: skip


class ArmAnswer(Schema):
    """One group: how many, and how many of them came back."""

    n = whole_field()
    returned = whole_field()


class LiftAnswer(Schema):
    """The share that came back apart, with its 95 % interval, and what may be said of it."""

    treated = fields.Nested(ArmAnswer, required=True)
    holdout = fields.Nested(ArmAnswer, required=True)
    difference = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)
    verdict = fields.String(required=True, metadata={"enum": ["too_few", "none", "effect"]})
    window_days = whole_field()


class CampaignAnswer(Schema):
    """A campaign; `messages` counts everybody it was meant for, by state."""

    ref = ref_field("cmp")
    name = text_field()
    state = fields.String(required=True, metadata={"enum": _STATES})
    halted_for = fields.String(
        required=True, allow_none=True, metadata={"enum": ["late", "restored", "refused", None]}
    )
    audience = fields.Dict(required=True)
    letter = fields.Dict(required=True)
    offer = fields.Dict(required=True, allow_none=True)
    holdout_percent = whole_field(nullable=True)
    send_at = moment_field(nullable=True)
    not_after = moment_field(nullable=True)
    created_at = moment_field()
    launched_at = moment_field(nullable=True)
    finished_at = moment_field(nullable=True)
    messages = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    redeemed = whole_field(nullable=True)
    lift = fields.Nested(LiftAnswer, required=True, allow_none=True)


class CampaignInList(Schema):
    """A campaign in a list."""

    ref = ref_field("cmp")
    name = text_field()
    state = fields.String(required=True, metadata={"enum": _STATES})
    created_at = moment_field()
    launched_at = moment_field(nullable=True)


class CampaignsAnswer(Schema):
    """A page of campaigns."""

    items = fields.List(fields.Nested(CampaignInList), required=True)
    next = text_field(nullable=True)


class MessageAnswer(Schema):
    """What one person got, or why not."""

    ref = ref_field("msg")
    customer = ref_field("cus")
    state = fields.String(required=True, metadata={"enum": list(MESSAGE_STATES)})
    reason = text_field(nullable=True)
    smtp_code = whole_field(nullable=True)
    came_back = text_field(nullable=True)
    sent_at = moment_field(nullable=True)


class MessagesAnswer(Schema):
    """A page of messages."""

    items = fields.List(fields.Nested(MessageAnswer), required=True)
    next = text_field(nullable=True)


class ReturnedAnswer(Schema):
    """The state of the message now."""

    state = fields.String(required=True, metadata={"enum": list(MESSAGE_STATES)})
