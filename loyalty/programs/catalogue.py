"""Published versions, read once and kept: they never change."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import ProgramPaused, Unknown
from loyalty.core.text import Text
from loyalty.programs.document import VersionDocument
from loyalty.programs.loading import load
from loyalty.programs.models import ProgramVersion

KEPT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A frozen version: the rules under which entries are made."""

    merchant_id: UUID
    program_id: UUID
    number: int
    document: VersionDocument
    terms: Text
    published_at: datetime


_kept: OrderedDict[tuple[UUID, UUID, int], PublishedVersion] = OrderedDict()
_guard = threading.Lock()


def version(
    session: Session, *, merchant_id: UUID, program_id: UUID, number: int
) -> PublishedVersion:
    """The published version of that number. Raises Unknown("version")."""
    key = (merchant_id, program_id, number)
    with _guard:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _read(session, key)
    with _guard:
        _kept[key] = found
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return found


def _read(session: Session, key: tuple[UUID, UUID, int]) -> PublishedVersion:
    merchant_id, program_id, number = key
    row = session.execute(
        sa.select(
            ProgramVersion.document,
            ProgramVersion.terms_it,
            ProgramVersion.terms_en,
            ProgramVersion.published_at,
        ).where(
            ProgramVersion.merchant_id == merchant_id,
            ProgramVersion.program_id == program_id,
            ProgramVersion.number == number,
            ProgramVersion.published_at.is_not(None),
        )
    ).first()
    if row is None:
        raise Unknown("version")
    return PublishedVersion(
        merchant_id=merchant_id,
        program_id=program_id,
        number=number,
        document=load(row.document),
        terms=Text(row.terms_it, row.terms_en),
        published_at=row.published_at,
    )


def published_numbers(
    session: Session, *, merchant_id: UUID, program_id: UUID
) -> list[tuple[datetime, int]]:
    """When each published version began, oldest first."""
    rows = session.execute(
        sa.select(ProgramVersion.published_at, ProgramVersion.number)
        .where(
            ProgramVersion.merchant_id == merchant_id,
            ProgramVersion.program_id == program_id,
            ProgramVersion.published_at.is_not(None),
        )
        .order_by(ProgramVersion.published_at, ProgramVersion.number)
    ).all()
    return [(row.published_at, row.number) for row in rows if row.published_at is not None]


def number_at(published: list[tuple[datetime, int]], at: datetime) -> int:
    """The version valid at that moment; before the first one, the first. Raises ProgramPaused."""
    if not published:
        raise ProgramPaused
    valid = [number for began, number in published if began <= at]
    return valid[-1] if valid else published[0][1]
