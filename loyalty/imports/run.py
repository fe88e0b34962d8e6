"""One import under way: its id, where its rows go, and its own row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core import outbox
from loyalty.core.ids import ref
from loyalty.imports.models import ImportRun
from loyalty.imports.result import Count
from loyalty.imports.target import Target


@dataclass(frozen=True, slots=True)
class Run:
    """This import: its id, where its sales go, when it was started, and from which file."""

    import_id: UUID
    target: Target
    at: datetime
    file_name: str


def open_run(session: Session, run: Run) -> None:
    """The run's own row, written with the first rows that it takes."""
    if session.get(ImportRun, (run.target.club.merchant_id, run.import_id)) is not None:
        return
    session.add(
        ImportRun(
            merchant_id=run.target.club.merchant_id,
            id=run.import_id,
            program_id=run.target.club.program_id,
            file_name=run.file_name,
            accepted=0,
            refused=0,
            no_customer=0,
            replayed=0,
            started_at=run.at,
        )
    )
    session.flush()


def close_run(session: Session, *, run: Run, count: Count) -> None:
    """Note how the run went, and tell the house once: not a word for each sale."""
    row = session.get_one(ImportRun, (run.target.club.merchant_id, run.import_id))
    row.accepted, row.refused = count.accepted, count.refused
    row.no_customer, row.replayed = count.no_customer, count.replayed
    row.finished_at = run.at
    session.flush()
    outbox.add(
        session,
        merchant_id=row.merchant_id,
        kind="sales.imported",
        facts={
            "import": ref("imp", row.id),
            "program": ref("prg", row.program_id),
            "sales": count.sales,
        },
        at=run.at,
    )
