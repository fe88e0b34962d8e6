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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import books, cast
from bench.cast import ENGINES, installation
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.serving import ROOT, environment_of

SALES_A_SECOND_MIN, SALES_A_SECOND_AIM = 3_000, 10_000
PEAK_MB_MAX, PEAK_MB_AIM = 250, 150
FIRST_DAY = date(2025, 11, 1)
DAYS, CUSTOMERS_A_SALE, SEED = 365, 10, 20_261_121


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    sales: int
    rounds: int
    noisy: bool


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench imports", description=__doc__)
    parser.add_argument("--sales", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"imports: {options.sales:,} sales from a file, by `loyalty import sales`", flush=True)
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        path = write_sales(Path(folder) / "sales.csv", options.sales)
        found = [_engine(engine, path, options) for engine in ENGINES]
    return Outcome(
        f"{options.sales:,} sales from a file, by `loyalty import sales`",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


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


def _engine(engine: str, path: Path, options: Options) -> tuple[list[Figure], list[str]]:
    found, faults = [], []
    for _ in range(options.rounds):
        done, damage = _import(engine, path, options)
        found.append(done)
        faults += damage
        if done["accepted"] != options.sales:
            faults.append(f"{engine}: {done['accepted']} of {options.sales} sales were accepted")
    speeds = [done["accepted"] / done["seconds"] for done in found]
    peaks = [done["peak_mb"] for done in found]
    bars = (PEAK_MB_MAX, PEAK_MB_AIM)
    return [
        Figure(f"{engine}: sales", speeds, SALES_A_SECOND_MIN, SALES_A_SECOND_AIM, unit="/s"),
        Figure(f"{engine}: peak of memory", peaks, *bars, at_least=False, unit="MB"),
    ], faults


def _import(engine: str, path: Path, options: Options) -> tuple[dict[str, Any], list[str]]:
    """One import into an installation that is empty; what it says, and what the audit finds."""
    with installation(engine) as (environment, roots):

        def act() -> dict[str, Any]:
            # Again into another shop when the machine was too busy.
            return _command(environment, path, cast.open_counter(environment, cards=0).merchant)

        one = measured(act, roots, noisy=options.noisy, name=engine)
        with cast.opened(environment) as database:
            return one.result, books.findings(database)


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
