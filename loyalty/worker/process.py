"""A process that works: the product's own chores, drained by SIGTERM and SIGINT."""

import logging
import signal
from dataclasses import asdict

from loyalty.core.db import Database
from loyalty.worker.chores import CHORES
from loyalty.worker.crew import Clock
from loyalty.worker.loop import CONCURRENCY, Tally, Worker

log = logging.getLogger(__name__)


def work(
    database: Database,
    *,
    clock: Clock,
    concurrency: int = CONCURRENCY,
    until_idle: bool = False,
) -> Tally:
    """Work until stopped, or until nothing is due any more; only in the main thread."""
    worker = Worker(database, CHORES, clock=clock, concurrency=concurrency)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    log.info("worker began", extra={"facts": {"worker": worker.name}})
    tally = worker.run(until_idle=until_idle)
    log.info("worker ended", extra={"facts": {"worker": worker.name, **asdict(tally)}})
    return tally
