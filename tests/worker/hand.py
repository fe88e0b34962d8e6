"""A worker to be killed: `python -m tests.worker.hand` on the installation of the environment.

Each of its jobs does one deed of its own, known by a key, and then takes a while to be over. With
`chores` it does what the product's worker does.
"""

import os
import signal
import sys
import time

from loyalty.core import clock, db, jobs
from loyalty.core.db import Database
from loyalty.core.schedules import Every
from loyalty.core.settings import Settings
from loyalty.worker.chores import CHORES
from loyalty.worker.loop import Worker
from loyalty.worker.registry import Registry

LEASE_S = 1


def deed(database, *, payload, at, beat):
    """Something that must be done at least once, and shows how often it was begun."""
    with database.write() as session:
        jobs.enqueue(session, kind="begun", payload=payload, at=at, run_at=at.replace(year=2999))
    time.sleep(0.02)
    beat()
    with database.write() as session:
        key = f"mark-{payload['facts']['number']}"
        jobs.enqueue(
            session, kind="mark", payload=payload, at=at, run_at=at.replace(year=2999), key=key
        )
    time.sleep(0.02)


def tick(database, *, payload, at, beat):
    """What comes round."""


def registry():
    """What this hand knows."""
    known = Registry()
    known.add("deed", deed, on=("visit.recorded",))
    known.add("tick", tick, every=Every(1))
    return known


def main():
    """Work until stopped."""
    database = Database(Settings.from_environment(os.environ))
    db.use(database)
    known = CHORES if sys.argv[1:] == ["chores"] else registry()
    worker = Worker(database, known, clock=clock.now, concurrency=3, lease_s=LEASE_S)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    print("at work", flush=True)  # noqa: T201  # who started it waits for this
    worker.run()


if __name__ == "__main__":
    main()
