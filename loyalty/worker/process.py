"""A process that works: the product's own chores, drained by SIGTERM and SIGINT."""

import signal

from loyalty.core.db import Database
from loyalty.worker.chores import CHORES
from loyalty.worker.crew import Clock
from loyalty.worker.loop import CONCURRENCY, Tally, Worker


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
    return worker.run(until_idle=until_idle)
