"""The bodies of campaigns: letter, offer, times, and what came back."""

from typing import Any

from marshmallow import fields

from loyalty.api.lists import PageQuery
from loyalty.campaigns import states
from loyalty.web.fields import Body, Choice, Inner, Line, Moment, Spoken, Whole, wrong

BODY_LETTERS_MAX = 20_000
MESSAGE_STATES = (
    states.READY, states.CLAIMED, states.SENDING, states.SENT, states.FAILED, states.UNKNOWN,
    states.SKIPPED, states.HELD,
)  # fmt: skip


class Writing(Spoken, fields.String):
    """Text of several lines, as somebody typed it."""

    def __init__(self) -> None:
        bounds = {"minLength": 1, "maxLength": BODY_LETTERS_MAX, "pattern": r"^[\s\S]+$"}
        super().__init__(
            required=True, metadata={**bounds, "example": "Ciao {{first_name|cliente}}!"}
        )

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not 1 <= len(value) <= BODY_LETTERS_MAX:
            raise wrong(
                f"Da 1 a {BODY_LETTERS_MAX} caratteri.",
                f"Between 1 and {BODY_LETTERS_MAX} characters.",
            )
        return value


class OneLetter(Body):
    """Subject and body, Markdown with `{{first_name|cliente}}`, in one language."""

    subject = Line((1, 150), required=True)
    body = Writing()


class LetterBody(Body):
    """The letter in one language or in both."""

    it = Inner(OneLetter)
    en = Inner(OneLetter)


class OfferBody(Body):
    """A reward for free: a voucher for each person, good for so many days."""

    reward = Line((1, 40), required=True)
    program = Line((1, 40))
    valid_days = Whole(1, 365)


class CampaignBody(Body):
    """A draft. Without `holdout_percent` the launch chooses: 20, or 50 under 400 people."""

    name = Line((1, 120), required=True)
    audience = fields.Dict(required=True, metadata={"example": {"segment": "lapsed"}})
    letter = Inner(LetterBody, required=True)
    offer = Inner(OfferBody)
    holdout_percent = Whole(0, 90)
    send_at = Moment()
    not_after = Moment()


class ResumeBody(Body):
    """Until when it may go on; as long as it had been meant to take, if not said."""

    not_after = Moment()


class ReturnedBody(Body):
    """What came back: `about` is the Message-ID or the return path of the letter."""

    kind = Choice("bounce", "complaint", "delivered", required=True)
    about = Line((10, 254), required=True)
    status = Line((1, 12), pattern=r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


class MessagesQuery(PageQuery):
    """Which messages, of all or of one state."""

    state = Choice(*MESSAGE_STATES)
