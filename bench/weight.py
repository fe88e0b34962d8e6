"""Memory of a worker process after work, and how long a server takes from start to first answer.

`python -m bench weight`: the shipped server on both engines. Memory is PSS: what is shared with
another process counts by its share.
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import books, cast, load
from bench.cast import ENGINES, installation
from bench.load import Target
from bench.machine import tree
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.serving import Served, serving, start
from loyalty.core.db import Database

MEMORY_MB_MAX, MEMORY_MB_AIM = 100, 75
START_S_MAX, START_S_AIM = 1.5, 0.7
STARTS_A_ROUND = 3


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    seconds: int
    rounds: int
    cards: int
    noisy: bool


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench weight", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="work before a look at the memory")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cards", type=int, default=1_000)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    found = [_engine(engine, options) for engine in ENGINES]
    return Outcome(
        f"accruals by 8 connections for {options.seconds} s before each look at the memory",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def _engine(engine: str, options: Options) -> tuple[list[Figure], list[str]]:
    starts, memory, targets = [], [], []
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
    ):
        counter, log = cast.open_counter(environment, cards=options.cards), Path(folder) / "log"
        codes = counter.write_codes(Path(folder) / "codes")

        def begin() -> float:
            return statistics.median(_start_s(environment, log) for _ in range(STARTS_A_ROUND))

        _start_s(environment, log)  # the first compiles, as an installation does once
        for _ in range(options.rounds):
            starts.append(measured(begin, roots, noisy=options.noisy, name="start").result)
            with serving(environment, log) as served:
                targets.append(Target(served.url, codes, load.visit(counter.key)))
                load.find().run(targets[-1], seconds=options.seconds)
                memory.append(max(map(pss_mb, workers(served))))
            print(f"  {engine:10} {starts[-1]:.2f} s, {memory[-1]:.0f} MB", flush=True)
        with cast.opened(environment) as database:
            faults = _faults(database, targets)
    bars = (MEMORY_MB_MAX, MEMORY_MB_AIM), (START_S_MAX, START_S_AIM)
    return [
        Figure(f"{engine}: memory of a worker", memory, *bars[0], at_least=False, unit="MB"),
        Figure(f"{engine}: start to first answer", starts, *bars[1], at_least=False, unit="s"),
    ], [f"{engine}: {fault}" for fault in faults]


def _start_s(environment: dict[str, str], log: Path) -> float:
    served = start(environment, log)
    took = time.monotonic() - served.began
    served.stop()
    return took


def _faults(database: Database, targets: Sequence[Target]) -> list[str]:
    return books.compare(database, targets) + books.findings(database)


def workers(served: Served) -> list[int]:
    """The processes that answer: those of the server that have no children of their own."""
    everybody = tree(served.process.pid)
    return [pid for pid in everybody if tree(pid) == {pid}]


def pss_mb(pid: int) -> float:
    """Proportional memory of a process, in millions of bytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None, text
    return int(found[1]) * 1024 / 1e6
