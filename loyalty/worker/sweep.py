"""`jobs.sweep`: what was done more than a month ago is forgotten."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from loyalty.cards import live_uses
from loyalty.core import outbox, worklist
from loyalty.core.db import Database
from loyalty.worker.portions import Work, in_portions
from loyalty.worker.registry import Beat

KEPT_DAYS = 30
_FOUND_MAX = 2_000
T = TypeVar("T")


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # nothing is in it
    """Delete jobs that were done, events that were handled, live codes that served 30 days ago.

    What is dead stays until somebody has decided.
    """
    before = at - timedelta(days=KEPT_DAYS)

    def old_jobs(session: Session) -> list[Any]:
        return worklist.finished_before(session, before=before, limit=_FOUND_MAX)

    def old_events(session: Session) -> list[Any]:
        return outbox.handled_before(session, before=before, limit=_FOUND_MAX)

    def old_codes(session: Session) -> list[Any]:
        return live_uses.used_before(session, before=before, limit=_FOUND_MAX)

    _clear(database, old_codes, lambda session, uses: live_uses.forget(session, uses=uses), beat)
    _clear(database, old_jobs, lambda session, ids: worklist.forget(session, job_ids=ids), beat)
    _clear(database, old_events, lambda session, ids: outbox.forget(session, events=ids), beat)


def _clear(
    database: Database,
    find: Callable[[Session], list[T]],
    forget: Callable[[Session, Sequence[T]], None],
    beat: Beat,
) -> None:
    """Look without a lock, for there is no index; then delete what was found, in portions."""
    while found := _look(database, find):
        in_portions(database, _taking(found, forget), after=beat)


def _look(database: Database, find: Callable[[Session], list[T]]) -> list[T]:
    with database.read() as session:
        return find(session)


def _taking(found: list[T], forget: Callable[[Session, Sequence[T]], None]) -> Work:
    left = iter(found)

    def work(session: Session, size: int) -> int:
        portion = list(islice(left, size))
        if portion:
            forget(session, portion)
        return len(portion)

    return work
