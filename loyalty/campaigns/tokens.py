"""The name of one message in links and envelopes: nobody can guess another's, and it is no secret.

32 bytes at most 42 letters: it fits before the @ of a return path.
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.models import Message
from loyalty.core.db import current, table
from loyalty.core.errors import Unknown
from loyalty.core.ids import REF_LETTERS, encode, parse_ref
from loyalty.core.signing import derive

_PROOF_LETTERS, _PROOF_BYTES = 16, 10
_MESSAGE = table(Message)


@dataclass(frozen=True, slots=True)
class Named:
    """The message that a token names."""

    merchant_id: UUID
    message_id: UUID
    campaign_id: UUID
    customer_id: UUID


def of(message_id: UUID, secret: bytes) -> str:
    """The token of a message: its id, and a proof that we made it."""
    return encode(message_id.int, REF_LETTERS) + _proof(message_id, secret)


def read(session: Session, *, token: str) -> Named:
    """The message behind a token, whatever the case of its letters. Raises Unknown("message")."""
    tidy = token.strip().upper()
    message_id = parse_ref("msg", f"msg_{tidy[:REF_LETTERS]}")
    proof = tidy[REF_LETTERS:].encode("ascii", "replace")
    if message_id is None or not hmac.compare_digest(
        proof, _proof(message_id, current().settings.secret).encode()
    ):
        raise Unknown("message")
    return by_id(session, message_id=message_id)


def by_id(session: Session, *, message_id: UUID) -> Named:
    """The message of that id, whose ever it is. Raises Unknown("message")."""
    columns = (_MESSAGE.c.merchant_id, _MESSAGE.c.id, _MESSAGE.c.campaign_id)
    query = sa.select(*columns, _MESSAGE.c.customer_id).where(_MESSAGE.c.id == message_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise Unknown("message")
    return Named(*row)


def _proof(message_id: UUID, secret: bytes) -> str:
    proof = derive(secret, "message-link", message_id.bytes)[:_PROOF_BYTES]
    return encode(int.from_bytes(proof, "big"), _PROOF_LETTERS)
