"""The public log of a program: what was promised from when on, and what each change was."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.programs import catalogue, differences
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.differences import Difference
from loyalty.programs.models import Program


@dataclass(frozen=True, slots=True)
class Published:
    """A version that came into force, beside the one before it.

    `changes` is empty and `promise` None for the first. `promise` says what stays for units that
    were earned under the version before.
    """

    number: int
    published_at: datetime
    terms: Text
    changes: list[Difference]
    promise: Text | None


def published(
    session: Session, *, merchant_id: UUID, program_id: UUID, currency: str
) -> list[Published]:
    """Every version that was ever in force, the newest first; drafts are nobody's business."""
    numbers = catalogue.published_numbers(session, merchant_id=merchant_id, program_id=program_id)
    versions = [
        catalogue.version(session, merchant_id=merchant_id, program_id=program_id, number=number)
        for _, number in numbers
    ]
    before: list[PublishedVersion | None] = [None, *versions[:-1]]
    pairs = zip(before, versions, strict=True) if versions else ()
    return [_entry(old, new, currency) for old, new in pairs][::-1]


def _entry(before: PublishedVersion | None, after: PublishedVersion, currency: str) -> Published:
    changes, promise = [], None
    if before is not None:
        changes = differences.between(before.document, after.document, currency)
        promise = differences.promise(before.document)
    return Published(after.number, after.published_at, after.terms, changes, promise)


def merchant_of(session: Session, *, program_ref: str) -> UUID:
    """Whose program that is, for its public page. Raises Unknown("program"), for drafts too.

    Nobody is signed in there; the page holds what the shop promises to everybody, and no more.
    """
    program_id = parse_ref("prg", program_ref)
    found = session.execute(
        sa.select(Program.merchant_id).where(
            Program.id == program_id, Program.current_version.is_not(None)
        )
    ).scalar_one_or_none()
    if found is None:
        raise Unknown("program")
    return found
