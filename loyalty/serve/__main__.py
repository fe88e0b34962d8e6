"""`python -m loyalty.serve`: one of the two children of `serve_with_worker`; not for people."""

import os
import sys

from loyalty.core import clock, db
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.serve import orphans
from loyalty.serve.server import serve
from loyalty.web import observe
from loyalty.worker import process


def main(part: str, *more: str) -> None:
    """Be the server (its address, its number of processes or 0) or the worker, until stopped."""
    settings = Settings.from_environment(os.environ)
    if part == "server":
        bind, workers = more
        serve(settings, bind=bind, workers=int(workers) or None, has_parent=True)
        return
    observe.configure_logging()
    database = Database(settings)
    db.use(database)
    orphans.end_with_parent(os.getpid())
    process.work(database, clock=clock.now)
    database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
