"""The loop of a worker: record what ended, make what has come round, claim what is due; rest."""

import logging
import os
import secrets
import socket
import time
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from loyalty.core import jobs, outbox, schedules
from loyalty.core.db import Database
from loyalty.core.errors import Busy
from loyalty.core.jobs import Claimed
from loyalty.worker.crew import LEASE_S, STOP_S, Clock, Crew, Outcome
from loyalty.worker.registry import Registry

log = logging.getLogger(__name__)

CONCURRENCY = 4
EVENTS_A_WRITE = 100
_IDLE_MS, _JITTER_MS, _BUSY_MS, _DRAIN_MS = 1_000, 200, 2_000, 50
_PATIENCE_S = 2 * STOP_S  # as long as the web server takes to stop


@dataclass(frozen=True, slots=True)
class Tally:
    """What a worker has done so far: jobs done, events handed over, and what went wrong."""

    jobs: int = 0
    events: int = 0
    failed: int = 0  # to be tried again
    dead: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.jobs + other.jobs,
            self.events + other.events,
            self.failed + other.failed,
            self.dead + other.dead,
        )


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one write of the loop did."""

    tally: Tally
    claimed: list[Claimed]
    made: int


class Worker:
    """One worker process on a database; several of them share the work."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        *,
        clock: Clock,
        concurrency: int = CONCURRENCY,
        lease_s: int = LEASE_S,
    ) -> None:
        self.tally = Tally()
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._database, self._registry, self._clock = database, registry, clock
        self._crew = Crew(
            database, registry.handlers, clock=clock, size=concurrency, lease_s=lease_s
        )
        self._ended: list[Outcome] = []
        self._is_stopping = False

    def stop(self) -> None:
        """Drain and end: what runs is finished, the rest given back. For signal handlers too."""
        # A plain flag: to set an Event takes a lock that the interrupted thread may hold.
        self._is_stopping = True

    def run(self, *, until_idle: bool = False) -> Tally:
        """Work until told to stop, or until nothing is due any more."""
        with self._database.write() as session:
            for name, cadence in self._registry.schedules.items():
                schedules.ensure(session, name=name, every=cadence, at=self._clock())
        while not self._is_stopping:
            if self._take_turn():
                continue
            if until_idle and not self._crew.held and not self._ended:
                break
            self._crew.wait(_ms(_IDLE_MS))
        self._drain()
        return self.tally

    def _take_turn(self) -> bool:
        """One write, if there is reason for one; whether it moved anything."""
        self._ended += self._crew.outcomes()
        try:
            if not self._ended and not self._is_anything_due():
                return False
            return self._write_turn(self._crew.room)
        except Busy:
            # Nothing was recorded; what ended is still ours to tell.
            log.warning("the database is busy or away; trying again")
            self._crew.wait(_ms(_BUSY_MS))
            return True

    def _write_turn(self, room: int) -> bool:
        with self._database.write() as session:
            turn = self._turn(session, room)
        had, self._ended = len(self._ended), []
        self.tally += turn.tally
        for job in turn.claimed:
            self._crew.take(job)
        return bool(had or turn.claimed or turn.made or turn.tally.events)

    def _turn(self, session: Session, room: int) -> _Turn:
        at, tally = self._clock(), Tally()
        for outcome in self._ended:
            tally += _settle(session, outcome, self._clock)
        if room <= 0:
            return _Turn(tally, [], 0)
        made = schedules.fire(session, names=self._registry.schedules, at=at)
        handed = outbox.hand_over(
            session, routes=self._registry.routes, at=at, limit=EVENTS_A_WRITE
        )
        claimed = jobs.claim(
            session, worker=self.name, at=at, limit=room, lease_s=self._crew.lease_s
        )
        return _Turn(replace(tally, events=handed.events), claimed, made)

    def _is_anything_due(self) -> bool:
        if self._crew.room <= 0:
            return False
        at, names = self._clock(), self._registry.schedules
        with self._database.read() as session:
            return (
                jobs.is_due(session, at=at)
                or outbox.is_waiting(session)
                or schedules.is_due(session, names=names, at=at)
            )

    def _drain(self) -> None:
        self._crew.leave()
        deadline = time.monotonic() + _PATIENCE_S
        while (self._crew.held or self._ended) and time.monotonic() < deadline:
            self._ended += self._crew.outcomes()
            if self._ended:
                self._settle_last()
            else:
                self._crew.wait(_DRAIN_MS / 1_000)
        self._crew.dismiss()

    def _settle_last(self) -> None:
        try:
            self._write_turn(0)
        except Busy:
            self._crew.wait(_DRAIN_MS / 1_000)


def _settle(session: Session, outcome: Outcome, clock: Clock) -> Tally:
    """Record one outcome, if the job is still ours, and say in the log what a person may want."""
    job, at = outcome.job, clock()
    if outcome.how == "done":
        is_ours = jobs.finish(session, job=job, at=at)
        tally = Tally(jobs=1)
    elif outcome.how == "returned":
        is_ours, tally = jobs.give_back(session, job=job), Tally()
    elif outcome.error is not None:
        state = jobs.fail(session, job=job, error=outcome.error, at=at)
        is_ours = state is not None
        tally = Tally(dead=1) if state == jobs.DEAD else Tally(failed=1)
        log.error("job failed", exc_info=outcome.error, extra={"facts": _facts(job, state)})
    else:
        is_ours, tally = False, Tally()
    if is_ours:
        return tally
    log.warning("the lease was lost: nothing recorded", extra={"facts": _facts(job, None)})
    return Tally()


def _facts(job: Claimed, state: str | None) -> dict[str, object]:
    return {"kind": job.kind, "job": str(job.id), "attempt": job.attempt, "state": state}


def _ms(milliseconds: int) -> float:
    """So long in seconds, a fifth more or less: workers that rest together do not wake together."""
    return (milliseconds + secrets.randbelow(2 * _JITTER_MS + 1) - _JITTER_MS) / 1_000
