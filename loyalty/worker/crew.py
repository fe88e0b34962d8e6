"""The threads of a worker: each takes a claimed job, runs it, and says what became of it."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from loyalty.core import jobs
from loyalty.core.db import Database
from loyalty.core.jobs import Claimed, LeaseLost
from loyalty.worker.registry import Handler

LEASE_S = 90
STOP_S = 10  # so long a job may go on after the worker was told to stop; then its beat ends it

Clock = Callable[[], datetime]


class NoHandler(Exception):
    """This version of the product knows no such kind of job; another one may."""


class Stopped(Exception):
    """The worker is leaving: let it pass, and the job is given back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job, still to be recorded."""

    job: Claimed
    how: Literal["done", "failed", "lost", "returned"]
    error: BaseException | None = None


class Crew:
    """So many threads and what they hold. Its methods are for the one thread that leads them."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        size: int,
        lease_s: int = LEASE_S,
    ) -> None:
        self.lease_s = lease_s
        self.held = 0
        self._database, self._handlers, self._clock, self._size = database, handlers, clock, size
        self._todo: queue.SimpleQueue[Claimed | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._news = threading.Event()
        self._leaving_since: float | None = None
        for number in range(size):
            # A daemon: a handler that never ends must not keep the process; its lease will run out.
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True).start()

    @property
    def room(self) -> int:
        """How many more jobs would begin at once."""
        return self._size - self.held

    def take(self, job: Claimed) -> None:
        """Hand a job to the next free thread."""
        self.held += 1
        self._todo.put(job)

    def outcomes(self) -> list[Outcome]:
        """What has ended since the last call."""
        ended: list[Outcome] = []
        while not self._outcomes.empty():
            ended.append(self._outcomes.get())
        self.held -= len(ended)
        return ended

    def wait(self, seconds: float) -> None:
        """Until something has ended, but not longer than this."""
        self._news.wait(seconds)
        self._news.clear()

    def leave(self) -> None:
        """Begin nothing more; what runs may go on for a while."""
        self._leaving_since = time.monotonic()

    def dismiss(self) -> None:
        """Let the threads go once they have nothing to do."""
        for _ in range(self._size):
            self._todo.put(None)

    def _work(self) -> None:
        while (job := self._todo.get()) is not None:
            self._outcomes.put(self._run(job))
            self._news.set()

    def _run(self, job: Claimed) -> Outcome:
        if self._leaving_since is not None:
            return Outcome(job, "returned")
        try:
            run, beat = self._handler(job.kind), _Beat(self, job)
            run(self._database, payload=job.payload, at=self._clock(), beat=beat)
        except LeaseLost:
            return Outcome(job, "lost")
        except Stopped:
            return Outcome(job, "returned")
        except BaseException as error:  # noqa: BLE001  # whatever it is, the thread lives on
            return Outcome(job, "failed", error)
        return Outcome(job, "done")

    def _handler(self, kind: str) -> Handler:
        if kind not in self._handlers:
            raise NoHandler
        return self._handlers[kind]

    def prolong(self, job: Claimed) -> bool:
        """Hold the job for another lease, from a thread of the crew; False if it is lost."""
        with self._database.write() as session:
            return jobs.prolong(session, job=job, at=self._clock(), lease_s=self.lease_s)

    def is_out_of_time(self) -> bool:
        """Whether the worker is leaving and has waited long enough."""
        since = self._leaving_since
        return since is not None and time.monotonic() - since > STOP_S


class _Beat:
    """What a handler calls between its writes; it writes itself once in a third of a lease."""

    def __init__(self, crew: Crew, job: Claimed) -> None:
        self._crew, self._job = crew, job
        self._next = time.monotonic() + crew.lease_s / 3

    def __call__(self) -> None:
        if self._crew.is_out_of_time():
            raise Stopped
        if time.monotonic() < self._next:
            return
        if not self._crew.prolong(self._job):
            raise LeaseLost
        self._next = time.monotonic() + self._crew.lease_s / 3
