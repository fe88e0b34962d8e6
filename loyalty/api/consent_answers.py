"""The shapes of answers about consents, for the document; the answers themselves are dicts."""

from marshmallow import Schema, fields

from loyalty.api.receipt_answers import moment_field, ref_field, text_field
from loyalty.customers.consents import Purpose


class ConsentAnswer(Schema):
    """A consent given or withdrawn, as it is kept."""

    ref = ref_field("cns")
    customer = ref_field("cus")
    purpose = fields.String(required=True, metadata={"enum": [each.value for each in Purpose]})
    given = fields.Boolean(required=True)
    text_id = text_field()
    source = text_field()
    actor = text_field()
    at = moment_field()
    recorded_at = moment_field()
    merge = ref_field("mrg", nullable=True)


class ConsentStateAnswer(Schema):
    """What a customer agrees to now, purpose by purpose; null where they were never asked."""

    program = fields.Boolean(required=True, allow_none=True)
    profiling = fields.Boolean(required=True, allow_none=True)
    marketing = fields.Boolean(required=True, allow_none=True)
    tracking = fields.Boolean(required=True, allow_none=True)


class ConsentsAnswer(Schema):
    """A customer's consents: the state, and a page of what was said, in the order of recording.

    Of a merged customer `state` is that of `merged_into`, and `items` are their own.
    """

    customer = ref_field("cus")
    merged_into = ref_field("cus", nullable=True)
    state = fields.Nested(ConsentStateAnswer, required=True)
    items = fields.List(fields.Nested(ConsentAnswer), required=True)
    next = text_field(nullable=True)


class ProofLineAnswer(ConsentAnswer):
    """A consent given or withdrawn, with the words that were read.

    The last four are null where another program showed a text of its own.
    """

    version = fields.Integer(required=True, allow_none=True)
    language = fields.String(required=True, allow_none=True, metadata={"enum": ["it", "en", None]})
    text = text_field(nullable=True)
    sha256 = text_field(nullable=True)


class ProofAnswer(Schema):
    """The proof of a customer's consents, in the order of recording."""

    customer = ref_field("cus")
    items = fields.List(fields.Nested(ProofLineAnswer), required=True)
