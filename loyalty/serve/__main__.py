"""`python -m loyalty.serve`: one of the two children of `serve_with_worker`; not for people."""

import logging
import os
import sys

from loyalty.core import clock, collecting, db
from loyalty.core.db import WORKER_CACHE_MB, Database
from loyalty.core.settings import Settings
from loyalty.serve import orphans
from loyalty.web import observe

log = logging.getLogger(__name__)


def main(part: str, *more: str) -> None:
    """Be the server (its address, its number of processes or 0) or the worker, until stopped."""
    settings = Settings.from_environment(os.environ)
    if part == "server":
        bind, workers = more
        with collecting.paused():
            from loyalty.serve.server import serve  # noqa: PLC0415  # the worker can do without
        serve(settings, bind=bind, workers=int(workers) or None, has_parent=True)
        return
    observe.configure_logging()
    orphans.end_with_parent(os.getpid())
    _work(Database(settings, cache_mb=WORKER_CACHE_MB))


def _work(database: Database) -> None:
    with collecting.paused():
        from loyalty.worker import process  # noqa: PLC0415  # the server can do without
    db.use(database)
    try:
        process.work(database, clock=clock.now)
    except Exception as error:  # noqa: BLE001  # a line for the log; the parent starts us again
        observe.log_exception(log, "worker broke", error)
        sys.exit(1)
    finally:
        database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
