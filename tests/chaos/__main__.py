"""`python -m tests.chaos [--engine E] [--seeds N] [--people N] [--kills N] [--mutants]`.

Each seed on each database, then both mutants, which have to be caught; 0 when all is as it should.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.rig import Plot, play
from tests.rigs import postgres

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--people", type=int, default=1_200)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--mutants", action="store_true", help="only the mutants")
    asked = parser.parse_args()
    faults = 0
    for engine in asked.engine or ENGINES:
        for seed in [] if asked.mutants else range(1, asked.seeds + 1):
            faults += not _one(engine, seed, asked, "")
        for mutant in ("retry", "cursor"):
            faults += _one(engine, 1, asked, mutant)  # a mutant that passes is the fault
    return 1 if faults else 0


def _one(engine: str, seed: int, asked: argparse.Namespace, mutant: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="loyalty-chaos-") as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'loyalty.sqlite3'}"
        if engine == "postgresql":
            url = postgres.shared().create_database()
        found = play(Plot(url, home, seed, asked.people, asked.kills, mutant))
    caught = " (caught)" if mutant and not found.is_good else ""
    print(f"{engine} {mutant or f'seed {seed}'}: {found}{caught}", flush=True)
    return found.is_good


if __name__ == "__main__":
    sys.exit(main())
