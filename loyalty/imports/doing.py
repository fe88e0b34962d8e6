"""A file that was brought is tried, imported, or taken back; each may be begun again after a kill.

The import has the id of its file, so that a second attempt goes on under the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import Database, table
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.imports import badrows, customers, pieces, sales, words
from loyalty.imports.chosen import Chosen
from loyalty.imports.lines import FileRefused
from loyalty.imports.models import ImportedSale, ImportRun
from loyalty.imports.order import Order, Progress
from loyalty.imports.result import ImportResult
from loyalty.imports.undo import run_undo
from loyalty.imports.upload_models import (
    CHOOSING,
    DONE,
    RUNNING,
    TRIED,
    TRYING,
    UNDOING,
    UNDONE,
    ImportChunk,
    ImportedCustomer,
    ImportUpload,
)

ROWS_MAX = 1_000_000
_UPLOAD = table(ImportUpload)
_SHOWN_REASONS = 5
_Import = Callable[..., ImportResult]


@dataclass(slots=True)
class _Bad:
    """The rows that were refused so far; of very many the first."""

    found: dict[int, tuple[str, str]] = field(default_factory=dict)

    def note(self, line: int, column: str, reason: str) -> None:
        if len(self.found) < badrows.KEPT_MAX:
            self.found[line] = (column, reason)


def attempt(
    database: Database, *, merchant_id: UUID, upload_id: UUID, at: datetime, progress: Progress
) -> None:
    """Count what the file would bring; nothing is written of it."""
    upload = _found(database, merchant_id, upload_id, TRYING)
    if upload is not None:
        _go(database, upload, at, progress, dry_run=True)


def carry_out(
    database: Database, *, merchant_id: UUID, upload_id: UUID, at: datetime, progress: Progress
) -> None:
    """Import the file, then keep of it only the rows that were refused."""
    upload = _found(database, merchant_id, upload_id, RUNNING)
    if upload is not None:
        _go(database, upload, at, progress, dry_run=False)


def take_back_sales(
    database: Database, *, merchant_id: UUID, upload_id: UUID, at: datetime, progress: Progress
) -> None:
    """Undo an import of sales as far as its program's rules let it."""
    upload = _found(database, merchant_id, upload_id, UNDOING)
    if upload is None:
        return
    counts: dict[str, Any] = {"visits": 0, "changes": 0, "kept": 0}
    if _has_run(database, upload):
        done = run_undo(
            database,
            merchant_ref=ref("mer", merchant_id),
            import_ref=ref("imp", upload_id),
            at=at,
            progress=progress,
        )
        why = list(dict.fromkeys(done.kept.values()))[:_SHOWN_REASONS]
        counts = {
            "visits": done.visits,
            "changes": done.changes,
            "kept": len(done.kept),
            "why": [each.as_dict() for each in why],
        }
    close_undo(database, upload=upload, counts=counts, at=at)


def close_undo(
    database: Database, *, upload: ImportUpload, counts: dict[str, Any], at: datetime
) -> None:
    """Note what was taken back, beside what earlier tries took back."""
    before = upload.undone_counts or {}
    for name in ("visits", "changes", "customers"):
        if name in counts:
            counts[name] += before.get(name, 0)
    _settle(database, upload, UNDOING, state=UNDONE, undone_counts=counts, undone_at=at)


def _found(
    database: Database, merchant_id: UUID, upload_id: UUID, state: str
) -> ImportUpload | None:
    """The file, if it still waits for this; a job that comes twice finds it gone on."""
    with database.read() as session:
        upload = session.get(ImportUpload, (merchant_id, upload_id))
        if upload is None or upload.state != state:
            return None
        session.expunge(upload)  # read once, and then only looked at
        return upload


def _go(
    database: Database, upload: ImportUpload, at: datetime, progress: Progress, *, dry_run: bool
) -> None:
    bad = _Bad()
    order = _order(database, upload, bad, dry_run=dry_run)
    importing: _Import = sales.run_import if upload.kind == "sales" else customers.run_import
    try:
        result = importing(database, order=order, at=at, progress=_bounded(progress))
        badrows.keep(database, upload=upload, order=order, found=bad.found)
    except Invalid as refusal:  # the file, or its program, as a whole
        said = refusal.sentence.as_dict()
        before = TRYING if dry_run else RUNNING
        _settle(database, upload, before, state=CHOOSING, fault=said, counts=None)
        return
    counts = result.as_dict() | {"kept_rows": len(bad.found)}
    if dry_run:
        _settle(database, upload, TRYING, state=TRIED, counts=counts)
        return
    with database.write() as session:
        _close(session, upload, counts, at)


def _order(database: Database, upload: ImportUpload, bad: _Bad, *, dry_run: bool) -> Order:
    return Order(
        merchant_ref=ref("mer", upload.merchant_id),
        path=partial(pieces.stream, database, merchant_id=upload.merchant_id, upload_id=upload.id),
        program_ref=ref("prg", upload.program_id) if upload.program_id else None,
        dry_run=dry_run,
        name=upload.file_name,
        refused=bad.note,
        language=upload.language,
        import_id=upload.id,
        chosen=Chosen(upload.kind, tuple(upload.headings), tuple(upload.columns)),
    )


def _bounded(progress: Progress) -> Progress:
    def watched(done: int, total: int) -> None:
        if done > ROWS_MAX:
            raise FileRefused(words.TOO_MANY_ROWS)
        progress(done, total)

    return watched


def _close(session: Session, upload: ImportUpload, counts: dict[str, Any], at: datetime) -> None:
    """It is done, counted over all attempts; the file goes."""
    counts = counts | _over_all(session, upload, counts)
    _move(session, upload, RUNNING, state=DONE, counts=counts, finished_at=at)
    session.execute(
        sa.delete(ImportChunk).where(
            ImportChunk.merchant_id == upload.merchant_id, ImportChunk.upload_id == upload.id
        )
    )


def _over_all(session: Session, upload: ImportUpload, counts: dict[str, Any]) -> dict[str, Any]:
    """What came in with an attempt that was broken off is no row that was known before."""
    if upload.kind == "customers":
        return {"made": _count(session, upload, ImportedCustomer)}
    accepted = max(counts["accepted"], _count(session, upload, ImportedSale))
    earlier = min(accepted - counts["accepted"], counts["replayed"])
    run = session.get(ImportRun, (upload.merchant_id, upload.id))
    if run is not None and earlier:
        run.accepted, run.replayed = run.accepted + earlier, run.replayed - earlier
    return {
        "accepted": counts["accepted"] + earlier,
        "replayed": counts["replayed"] - earlier,
    }


def _count(
    session: Session, upload: ImportUpload, kind: type[ImportedSale] | type[ImportedCustomer]
) -> int:
    mine = (kind.merchant_id == upload.merchant_id, kind.import_id == upload.id)
    return session.execute(sa.select(sa.func.count()).select_from(kind).where(*mine)).scalar_one()


def _has_run(database: Database, upload: ImportUpload) -> bool:
    with database.read() as session:
        return session.get(ImportRun, (upload.merchant_id, upload.id)) is not None


def note_progress(
    database: Database, *, merchant_id: UUID, upload_id: UUID, done: int, total: int
) -> None:
    """How far it is, for whoever watches."""
    mine = (_UPLOAD.c.merchant_id == merchant_id, _UPLOAD.c.id == upload_id)
    with database.write() as session:
        session.execute(sa.update(_UPLOAD).where(*mine).values(done=done, total=total))


def _settle(database: Database, upload: ImportUpload, before: str, **values: Any) -> None:
    with database.write() as session:
        _move(session, upload, before, **values)


def _move(session: Session, upload: ImportUpload, before: str, **values: Any) -> None:
    """Only if nobody else has: a lease that was lost records nothing."""
    mine = (_UPLOAD.c.merchant_id == upload.merchant_id, _UPLOAD.c.id == upload.id)
    query = sa.update(_UPLOAD).where(*mine, _UPLOAD.c.state == before).values(values)
    session.execute(query)
