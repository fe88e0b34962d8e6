"""Finding the merchant behind a sign-in name, a key, a link or a phone."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.signing import digest
from loyalty.merchants.models import Directory


@dataclass(frozen=True, slots=True)
class Entry:
    """Whose it is, and which row of theirs."""

    merchant_id: UUID
    target_id: UUID


def enter(session: Session, *, kind: str, text: str, merchant_id: UUID, target_id: UUID) -> None:
    """Make `text` findable as a `kind`; only its digest is kept."""
    session.execute(
        sa.insert(Directory),
        {
            "kind": kind,
            "digest": digest(text),
            "merchant_id": merchant_id,
            "target_id": target_id,
        },
    )


def look_up(session: Session, *, kind: str, text: str) -> Entry | None:
    """Whose `text` is, or None."""
    return look_up_digest(session, kind=kind, found_by=digest(text))


def look_up_digest(session: Session, *, kind: str, found_by: bytes) -> Entry | None:
    """The same for who kept only the digest of it."""
    found = session.execute(
        sa.select(Directory.merchant_id, Directory.target_id).where(
            Directory.kind == kind, Directory.digest == found_by
        )
    ).first()
    return Entry(*found) if found else None


def forget(session: Session, *, kind: str, merchant_id: UUID, target_id: UUID) -> None:
    """Make that row of theirs findable no longer by what was entered for it."""
    session.execute(
        sa.delete(Directory).where(
            Directory.kind == kind,
            Directory.merchant_id == merchant_id,
            Directory.target_id == target_id,
        )
    )
