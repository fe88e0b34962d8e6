"""Work for later: jobs in our own table, claimed under a lease, tried again, dead when hopeless."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import Base, Id, Json, UtcDateTime, rows_changed, table
from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import new_id

READY, CLAIMED, DONE, DEAD, DISCARDED = "ready", "claimed", "done", "dead", "discarded"
ATTEMPTS = 8  # a life: a job that somebody retries gets another one
LEASE_S_MAX = 3_600  # whatever claims to be held for longer was claimed under a wrong clock
_WAIT_S, _WAIT_S_MAX, _JITTER_PERCENT = 5, 3_600, 20
_NAME_LETTERS_MAX = 120
Payload = dict[str, Any]


class Job(Base):
    """One piece of work; a shop's own names its merchant, the house's names none.

    `key` makes enqueueing harmless to repeat. `worker` names one claim of one worker, and with
    `attempts` tells who holds the job now from who held it before.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.CheckConstraint(
            "state IN ('ready', 'claimed', 'done', 'dead', 'discarded')", name="state"
        ),
        sa.Index("ix_job_state_run_at", "state", "run_at"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    merchant_id: Mapped[UUID | None] = mapped_column(Id, sa.ForeignKey("merchant.id"))
    kind: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str | None] = mapped_column(sa.String(200))
    payload: Mapped[Payload] = mapped_column(Json)
    state: Mapped[str] = mapped_column(sa.String(10))
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    max_attempts: Mapped[int]
    worker: Mapped[str | None] = mapped_column(sa.String(120))
    lease_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(sa.String(_NAME_LETTERS_MAX))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


_JOB = table(Job)
_FREE = {"worker": None, "lease_ends_at": None}


class LeaseLost(Exception):
    """Somebody else may have the job by now: stop, and record nothing."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in the hands of one worker; `worker` and `attempt` prove that it still is."""

    id: UUID
    kind: str
    payload: Payload
    attempt: int
    max_attempts: int
    worker: str


def enqueue(  # six by keyword, each said by name
    session: Session,
    *,
    kind: str,
    payload: Payload,
    at: datetime,
    run_at: datetime | None = None,
    key: str | None = None,
    merchant_id: UUID | None = None,
) -> UUID | None:
    """Add a job to run from `run_at` (or at once); it exists if and only if the write commits.

    Returns its id, or None if a job with that key is there already, in whatever state. `payload`
    holds refs and numbers, never personal text: it outlives an erasure.
    """
    row = new_row(kind=kind, payload=payload, at=at, key=key, merchant_id=merchant_id)
    row["run_at"] = run_at or at
    made = session.execute(_insert(session).returning(_JOB.c.id), row)
    return made.scalar_one_or_none()


def new_row(
    *, kind: str, payload: Payload, at: datetime, key: str | None, merchant_id: UUID | None
) -> dict[str, Any]:
    """The row of a job that may run at once, for `enqueue_all`."""
    return {
        "id": new_id(),
        "merchant_id": merchant_id,
        "kind": kind,
        "key": key,
        "payload": payload,
        "state": READY,
        "run_at": at,
        "attempts": 0,
        "max_attempts": ATTEMPTS,
        "created_at": at,
    }


def enqueue_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add the jobs of these rows, all but those whose key is known."""
    if rows:
        session.execute(_insert(session), list(rows))


def _insert(session: Session) -> Any:
    return insert_unless_there(session, _JOB, by=["key"])


# --- the worker's side ---------------------------------------------------------------------------


def claim(
    session: Session, *, worker: str, at: datetime, limit: int, lease_s: int
) -> list[Claimed]:
    """Take up to `limit` jobs that are due, the longest due first; nobody else gets them meanwhile.

    A job whose lease has run out is taken over. If that was its last attempt it dies instead: what
    takes its worker down each time must not go on for ever.
    """
    rows = _take_over(session, at, limit)
    ready = sa.and_(_JOB.c.state == READY, _JOB.c.run_at <= at)
    rows += _locked(session, ready, limit - len(rows))
    claimed = [_claimed(row, f"{worker}/{secrets.token_hex(4)}") for row in rows]
    for job in claimed:
        session.execute(
            sa.update(_JOB)
            .where(_JOB.c.id == job.id)
            .values(
                state=CLAIMED,
                attempts=job.attempt,
                worker=job.worker,
                lease_ends_at=at + timedelta(seconds=lease_s),
            )
        )
    return claimed


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether `claim` would find something: a look that locks nothing."""
    ready = sa.and_(_JOB.c.state == READY, _JOB.c.run_at <= at)
    return any(
        session.execute(sa.select(_JOB.c.id).where(wanted).limit(1)).first() is not None
        for wanted in (ready, _lapsed(at))
    )


def is_open(session: Session, *, kind: str) -> bool:
    """Whether a job of that kind waits or is being done."""
    wanted = (_JOB.c.kind == kind, _JOB.c.state.in_([READY, CLAIMED]))
    return session.execute(sa.select(_JOB.c.id).where(*wanted).limit(1)).first() is not None


def _take_over(session: Session, at: datetime, limit: int) -> list[sa.Row[Any]]:
    lapsed = _locked(session, _lapsed(at), limit)
    for row in lapsed:
        if row.attempts >= row.max_attempts:
            dead = {"state": DEAD, "finished_at": at, "last_error": LeaseLost.__name__, **_FREE}
            session.execute(sa.update(_JOB).where(_JOB.c.id == row.id).values(dead))
    return [row for row in lapsed if row.attempts < row.max_attempts]


def _lapsed(at: datetime) -> sa.ColumnElement[bool]:
    """A lease that has run out; so has one from a clock that was ahead and was put right."""
    ends_at, too_far = _JOB.c.lease_ends_at, at + timedelta(seconds=2 * LEASE_S_MAX)
    return sa.and_(_JOB.c.state == CLAIMED, sa.or_(ends_at <= at, ends_at > too_far))


def _locked(session: Session, wanted: sa.ColumnElement[bool], limit: int) -> list[sa.Row[Any]]:
    """Rows that only we have; on SQLite the write has the whole database anyway."""
    query = sa.select(_JOB).where(wanted).order_by(_JOB.c.run_at, _JOB.c.id).limit(limit)
    return list(session.execute(query.with_for_update(skip_locked=True))) if limit > 0 else []


def _claimed(row: sa.Row[Any], worker: str) -> Claimed:
    return Claimed(
        id=row.id,
        kind=row.kind,
        payload=row.payload,
        attempt=row.attempts + 1,
        max_attempts=row.max_attempts,
        worker=worker,
    )


def finish(session: Session, *, job: Claimed, at: datetime) -> bool:
    """Record that it is done; False if the lease was lost, and then nothing is recorded."""
    return _settle(session, job, state=DONE, finished_at=at, last_error=None, **_FREE)


def fail(session: Session, *, job: Claimed, error: BaseException, at: datetime) -> str | None:
    """Try again later, or bury it after its last attempt.

    Returns the new state, None if the lease was lost: then nothing is recorded.

    Of the error only its class and code are kept: a message may quote a customer.
    """
    said = name_of(error)
    if job.attempt >= job.max_attempts:
        held = _settle(session, job, state=DEAD, finished_at=at, last_error=said, **_FREE)
        return DEAD if held else None
    failed = job.attempt - (job.max_attempts - ATTEMPTS)  # in this life of it
    percent = secrets.randbelow(2 * _JITTER_PERCENT + 1) - _JITTER_PERCENT
    run_at = at + wait_after(failed, jitter_percent=percent)
    held = _settle(session, job, state=READY, run_at=run_at, last_error=said, **_FREE)
    return READY if held else None


def give_back(session: Session, *, job: Claimed) -> bool:
    """Return a job that was not begun, or stopped at a safe place: the attempt does not count."""
    return _settle(session, job, state=READY, attempts=job.attempt - 1, **_FREE)


def prolong(session: Session, *, job: Claimed, at: datetime, lease_s: int) -> bool:
    """Hold it for `lease_s` seconds from now on; False if the lease was lost."""
    return _settle(session, job, lease_ends_at=at + timedelta(seconds=lease_s))


def _settle(session: Session, job: Claimed, **values: Any) -> bool:
    """Change the job if and only if this claim still holds it."""
    mine = (
        _JOB.c.id == job.id,
        _JOB.c.state == CLAIMED,
        _JOB.c.worker == job.worker,
        _JOB.c.attempts == job.attempt,
    )
    return rows_changed(session.execute(sa.update(_JOB).where(*mine).values(values))) == 1


def wait_after(failed: int, *, jitter_percent: int) -> timedelta:
    """How long to wait after the `failed`th failure in a row: 5 s, doubled each time, 1 h at most.

    `jitter_percent`, from -20 to 20, keeps jobs that failed together from coming back together.
    """
    wait_s = min(_WAIT_S_MAX, _WAIT_S * 2 ** min(failed - 1, 20))
    return timedelta(milliseconds=wait_s * 10 * (100 + jitter_percent))


def name_of(error: BaseException) -> str:
    """The class of an error and its code, if it has one: "Unknown unknown_card"."""
    code = error.code if isinstance(error, LoyaltyError) else None
    if isinstance(error, sa.exc.DBAPIError):
        code = getattr(error.orig, "sqlstate", None)
    name = type(error).__name__
    return (f"{name} {code}" if code else name)[:_NAME_LETTERS_MAX]
