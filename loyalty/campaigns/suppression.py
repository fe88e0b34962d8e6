"""Addresses that a shop must not write to: kept as keyed hashes, for longer than the person is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.models import Suppression
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import current, table
from loyalty.core.signing import derive
from loyalty.customers.mailing import Reach

UNSUBSCRIBED, BOUNCE, COMPLAINT = "unsubscribed", "bounce", "complaint"
_SUPPRESSION = table(Suppression)
_LISTED = sa.select(_SUPPRESSION.c.address_hash, _SUPPRESSION.c.reason, _SUPPRESSION.c.at).where(
    _SUPPRESSION.c.merchant_id == sa.bindparam("merchant"),
    _SUPPRESSION.c.address_hash.in_(sa.bindparam("hashes", expanding=True)),
)


def hash_of(address: str) -> bytes:
    """32 bytes that nobody can try addresses against without the house's secret."""
    tidy = address.strip().lower().encode("utf-8", "surrogatepass")
    return derive(current().settings.secret, "suppressed-address", tidy)


def add(
    session: Session, *, merchant_id: UUID, address_hash: bytes, reason: str, at: datetime
) -> None:
    """Never write there again; what weighs more than unsubscribing replaces it. Safe to repeat."""
    row = {"merchant_id": merchant_id, "address_hash": address_hash, "reason": reason, "at": at}
    session.execute(insert_unless_there(session, _SUPPRESSION), row)
    session.execute(
        sa.update(_SUPPRESSION)
        .where(
            _SUPPRESSION.c.merchant_id == merchant_id,
            _SUPPRESSION.c.address_hash == address_hash,
            _SUPPRESSION.c.reason == UNSUBSCRIBED,
        )
        .values(reason=reason, at=at)
    )


def forgive(session: Session, *, merchant_id: UUID, address_hash: bytes) -> None:
    """They say yes again: what they had ended themselves holds no more; a bounce still does."""
    session.execute(
        sa.delete(_SUPPRESSION).where(
            _SUPPRESSION.c.merchant_id == merchant_id,
            _SUPPRESSION.c.address_hash == address_hash,
            _SUPPRESSION.c.reason == UNSUBSCRIBED,
        )
    )


def find(session: Session, *, merchant_id: UUID, address_hash: bytes) -> Suppression | None:
    """Since when and why that address is on the list, if it is."""
    return session.get(Suppression, (merchant_id, address_hash))


def count(session: Session, *, merchant_id: UUID) -> dict[str, int]:
    """How many addresses are on the list, by reason."""
    rows = session.execute(
        sa.select(_SUPPRESSION.c.reason, sa.func.count().label("number"))
        .where(_SUPPRESSION.c.merchant_id == merchant_id)
        .group_by(_SUPPRESSION.c.reason)
    )
    return {row.reason: row.number for row in rows}


def among(
    session: Session, *, merchant_id: UUID, people: Iterable[tuple[Reach, bytes]]
) -> set[UUID]:
    """Those of these people whose address is suppressed; each with the hash of it.

    Who unsubscribed and later says yes again on a page of ours, with that address proven, is not:
    an old file that is imported again brings nobody back.
    """
    listed = list(people)
    asked = {"merchant": merchant_id, "hashes": [hashed for _, hashed in listed]}
    rows = session.execute(_LISTED, asked)
    found = {row.address_hash: row for row in rows}
    return {one.customer_id for one, hashed in listed if _holds(found, one, hashed)}


def _holds(found: Mapping[bytes, Any], one: Reach, hashed: bytes) -> bool:
    row = found.get(hashed)
    if row is None:
        return False
    is_back = row.reason == UNSUBSCRIBED and one.is_proven and one.agreed_at > row.at
    return not is_back
