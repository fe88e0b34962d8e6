"""The question why: who answers by the link in their letter is heard, and not asked again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.automations import advancing
from loyalty.automations.deciding import ANSWERED
from loyalty.automations.journeys import JOURNEYS
from loyalty.automations.models import AutomationRun, AutomationStep
from loyalty.campaigns import resting, states, tokens
from loyalty.campaigns.models import Message
from loyalty.campaigns.tokens import Named
from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.core.errors import Unknown
from loyalty.customers import living
from loyalty.customers.models import Customer
from loyalty.feedback import losses, remarks
from loyalty.feedback.losses import Said

_RUN, _STEP, _MESSAGE, _CARD = (
    table(AutomationRun), table(AutomationStep), table(Message), table(Card),
)  # fmt: skip
BY_MAIL = "customer"  # who answers for themselves
# After these a gift would miss the point: they cannot come, or want to be heard first.
_ENDS = losses.UNHAPPY | {"moved"}
_KINDS = {"quality": "product", "service": "service"}


@dataclass(frozen=True, slots=True)
class Question:
    """A letter that asks, and what was answered to it already; nothing personal."""

    merchant_id: UUID
    reason: str | None
    words: str | None


def look(session: Session, *, token: str) -> Question:
    """The question behind a link; looking changes nothing. Raises Unknown("message")."""
    named, _ = _asked(session, token)
    known = losses.answered(session, merchant_id=named.merchant_id, message_id=named.message_id)
    return Question(
        named.merchant_id, known.reason if known else None, known.words if known else None
    )


def answer(session: Session, *, token: str, said: Said, at: datetime) -> Question:
    """Keep what somebody says of why they stay away; the same again changes nothing.

    They are no longer left alone for not answering. Who is unhappy ends the journey and waits for
    an answer, as somebody does who said it at the counter. Raises Unknown("message"), Invalid.
    """
    named, run = _asked(session, token)
    scope = {"merchant_id": named.merchant_id}
    who = living.resolve(session, merchant_id=named.merchant_id, customer_id=named.customer_id)
    is_news = losses.note(
        session, customer_id=who, said=said, actor=BY_MAIL, message_id=named.message_id, at=at,
        **scope,
    )  # fmt: skip
    if is_news:
        resting.end(session, customer_ids=[who], **scope)
        if said.reason in _ENDS:
            advancing.end(session, run_ids=[run], how=ANSWERED, at=at, **scope)
        if said.reason in losses.UNHAPPY and said.words:
            _remark(session, named, who, said, at)
    return Question(named.merchant_id, said.reason, said.words)


def _remark(session: Session, named: Named, who: UUID, said: Said, at: datetime) -> None:
    """It waits among the remarks, beside those of the counter; changed words are the same one."""
    card_id = session.execute(
        sa.select(_CARD.c.id)
        .where(_CARD.c.merchant_id == named.merchant_id, _CARD.c.customer_id == who)
        .where(_CARD.c.merged_into_id.is_(None))
        .order_by(_CARD.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if card_id is None:
        return
    words = (said.words or "")[: remarks.LETTERS_MAX]
    told = remarks.Said(who, card_id, None, _KINDS[said.reason], words)
    key = f"{named.message_id}:{said.reason}"
    remarks.write(session, merchant_id=named.merchant_id, actor="system", said=told, key=key, at=at)


def _asked(session: Session, token: str) -> tuple[Named, UUID]:
    """The letter of that link and its run, if it asks and its person is still known."""
    named = tokens.read(session, token=token)
    row = session.execute(
        sa.select(_STEP.c.step, _STEP.c.run_id, _RUN.c.kind, _MESSAGE.c.state)
        .select_from(_STEP)
        .join(_RUN, sa.and_(_RUN.c.merchant_id == _STEP.c.merchant_id, _RUN.c.id == _STEP.c.run_id))
        .join(
            _MESSAGE,
            sa.and_(
                _MESSAGE.c.merchant_id == _STEP.c.merchant_id,
                _MESSAGE.c.id == _STEP.c.message_id,
            ),
        )
        .where(_STEP.c.merchant_id == named.merchant_id, _STEP.c.message_id == named.message_id)
    ).one_or_none()
    if row is None or row.state == states.SKIPPED:
        raise Unknown("message")
    step = JOURNEYS[row.kind].step(row.step)
    if step is None or not step.asks:
        raise Unknown("message")
    who = living.resolve(session, merchant_id=named.merchant_id, customer_id=named.customer_id)
    if session.get_one(Customer, (named.merchant_id, who)).erased_at is not None:
        raise Unknown("message")
    return named, row.run_id
