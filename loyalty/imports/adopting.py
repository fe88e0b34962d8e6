"""Imports that came on the command line or from another program, seen and undone here too."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.imports import uploads
from loyalty.imports.models import ImportRun
from loyalty.imports.upload_models import ARRIVING, DONE, UNDONE, ImportUpload
from loyalty.merchants.roles import Duty


def seen(session: Session, *, merchant_id: UUID, import_ref: str) -> ImportUpload:
    """An import of the shop, whichever way it came; writes nothing. Raises Unknown("import")."""
    import_id = parse_ref("imp", import_ref)
    row = session.get(ImportUpload, (merchant_id, import_id)) if import_id else None
    if row is not None and row.state != ARRIVING:
        return row
    run = session.get(ImportRun, (merchant_id, import_id)) if import_id else None
    if run is None:
        raise Unknown("import")
    return _as_file(run)


def adopt(session: Session, *, duty: Duty, import_ref: str) -> None:
    """Give an import that came another way the row by which it can be undone here.

    Raises Unknown("import").
    """
    row = seen(session, merchant_id=duty.merchant_id, import_ref=import_ref)
    if row not in session:
        session.add(row)
        session.flush()


def _as_file(run: ImportRun) -> ImportUpload:
    return ImportUpload(
        merchant_id=run.merchant_id,
        id=run.id,
        kind="sales",
        state=UNDONE if run.undone_at else DONE,
        file_name=run.file_name,
        size_bytes=0,
        headings=[],
        columns=[],
        shape=uploads.shape_of([]),
        program_id=run.program_id,
        language="it",
        actor="system",
        done=0,
        total=0,
        counts=counts_of(run),
        created_at=run.started_at,
        finished_at=run.finished_at,
        undone_at=run.undone_at,
    )


def counts_of(run: ImportRun) -> dict[str, Any]:
    """What a run counted, in the shape that a try has."""
    names = ("accepted", "refused", "no_customer", "replayed")
    counts = {name: getattr(run, name) for name in names}
    return {"rows": sum(counts.values()), **counts}
