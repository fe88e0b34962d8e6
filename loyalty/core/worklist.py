"""What people see of the jobs and decide about them: the list, the lag, again, or never."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed, table
from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.jobs import ATTEMPTS, CLAIMED, DEAD, DISCARDED, DONE, READY, Job
from loyalty.core.text import Text

WAITING = (READY, CLAIMED)
SHOWN_MAX = 50
_JOB = table(Job)


class NotDead(StateConflict):
    """Only what is dead can be retried or discarded."""

    words = Text(
        "Questo lavoro non è più tra i falliti: ricarica la lista.",
        "This job is no longer among those that failed: look at the list again.",
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A job as people see it; without a merchant it is the house's. Never its payload."""

    id: UUID
    merchant_id: UUID | None
    kind: str
    state: str
    run_at: datetime
    attempts: int
    max_attempts: int
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def ref(self) -> str:
        """Its public name."""
        return ref("job", self.id)


_LISTED = sa.select(*(_JOB.c[name] for name in Listed.__slots__))


def list_jobs(
    session: Session,
    *,
    states: Sequence[str],
    merchant_id: UUID | None = None,
    limit: int = SHOWN_MAX,
) -> list[Listed]:
    """Jobs in these states, the longest due first: of the shop and the house, or of everybody."""
    query = _LISTED.where(_JOB.c.state.in_(states), _seen_by(merchant_id))
    rows = session.execute(query.order_by(_JOB.c.run_at, _JOB.c.id).limit(limit))
    return [Listed(*row) for row in rows]


def dead_jobs(
    session: Session, *, merchant_id: UUID | None = None, limit: int = SHOWN_MAX
) -> list[Listed]:
    """Jobs that failed too often and wait for a person, as in `list_jobs`."""
    return list_jobs(session, states=(DEAD,), merchant_id=merchant_id, limit=limit)


def find(session: Session, *, job_ref: str, merchant_id: UUID | None = None) -> Listed:
    """A job of the shop or the house, or of anybody. Raises Unknown, for a stranger's too."""
    job_id = parse_ref("job", job_ref)
    query = _LISTED.where(_JOB.c.id == job_id, _seen_by(merchant_id))
    row = session.execute(query).one_or_none() if job_id else None
    if row is None:
        raise Unknown("job")
    return Listed(*row)


def _seen_by(merchant_id: UUID | None) -> sa.ColumnElement[bool]:
    if merchant_id is None:
        return sa.true()
    return sa.or_(_JOB.c.merchant_id == merchant_id, _JOB.c.merchant_id.is_(None))


def retry(session: Session, *, job_id: UUID, at: datetime) -> None:
    """Give a dead job another life, from now on. Raises NotDead."""
    again = {
        "state": READY,
        "run_at": at,
        "finished_at": None,
        "max_attempts": _JOB.c.attempts + ATTEMPTS,
    }
    _decide(session, job_id, again)


def discard(session: Session, *, job_id: UUID, at: datetime) -> None:
    """Let a dead job go for good. Raises NotDead."""
    _decide(session, job_id, {"state": DISCARDED, "finished_at": at})


def _decide(session: Session, job_id: UUID, values: dict[str, object]) -> None:
    dead = (_JOB.c.id == job_id, _JOB.c.state == DEAD)
    if rows_changed(session.execute(sa.update(_JOB).where(*dead).values(values))) == 0:
        raise NotDead


def lag_s(session: Session, *, at: datetime) -> int:
    """For how many seconds the oldest job that could run has been waiting; 0 if none is."""
    ready = (_JOB.c.state == READY, _JOB.c.run_at <= at)
    query = sa.select(_JOB.c.run_at).where(*ready).order_by(_JOB.c.run_at).limit(1)
    since = session.execute(query).scalar_one_or_none()
    return 0 if since is None else int((at - since).total_seconds())


def finished_before(session: Session, *, before: datetime, limit: int) -> list[UUID]:
    """Ids of jobs that were done or discarded before that moment."""
    over = (_JOB.c.state.in_((DONE, DISCARDED)), _JOB.c.finished_at < before)
    return list(session.scalars(sa.select(_JOB.c.id).where(*over).limit(limit)))


def forget(session: Session, *, job_ids: Sequence[UUID]) -> None:
    """Delete these jobs."""
    session.execute(sa.delete(_JOB).where(_JOB.c.id.in_(job_ids)))
