"""An import of 50,000 sales by the product's own command, on both engines.

`python -m bench imports`: sales a second and the peak of memory, in a process of its own.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import cast, rounds
from bench.rounds import Goal, measured, spread
from bench.serving import ROOT, environment_of
from tests.rigs import postgres

SALES_A_SECOND_MIN = 1_000
PEAK_MB_MAX = 250
ENGINES = ("sqlite", "postgresql")
FIRST_DAY = date(2025, 11, 1)
DAYS, CUSTOMERS_A_SALE, SEED = 365, 10, 20_261_121


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    sales: int
    rounds: int
    noisy: bool


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench imports", description=__doc__)
    parser.add_argument("--sales", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"imports: {options.sales:,} sales from a file, by `loyalty import sales`", flush=True)
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        path = write_sales(Path(folder) / "sales.csv", options.sales)
        return max(_engine(engine, path, options) for engine in ENGINES)


def write_sales(path: Path, sales: int) -> Path:
    """A file of so many sales of a year, in the order of time, ten a customer on average."""
    chance = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("customer", "occurred_at", "amount", "external_ref"))
        for number in range(sales):
            day = FIRST_DAY + timedelta(days=number * DAYS // sales)
            clock = f"{chance.randrange(7, 20):02}:{chance.randrange(60):02}"
            amount = f"{chance.randrange(1, 40)}.{chance.randrange(100):02}"
            customer = f"c{chance.randrange(max(1, sales // CUSTOMERS_A_SALE))}"
            rows.writerow((customer, f"{day}T{clock}", amount, f"r{number}"))
    return path


def _engine(engine: str, path: Path, options: Options) -> int:
    found, faults = [], []
    for _ in range(options.rounds):
        done, damage = _import(engine, path, options)
        found.append(done)
        faults += damage
        if done["accepted"] != options.sales:
            faults.append(f"{done['accepted']} of {options.sales} sales were accepted")
    speeds = [done["accepted"] / done["seconds"] for done in found]
    peaks = [done["peak_mb"] for done in found]
    print(f"  {engine}, min / median / max: sales/s {spread(speeds)}, peak MB {spread(peaks)}")
    slowest, largest = min(speeds), max(peaks)
    return rounds.verdict(
        [
            Goal(f"{engine}: sales a second", slowest, SALES_A_SECOND_MIN, at_least=True),
            Goal(f"{engine}: peak MB", largest, PEAK_MB_MAX, at_least=False),
        ],
        faults,
    )


def _import(engine: str, path: Path, options: Options) -> tuple[dict[str, Any], list[str]]:
    """One import into an installation that is empty; what it says, and what the audit finds."""
    with installation(engine) as (environment, roots):

        def act() -> dict[str, Any]:
            # Again into another shop when the machine was too busy.
            return _command(environment, path, cast.open_counter(environment, cards=0).merchant)

        one = measured(act, roots, noisy=options.noisy, name=engine)
        with cast.opened(environment) as database:
            return one.result, cast.findings(database)


def _command(environment: Mapping[str, str], path: Path, merchant: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "loyalty.cli", "import", "sales", str(path)]
    done = subprocess.run(
        [*command, "--merchant", merchant, "--json"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment_of(environment),
    )
    if done.returncode != 0:
        raise RuntimeError(f"the import failed: {done.stderr[-1000:]}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@contextmanager
def installation(engine: str) -> Iterator[tuple[dict[str, str], dict[str, int]]]:
    """The environment of an installation, durable as in a shop, and its server's process."""
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        if engine == "sqlite":
            yield {"LOYALTY_DATA": folder}, {}
            return
        with postgres.running(durable=True) as server:
            assert server.keeper is not None
            url = server.create_database()
            yield {"LOYALTY_DATA": folder, "DATABASE_URL": url}, {"database": server.keeper.pid}
