"""Imports by the product's own command, on both engines, each in a process of its own.

`python -m bench imports`: lines a second and the peak of memory for receipts of many lines of which
some come back, as a wholesaler's till exports them, and sales a second for receipts of one line.
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

LINES_A_SECOND_MIN, LINES_A_SECOND_AIM = 3_000, 10_000
PEAK_MB_MAX, PEAK_MB_AIM = 250, 150
FIRST_DAY = date(2025, 11, 1)
DAYS, CUSTOMERS_A_SALE, SEED = 365, 10, 20_261_121
# As a year of a real wholesaler's till has it: 20 lines a receipt; of one receipt in five something
# comes back, 2.4 lines on average.
LINES_A_RECEIPT_MAX, RECEIPTS_RETURNED, LINES_RETURNED = 39, 0.2, 0.12
HEAD = ("customer", "occurred_at", "amount", "external_ref", "item", "quantity")


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    lines: int
    sales: int
    rounds: int
    noisy: bool


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench imports", description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--sales", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    setting = f"{options.lines:,} lines with returns, then {options.sales:,} sales of one line each"
    print(f"imports: {setting}, by `loyalty import sales`", flush=True)
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        lines = write_lines(Path(folder) / "lines.csv", options.lines)
        sales = write_sales(Path(folder) / "sales.csv", options.sales)
        found = [_engine(engine, lines, sales, options) for engine in ENGINES]
    return Outcome(
        f"{setting}, by `loyalty import sales`",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def write_lines(path: Path, lines: int) -> Path:
    """A file of so many lines of a year in receipts of up to 39; some come back in part."""
    chance = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEAD)
        written, number = 0, 0
        while written < lines:
            day = FIRST_DAY + timedelta(days=written * DAYS // lines)
            for row in _receipt(chance, day, number)[: lines - written]:
                rows.writerow(row)
                written += 1
            number += 1
    return path


def _receipt(chance: random.Random, day: date, number: int) -> list[tuple[str, ...]]:
    """The lines of a receipt, and those of them that are brought back three days later."""
    customer, at = f"c{chance.randrange(1_000)}", f"T{chance.randrange(7, 20):02}:15"
    lines, back = [], []
    returned = LINES_RETURNED if chance.random() < RECEIPTS_RETURNED else 0
    for item in chance.sample(range(3_000), chance.randint(1, LINES_A_RECEIPT_MAX)):
        amount = f"{chance.randrange(1, 40)}.{chance.randrange(100):02}"
        lines.append((customer, f"{day}{at}", amount, f"r{number}", f"item {item}", "1"))
        if chance.random() < returned:
            later = f"{day + timedelta(days=3)}{at}"
            back.append((customer, later, f"-{amount}", f"b{number}", f"item {item}", "-1"))
    return lines + back


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


def _engine(
    engine: str, lines: Path, sales: Path, options: Options
) -> tuple[list[Figure], list[str]]:
    many, faults = _rounds(engine, lines, options.lines, options)
    single, more = _rounds(engine, sales, options.sales, options)
    bars = (PEAK_MB_MAX, PEAK_MB_AIM)
    peaks = [done["peak_mb"] for done in many]
    return [
        Figure(
            f"{engine}: lines", _speeds(many), LINES_A_SECOND_MIN, LINES_A_SECOND_AIM, unit="/s"
        ),
        Figure(f"{engine}: peak of memory", peaks, *bars, at_least=False, unit="MB"),
        Figure(f"{engine}: sales of one line", _speeds(single), unit="/s"),
    ], faults + more


def _rounds(
    engine: str, path: Path, rows: int, options: Options
) -> tuple[list[dict[str, Any]], list[str]]:
    found, faults = [], []
    for _ in range(options.rounds):
        done, damage = _import(engine, path, options)
        found.append(done)
        faults += damage
        if done["accepted"] != rows:
            faults.append(f"{engine}: {done['accepted']} of {rows} rows were accepted")
    return found, faults


def _speeds(found: list[dict[str, Any]]) -> list[float]:
    return [done["accepted"] / done["seconds"] for done in found]


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
