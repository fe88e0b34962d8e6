"""Do what is due and come back: for a timer of the system, for tests, and for another day."""

from datetime import datetime

from loyalty.core.db import Database
from loyalty.worker.loop import CONCURRENCY, Tally, Worker
from loyalty.worker.registry import Registry


def once(
    database: Database, registry: Registry, *, at: datetime, concurrency: int = CONCURRENCY
) -> Tally:
    """Hand over every event and run every job that is due at `at`, those made on the way too."""
    worker = Worker(database, registry, clock=lambda: at, concurrency=concurrency)
    return worker.run(until_idle=True)
