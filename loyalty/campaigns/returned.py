"""What comes back: bounces and complaints, by whoever reads the return path or runs the relay."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import states, suppression, tokens
from loyalty.campaigns.models import Message
from loyalty.campaigns.tokens import Named
from loyalty.core.db import table
from loyalty.core.errors import Unknown

BOUNCE, COMPLAINT, DELIVERED = "bounce", "complaint", "delivered"
Kind = Literal["bounce", "complaint", "delivered"]
_MESSAGE = table(Message)
_MESSAGE_ID = re.compile(r"<?m\.([0-9a-f]{32})@[A-Za-z0-9.-]+>?")
_RETURN_PATH = re.compile(r"<?b\+([0-9a-z]{42})@[A-Za-z0-9.-]+>?")
# There is no such mailbox, or it is closed for good (RFC 3463); a full one may have room tomorrow.
_FOR_GOOD = re.compile(r"5\.1\.(?:[0-36]|10)|5\.2\.1")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that came back: `about` is a Message-ID or a return path, `status` as 5.1.1."""

    kind: Kind
    about: str
    status: str | None = None


def is_for_good(status: str | None) -> bool:
    """Whether a bounce says that nobody will ever get mail at that address."""
    return status is not None and _FOR_GOOD.fullmatch(status) is not None


def record(session: Session, *, merchant_id: UUID, event: Event, at: datetime) -> str:
    """Keep it, and never write again to who complained or is not there; the message's new state.

    Safe to repeat. Raises Unknown("message") for what is not a letter of this shop.
    """
    named = _find(session, merchant_id, event.about)
    row = session.execute(
        sa.select(_MESSAGE.c.state, _MESSAGE.c.address_hash).where(*_it(named)).with_for_update()
    ).one()
    reason = {COMPLAINT: suppression.COMPLAINT, BOUNCE: suppression.BOUNCE}.get(event.kind)
    is_final = event.kind == COMPLAINT or (event.kind == BOUNCE and is_for_good(event.status))
    if reason is not None and is_final and row.address_hash is not None:
        suppression.add(
            session,
            merchant_id=merchant_id,
            address_hash=row.address_hash,
            reason=reason,
            at=at,
        )
    values = _values(event, row.state)
    session.execute(sa.update(_MESSAGE).where(*_it(named)).values(values))
    return str(values.get("state", row.state))


def _values(event: Event, state: str) -> dict[str, str | None]:
    """Evidence settles what was uncertain: a complaint or a delivery proves that it arrived."""
    values: dict[str, str | None] = {}
    if event.kind == DELIVERED:
        values["state"] = states.SENT if state == states.UNKNOWN else state
    elif event.kind == COMPLAINT:
        values |= {"came_back": COMPLAINT}
        values["state"] = states.SENT if state == states.UNKNOWN else state
    else:
        is_out = state in (states.SENT, states.UNKNOWN, states.SENDING)
        values |= {"came_back": BOUNCE, "reason": event.status}
        values["state"] = states.FAILED if is_out else state
    return values


def _find(session: Session, merchant_id: UUID, about: str) -> Named:
    tidy = about.strip()
    if match := _RETURN_PATH.fullmatch(tidy.lower()):
        named = tokens.read(session, token=match[1])
    elif match := _MESSAGE_ID.fullmatch(tidy):
        named = tokens.by_id(session, message_id=UUID(hex=match[1]))
    else:
        raise Unknown("message")
    if named.merchant_id != merchant_id:
        raise Unknown("message")
    return named


def _it(named: Named) -> tuple[sa.ColumnElement[bool], ...]:
    return (_MESSAGE.c.merchant_id == named.merchant_id, _MESSAGE.c.id == named.message_id)
