"""The server and the worker under one parent: they end with it, and a broken worker comes back."""

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from loyalty.assets import check_built
from loyalty.core.settings import Settings
from loyalty.web import observe

log = logging.getLogger(__name__)

_LOOK_S = 0.2
_SOUND_S = 60  # a worker that ran for so long had nothing wrong with it from the start
_WAIT_S_MAX = 60
STOP_S = 20  # for requests under way, when asked to stop
_PATIENCE_S = STOP_S + 5
Process = subprocess.Popen[bytes]


def serve(settings: Settings, *, bind: str, workers: int | None = None) -> None:
    """Serve until stopped. Raises AssetsNotBuiltError when the front end is missing or stale."""
    from loyalty.serve import server  # noqa: PLC0415  # a parent need not hold the application

    server.serve(settings, bind=bind, workers=workers)


def serve_with_worker(settings: Settings, *, bind: str, workers: int | None = None) -> None:
    """Serve and work until stopped; LOYALTY_WORKER=external leaves the worker to somebody else.

    SIGTERM and SIGINT drain both. Ends the program with the server's exit code if the server ends
    by itself. Raises AssetsNotBuiltError as `serve` does.
    """
    if settings.worker_is_external:
        serve(settings, bind=bind, workers=workers)
        return
    check_built()
    observe.configure_logging()
    sys.exit(_Parent(settings, ("server", bind, str(workers or 0))).run())


@dataclass
class _Parent:
    settings: Settings
    server: tuple[str, ...]
    asked_to_stop: int = 0
    failures: int = 0
    started: float = 0.0
    again: float = field(default=float("inf"))

    def run(self) -> int:
        """Keep both running; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)
        server, worker = self._start(*self.server), self._start_worker()
        try:
            while not self.asked_to_stop and server.poll() is None:
                worker = self._look_after(worker)
                time.sleep(_LOOK_S)
        finally:
            self._stop(server, worker)
        return 0 if self.asked_to_stop else abs(server.returncode)

    def _hear(self, *_: object) -> None:
        self.asked_to_stop += 1

    def _start(self, *part: str) -> Process:
        """A child that holds the other end of our pipe: when we are gone, it sees the end of it."""
        return subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "loyalty.serve", *part],
            stdin=subprocess.PIPE,
            env=_environment(self.settings),
        )

    def _start_worker(self) -> Process:
        self.started, self.again = time.monotonic(), float("inf")
        return self._start("worker")

    def _look_after(self, worker: Process) -> Process:
        """Start a worker that has ended again, after a wait that doubles with each failure."""
        if worker.poll() is None:
            return worker
        now = time.monotonic()
        if now >= self.again:
            return self._start_worker()
        if self.again == float("inf"):
            self.failures = 1 if now - self.started > _SOUND_S else self.failures + 1
            wait_s = min(_WAIT_S_MAX, 2 ** min(self.failures - 1, 10))
            self.again = now + wait_s
            facts = {"exit": worker.returncode, "again_in_s": wait_s}
            log.error("the worker ended and will be started again", extra={"facts": facts})
        return worker

    def _stop(self, *children: Process) -> None:
        """Ask both, and wait; after that, or when asked twice, make them."""
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _PATIENCE_S
        while any(child.poll() is None for child in children):
            if time.monotonic() > deadline or self.asked_to_stop > 1:
                for child in children:
                    child.kill()
            time.sleep(_LOOK_S / 4)


def _environment(settings: Settings) -> dict[str, str]:
    """Ours, with what the settings say: they need not all come from the environment."""
    return {
        **os.environ,
        "LOYALTY_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "LOYALTY_PUBLIC_URL": settings.public_url,
    }
