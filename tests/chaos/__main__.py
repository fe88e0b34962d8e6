"""`python -m tests.chaos`, with `--help` for what may be chosen.

Each seed on each database, once with the letters of an automation, campaigns into which anything
comes, then both mutants, which have to be caught; 0 when all is as it should.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loyalty import schema
from loyalty.core import db
from loyalty.core.db import Database
from tests.chaos import machine
from tests.chaos.rig import Plot, play
from tests.conftest import settings_for
from tests.rigs import postgres

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--people", type=int, default=1_200)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--campaigns", type=int, default=50, help="walked through step by step")
    parser.add_argument("--mutants", action="store_true", help="only the mutants")
    asked = parser.parse_args()
    faults = 0
    for engine in asked.engine or ENGINES:
        for seed in [] if asked.mutants else range(1, asked.seeds + 1):
            faults += not _one(engine, seed, asked, "")
        if not asked.mutants:
            faults += not _one(engine, 1, asked, journey=True)
            faults += not _walked(engine, asked.campaigns)
        for mutant in ("retry", "cursor"):
            faults += _one(engine, 1, asked, mutant)  # a mutant that passes is the fault
    return 1 if faults else 0


@contextmanager
def _installation(engine: str) -> Iterator[tuple[Path, str]]:
    """An empty folder, and the URL of a database that is not there yet."""
    with tempfile.TemporaryDirectory(prefix="loyalty-chaos-") as folder:
        url = f"sqlite:///{Path(folder) / 'loyalty.sqlite3'}"
        if engine == "postgresql":
            url = postgres.shared().create_database()
        yield Path(folder), url


def _one(
    engine: str, seed: int, asked: argparse.Namespace, mutant: str = "", *, journey: bool = False
) -> bool:
    with _installation(engine) as (home, url):
        found = play(Plot(url, home, seed, asked.people, asked.kills, mutant, journey, 2))
    caught = " (caught)" if mutant and not found.is_good else ""
    few = "" if mutant or found.kills == asked.kills else " (over before all were killed)"
    what = "automation" if journey else mutant or f"seed {seed}"
    print(f"{engine} {what}: {found}{caught}{few}", flush=True)
    return found.is_good and not few


def _walked(engine: str, campaigns: int) -> bool:
    """So many campaigns into which anything comes, other things each time."""
    with _installation(engine) as (home, url):
        database = Database(settings_for(home, url))
        schema.migrate(database)
        db.use(database)
        try:
            machine.walk(database, examples=campaigns, wild=True)
        except AssertionError as error:
            print(f"{engine} {campaigns} walks: {error}", flush=True)
            return False
        finally:
            db.use(None)
            database.dispose()
    print(f"{engine} {campaigns} walks: held", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
