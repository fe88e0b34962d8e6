"""Importing a file of sales: read it onto disk, then take it customer by customer in time order.

A batch is one write, so an import that is broken off can be started again: what went in is known
by its identity and counts as replayed. The same file again changes nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.core import sizes
from loyalty.core.db import Database
from loyalty.core.ids import new_id, ref
from loyalty.imports import batches, patience
from loyalty.imports import run as runs
from loyalty.imports import target as targets
from loyalty.imports.batches import Cards, Taken
from loyalty.imports.order import Order, Progress, rows, silent
from loyalty.imports.result import Count, ImportResult
from loyalty.imports.run import Run
from loyalty.imports.sale import RowReader, Sale
from loyalty.imports.sheet import SALES, Refusal
from loyalty.imports.spool import Batch, Spool, spool
from loyalty.imports.verdict import Sorted

# While a batch is written on SQLite every till waits; on PostgreSQL those of its cards only.
BATCH_ROWS = {"sqlite": 1_000, "postgresql": 2_000}
_NAME_MAX = 255


def run_import(
    database: Database, *, order: Order, at: datetime, progress: Progress = silent
) -> ImportResult:
    """Import a file; every row of it is accepted, refused, without a customer, or known already.

    Raises Unknown, ProgramNeeded and FileRefused before anything is written, and Busy when the
    database stays locked; what went in until then stays, and the next run goes on from there.
    """
    order.demand_folder()
    with database.read() as session:
        target = targets.find(
            session, merchant_ref=order.merchant_ref, program_ref=order.program_ref
        )
    run = Run(order.import_id or new_id(), target, at, order.file_name[-_NAME_MAX:])
    doing = _Import(database, order, run, progress)
    with spool() as kept:
        kept.fill(doing.read())
        if order.dry_run:
            doing.look_through(kept)
        else:
            doing.take_all(kept)
        order.tell(kept.refusals(order.language or target.language))
    is_written = doing.count.accepted and not order.dry_run
    return replace(
        doing.count.result(), import_ref=ref("imp", run.import_id) if is_written else None
    )


class _Rehearsed(Exception):
    """Undoes a write that was only tried, and brings what it found."""

    def __init__(self, found: Sorted) -> None:
        super().__init__()
        self.found = found


class _Import:
    """One import under way."""

    def __init__(self, database: Database, order: Order, run: Run, progress: Progress) -> None:
        self.count = Count(sales=0)
        self._database = database
        self._order = order
        self._run = run
        self._progress = progress

    def read(self) -> Iterator[Sale | Refusal]:
        """Each row of the file; rows without a customer are counted and go no further."""
        shop = self._run.target.shop(self._run.at)
        return rows(
            self._order,
            SALES,
            lambda heading: RowReader(heading, shop),
            count=self.count,
            progress=self._progress,
        )

    def look_through(self, kept: Spool) -> None:
        """Count what an import would do; writes nothing."""
        may_block = self._run.target.may_block
        for batch in self._batches(kept, whole=may_block):
            found = self._look(batch)
            if found.returned and may_block:
                found = self._rehearse(batch)
            self._note(kept, found)

    def take_all(self, kept: Spool) -> None:
        """Take every batch, then close the run if one was begun."""
        waiting: Cards = {}
        is_open = is_new = False
        for batch in self._batches(kept):
            found = Sorted() if is_new else self._look(batch)
            if is_new or found.baskets or waiting:  # else the tills need not wait for a look
                taken = self._take(batch, waiting)
                found, waiting = taken.found, taken.waiting
                is_open = is_open or taken.is_begun  # not if another import was faster
                is_new = bool(found.taken)  # and so is what comes next, most likely
                if is_new:
                    sizes.learn(self._database)
            self._note(kept, found)
        if is_open:  # also where every row that was tried was refused in the end
            with self._database.write() as session:
                runs.close_run(session, run=self._run, count=self.count)

    def _batches(self, kept: Spool, *, whole: bool = False) -> Iterator[Batch]:
        done, total = 0, kept.count_rows()
        for batch in kept.batches(BATCH_ROWS[self._database.dialect], whole=whole):
            yield batch
            done += len(batch.rows)
            self._progress(done, total)

    def _look(self, batch: Batch) -> Sorted:
        with self._database.read() as session:
            return batches.look(session, target=self._run.target, batch=batch)

    def _rehearse(self, batch: Batch) -> Sorted:
        """What becomes of a batch whose returns may be refused for want of units; undone at once.

        Only taking it can tell.
        """
        try:
            patience.write(self._database, lambda session: self._take_and_stop(session, batch))
        except _Rehearsed as done:
            return done.found
        finally:
            self._run.target.locations.clear()
        raise AssertionError("a rehearsal is always undone")

    def _take_and_stop(self, session: Session, batch: Batch) -> None:
        raise _Rehearsed(batches.take(session, run=self._run, batch=batch, waiting={}).found)

    def _take(self, batch: Batch, waiting: Cards) -> Taken:
        return patience.write(
            self._database,
            lambda session: batches.take(session, run=self._run, batch=batch, waiting=waiting),
            before_again=self._run.target.locations.clear,
        )

    def _note(self, kept: Spool, found: Sorted) -> None:
        self.count.add(found)
        kept.refuse(found.refused)
