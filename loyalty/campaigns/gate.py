"""The one gate before every marketing letter: whom it lets through, and why not the others.

Whatever may be asked of a person is asked here, at the moment of sending, in the write that marks
the message: who has said no before that gets nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import resting, states, suppression
from loyalty.campaigns.models import Message
from loyalty.campaigns.rules import House
from loyalty.core.db import table
from loyalty.customers import mailing
from loyalty.customers.mailing import Reach
from loyalty.feedback.models import Remark

_MESSAGE, _REMARK = table(Message), table(Remark)
# Made once: every letter asks them.
_OFTEN = (
    sa.select(_MESSAGE.c.customer_id)
    .where(
        _MESSAGE.c.merchant_id == sa.bindparam("merchant"),
        _MESSAGE.c.customer_id.in_(sa.bindparam("ids", expanding=True)),
        _MESSAGE.c.sent_at > sa.bindparam("since"),
        _MESSAGE.c.state.in_([states.SENDING, states.SENT, states.UNKNOWN]),
    )
    .group_by(_MESSAGE.c.customer_id)
    .having(sa.func.count() >= sa.bindparam("cap"))
)
_UNHAPPY = sa.select(_REMARK.c.customer_id).where(
    _REMARK.c.merchant_id == sa.bindparam("merchant"),
    _REMARK.c.customer_id.in_(sa.bindparam("ids", expanding=True)),
    _REMARK.c.state == "open",
)


@dataclass(frozen=True, slots=True)
class Through:
    """Somebody who may be written to now."""

    reach: Reach
    address_hash: bytes


Verdicts = dict[UUID, Through | str]


def ask(
    session: Session,
    *,
    house: House,
    customer_ids: Collection[UUID],
    profiled: bool,
    at: datetime,
) -> Verdicts:
    """For each of these customers how to reach them, or why they get no letter.

    `profiled`: they were picked by what they did, which needs a consent of its own.
    """
    scope = {"merchant_id": house.merchant_id}
    found = mailing.reach(session, customer_ids=customer_ids, **scope)
    hashed = {who: suppression.hash_of(one.email) for who, one in found.items()}
    people = [(one, hashed[who]) for who, one in found.items()]
    barred = suppression.among(session, people=people, **scope)
    often = _had_enough(session, house, found, at)
    left_alone = resting.among(session, customer_ids=found, at=at, **scope)
    unhappy = _with_open_remark(session, house.merchant_id, found)
    said: Verdicts = dict.fromkeys(customer_ids, states.NO_CONSENT)
    for who, one in found.items():
        if who in barred:
            said[who] = states.SUPPRESSED
        elif profiled and not one.profiled:
            said[who] = states.NO_PROFILING
        elif who in left_alone:
            said[who] = left_alone[who]
        elif who in unhappy:
            said[who] = states.REMARK
        elif who in often:
            said[who] = states.CAP
        else:
            said[who] = Through(one, hashed[who])
    return said


def _had_enough(
    session: Session, house: House, customer_ids: Collection[UUID], at: datetime
) -> set[UUID]:
    """Who has had as many letters lately as the shop sends to one person."""
    asked = {
        "merchant": house.merchant_id,
        "ids": list(customer_ids),
        "since": at - timedelta(days=house.rules.cap_days),
        "cap": house.rules.cap,
    }
    return set(session.execute(_OFTEN, asked).scalars())


def _with_open_remark(
    session: Session, merchant_id: UUID, customer_ids: Collection[UUID]
) -> set[UUID]:
    """Who has said something that nobody has answered: first the answer, then advertising."""
    asked = {"merchant": merchant_id, "ids": list(customer_ids)}
    return set(session.execute(_UNHAPPY, asked).scalars())
