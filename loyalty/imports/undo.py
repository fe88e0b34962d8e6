"""Undoing an import: what it recorded is taken back by new entries, and its rows may come again.

In short writes, so that tills go on; one that is broken off is simply started again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import outbox
from loyalty.core.db import Database, part
from loyalty.core.errors import InsufficientUnits, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.counter.receipts import PREFIX
from loyalty.imports import patience
from loyalty.imports.models import ImportedChange, ImportedSale, ImportRun
from loyalty.imports.order import Progress, silent
from loyalty.imports.taking_back import Step, TakingBack
from loyalty.ledger.models import Operation
from loyalty.merchants.accounts import find_merchant

AT_ONCE = 20
_PAGE = 1_000
Ids = Sequence[UUID]


@dataclass(slots=True)
class Undone:
    """How undoing went: visits and changes taken back, and what had to stay, by ref, with why."""

    visits: int = 0
    changes: int = 0
    kept: dict[str, Text] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The answer of `--json`."""
        kept = [{"ref": each, "it": why.it, "en": why.en} for each, why in self.kept.items()]
        return {"visits": self.visits, "changes": self.changes, "kept": kept}


def run_undo(
    database: Database,
    *,
    merchant_ref: str,
    import_ref: str,
    at: datetime,
    progress: Progress = silent,
) -> Undone:
    """Take back an import of sales; its rows may be imported again, other rows are not touched.

    Customers and cards that it made stay. Sales go first, so that units which returns had taken and
    which come back make up for what is short. What the program's rules let nobody take back stays
    as it is and is named.
    Raises Unknown("merchant") and Unknown("import"), and Busy when the database stays locked.
    """
    with database.read() as session:
        run = find(session, merchant_ref=merchant_ref, import_ref=import_ref)
        undoing = _Undoing(database, run.merchant_id, run.id, at, progress)
        undoing.total = _count(session, run.merchant_id, run.id)
    undoing.each(_visits, TakingBack.visit)
    undoing.each(_changes, TakingBack.change)
    if undoing.done.kept:  # what returns had taken is there again
        undoing.each(_visits, TakingBack.visit)
        undoing.each(_changes, TakingBack.change)
    patience.write(database, undoing.close)
    return undoing.done


def steps_of(session: Session, *, merchant_ref: str, import_ref: str) -> int:
    """How many visits and changes of an import there are to take back. Raises Unknown."""
    run = find(session, merchant_ref=merchant_ref, import_ref=import_ref)
    return _count(session, run.merchant_id, run.id)


def _count(session: Session, merchant_id: UUID, import_id: UUID) -> int:
    changes = sa.select(sa.func.count()).select_from(_changes(merchant_id, import_id).subquery())
    its_operation = sa.and_(
        Operation.merchant_id == ImportedSale.merchant_id, Operation.id == ImportedSale.visit_id
    )
    visits = (
        sa.select(sa.func.count(ImportedSale.visit_id.distinct()))
        .join(Operation, its_operation)
        .where(
            ImportedSale.merchant_id == merchant_id,
            ImportedSale.import_id == import_id,
            Operation.kind == "visit",
        )
    )
    return session.execute(changes).scalar_one() + session.execute(visits).scalar_one()


def find(session: Session, *, merchant_ref: str, import_ref: str) -> ImportRun:
    """The merchant's import of that ref. Raises Unknown."""
    merchant = find_merchant(session, merchant_ref=merchant_ref)
    import_id = parse_ref("imp", import_ref)
    run = session.get(ImportRun, (merchant.id, import_id)) if import_id else None
    if run is None:
        raise Unknown("import")
    return run


def _changes(merchant_id: UUID, import_id: UUID) -> sa.Select[UUID, str]:
    made = sa.select(ImportedChange.operation_id).where(
        ImportedChange.merchant_id == merchant_id, ImportedChange.import_id == import_id
    )
    return sa.select(Operation.id, Operation.kind).where(
        Operation.merchant_id == merchant_id, Operation.id.in_(made)
    )


def _visits(merchant_id: UUID, import_id: UUID) -> sa.Select[UUID, str]:
    made = sa.select(ImportedSale.visit_id).where(
        ImportedSale.merchant_id == merchant_id, ImportedSale.import_id == import_id
    )
    return sa.select(Operation.id, Operation.kind).where(
        Operation.merchant_id == merchant_id, Operation.kind == "visit", Operation.id.in_(made)
    )


@dataclass(slots=True)
class _Undoing:
    """One undoing under way."""

    database: Database
    merchant_id: UUID
    import_id: UUID
    at: datetime
    progress: Progress
    done: Undone = field(default_factory=Undone)
    total: int = 0
    seen: int = 0

    def each(
        self, query: Callable[[UUID, UUID], sa.Select[UUID, str]], take: Callable[..., Step]
    ) -> None:
        """Take back whatever the query finds, the latest first, some at a time."""
        wanted = query(self.merchant_id, self.import_id).order_by(Operation.id.desc())
        before: UUID | None = None
        while True:
            with self.database.read() as session:
                page = wanted if before is None else wanted.where(Operation.id < before)
                found = session.execute(page.limit(_PAGE)).all()
            if not found:
                return
            for start in range(0, len(found), AT_ONCE):
                some = found[start : start + AT_ONCE]
                for step in patience.write(
                    self.database, partial(self._take, some=some, take=take)
                ):
                    self._note(step)
            before = found[-1].id

    def _take(self, session: Session, some: Sequence[Any], take: Callable[..., Step]) -> list[Step]:
        back = TakingBack(session, self.merchant_id, self.import_id, self.at)
        return [_tried(session, back, row, take) for row in some]

    def _note(self, step: Step) -> None:
        key = ref(PREFIX[step.kind], step.operation_id)
        self.done.kept.pop(key, None)
        if step.refused is not None:
            self.done.kept[key] = step.refused
        self.done.visits += step.is_done and step.kind == "visit"
        self.done.changes += step.is_done and step.kind != "visit"
        self.seen += step.is_done
        self.progress(self.seen, self.total)

    def close(self, session: Session) -> None:
        """Note that it is over, and tell the house."""
        run = session.get_one(ImportRun, (self.merchant_id, self.import_id))
        run.undone_at = self.at
        session.flush()
        outbox.add(
            session,
            merchant_id=self.merchant_id,
            kind="sales.unimported",
            facts={"import": ref("imp", run.id), "visits": self.done.visits},
            at=self.at,
        )


def _tried(session: Session, back: TakingBack, row: Any, take: Callable[..., Step]) -> Step:
    """One step, or why it cannot be taken back; then nothing of it has happened."""
    try:
        with part(session):
            return take(back, row.id, row.kind)
    except InsufficientUnits as refusal:
        return Step(row.id, row.kind, is_done=False, refused=refusal.sentence)
