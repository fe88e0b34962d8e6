"""Accruals over HTTP on SQLite: the slowest request of a round, in the shipped set-up for one shop.

`python -m bench sqlite`: one process of 8 threads under 8 connections, durable as shipped.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import cast, load, rounds
from bench.books import compare
from bench.load import Load, Target
from bench.rounds import Goal, Round, measured, spread
from bench.serving import serving
from loyalty.core.db import sqlite_module

SLOWEST_MS_MAX = 200
WARM_UP_S = 2


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    seconds: int
    rounds: int
    cards: int
    noisy: bool


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench sqlite", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cards", type=int, default=2_000)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    generator, version = load.find(), sqlite_module().sqlite_version
    print(
        f"sqlite: SQLite {version}, one process of 8 threads; load by {generator.name}", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        return _run(Path(folder), options)


def _run(folder: Path, options: Options) -> int:
    environment = {"LOYALTY_DATA": str(folder)}
    counter = cast.open_counter(environment, cards=options.cards)
    with serving(environment, folder / "log") as served:
        target = Target(served.url, counter.key, counter.write_codes(folder / "codes"))
        warm = load.find().run(target, seconds=WARM_UP_S)
        done = [_round(target, served.process.pid, options) for _ in range(options.rounds)]
    loads = [warm, *(one.result for one in done)]
    with cast.opened(environment) as database:
        faults = compare(database, loads, connections=target.connections)
    return _tell(loads[1:], faults)


def _round(target: Target, server: int, options: Options) -> Round[Load]:
    def act() -> Load:
        return load.find().run(target, seconds=options.seconds)

    one = measured(act, {"server": server}, noisy=options.noisy, name="ours")
    print(f"  {one.result}   {one.usage}", flush=True)
    return one


def _tell(loads: Sequence[Load], faults: Sequence[str]) -> int:
    slowest = [one.max_ms for one in loads]
    print("  min / median / max")
    print(f"  ours/s     {spread([one.per_second for one in loads])}")
    print(f"  p50 ms     {spread([one.p50_ms for one in loads], 1)}")
    print(f"  p99 ms     {spread([one.p99_ms for one in loads], 1)}")
    print(f"  slowest ms {spread(slowest, 1)}")
    goal = Goal("slowest request, ms", statistics.median(slowest), SLOWEST_MS_MAX, at_least=False)
    return rounds.verdict([goal], faults)
