"""The shapes of answers about merges and causes, for the document."""

from marshmallow import Schema, fields

from loyalty.api.receipt_answers import moment_field, ref_field, text_field
from loyalty.core.money import AMOUNT_MINOR_MAX
from loyalty.web.fields import Amount


class JoinedCards(Schema):
    """A card whose codes lead to another now, or did until they were parted."""

    card = ref_field("crd")
    into = ref_field("crd")


class MergeAnswer(Schema):
    """Two customers who are one now, or were until this was undone."""

    customer = ref_field("cus")
    merged = ref_field("cus")
    cards = fields.List(fields.Nested(JoinedCards), required=True)
    undo_until = moment_field(nullable=True)


class PayoutAnswer(Schema):
    """Money that was sent to a cause, with its receipt; below 0 where it takes one back."""

    ref = ref_field("pay")
    cause = text_field()
    amount = Amount(-AMOUNT_MINOR_MAX, required=True)
    paid_on = fields.Date(required=True)
    receipt = text_field()
    beneficiary = text_field()
    tax_code = text_field(nullable=True)
    takes_back = ref_field("pay", nullable=True)
    recorded_at = moment_field()


class CauseAnswer(Schema):
    """A cause to the cent: pledged = unpaid + paid; of the unpaid, `payable` is due by now."""

    key = text_field()
    beneficiary = text_field()
    tax_code = text_field(nullable=True)
    pledged = Amount(required=True)
    payable = Amount(-AMOUNT_MINOR_MAX, required=True)
    paid = Amount(required=True)
    unpaid = Amount(-AMOUNT_MINOR_MAX, required=True)
    payouts = fields.List(fields.Nested(PayoutAnswer), required=True)


class CausesAnswer(Schema):
    """Every cause of the merchant."""

    items = fields.List(fields.Nested(CauseAnswer), required=True)
