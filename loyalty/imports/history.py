"""Every import of a shop, whichever way it came, the newest first; and files that were left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.imports import badrows
from loyalty.imports.adopting import counts_of
from loyalty.imports.models import ImportRun
from loyalty.imports.upload_models import (
    ARRIVING,
    CHOOSING,
    DONE,
    TRIED,
    TRYING,
    UNDONE,
    ImportBadRow,
    ImportUpload,
)

LEFT_HOURS = 24  # a file that nobody went on with


@dataclass(frozen=True, slots=True)
class Past:
    """An import as a list shows it; `is_here` if it came through a browser."""

    id: UUID
    kind: str
    state: str
    file_name: str
    at: datetime
    counts: dict[str, Any]
    is_here: bool


def page(session: Session, *, merchant_id: UUID, before: UUID | None, limit: int) -> list[Past]:
    """The imports before that one, the newest first."""
    here = [_here(row) for row in _rows(session, ImportUpload, merchant_id, before, limit)]
    known = {one.id for one in here}
    runs = _rows(session, ImportRun, merchant_id, before, limit)
    elsewhere = [_elsewhere(row) for row in runs if row.id not in known]
    # A run has the id of its file, so the newest of both are among the newest of each.
    found = sorted([*here, *elsewhere], key=lambda one: one.id, reverse=True)[:limit]
    return [one for one in found if one.state != ARRIVING]


def _rows(
    session: Session, kind: Any, merchant_id: UUID, before: UUID | None, limit: int
) -> Sequence[Any]:
    query = sa.select(kind).where(kind.merchant_id == merchant_id)
    if before is not None:
        query = query.where(kind.id < before)
    return session.execute(query.order_by(kind.id.desc()).limit(limit)).scalars().all()


def _here(row: ImportUpload) -> Past:
    at = row.finished_at or row.created_at
    return Past(row.id, row.kind, row.state, row.file_name, at, row.counts or {}, is_here=True)


def _elsewhere(run: ImportRun) -> Past:
    state = UNDONE if run.undone_at else DONE
    at = run.finished_at or run.started_at
    return Past(run.id, "sales", state, run.file_name, at, counts_of(run), is_here=False)


def left_files(session: Session, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Shop and id of files that nobody went on with for a day."""
    rows = session.execute(
        sa.select(ImportUpload.merchant_id, ImportUpload.id)
        .where(
            ImportUpload.state.in_((ARRIVING, CHOOSING, TRYING, TRIED)),
            ImportUpload.started_at.is_(None),
            sa.func.coalesce(ImportUpload.tried_at, ImportUpload.created_at)
            < at - timedelta(hours=LEFT_HOURS),
        )
        .limit(limit)
    )
    return [(row.merchant_id, row.id) for row in rows]


def old_bad_rows(session: Session, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Shop and id of imports whose rows to mend have been kept long enough."""
    rows = session.execute(
        sa.select(ImportUpload.merchant_id, ImportUpload.id)
        .where(
            ImportUpload.finished_at < badrows.oldest_kept(at),
            sa.exists().where(
                ImportBadRow.merchant_id == ImportUpload.merchant_id,
                ImportBadRow.upload_id == ImportUpload.id,
            ),
        )
        .limit(limit)
    )
    return [(row.merchant_id, row.id) for row in rows]
