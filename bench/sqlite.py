"""Accruals over HTTP on SQLite in the shipped set-up for one shop, beside PostgreSQL.

`python -m bench sqlite`: one process of 8 threads, two on PostgreSQL, each under 8 connections,
durable as shipped, in rounds that alternate.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import books, cast, load, raw_writer
from bench.cast import ENGINES, installation
from bench.load import Load, Target
from bench.outcome import Figure, Outcome
from bench.rounds import Round, measured
from bench.serving import serving

SLOWEST_MS_MAX, RATIO_MIN, RATIO_AIM = 200, 0.6, 0.9
WARM_UP_S = 2


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    seconds: int
    rounds: int
    cards: int
    noisy: bool


@dataclass
class Shop:
    """A served shop on one engine, and what each round of load met there."""

    environment: Mapping[str, str]
    target: Target
    busy: Mapping[str, int]
    loads: list[Load] = field(default_factory=list)


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench sqlite", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cards", type=int, default=2_000)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"sqlite: load by {load.find().name}", flush=True)
    with ExitStack() as stack:
        shops = {engine: stack.enter_context(_open(engine, options)) for engine in ENGINES}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loyalty-bench-")))
        raw, raws = raw_writer.open_file(folder / "raw.sqlite3"), list[float]()
        stack.enter_context(closing(raw))
        for _ in range(options.rounds):
            for engine, shop in shops.items():
                shop.loads.append(_round(engine, shop, options).result)
            raws.append(_raw_round(raw, options))
        faults = [fault for engine, shop in shops.items() for fault in _faults(engine, shop)]
    setting = f"{options.cards:,} cards, 8 connections, rounds of {options.seconds} s"
    lite, post = (shops[engine].loads for engine in ENGINES)
    return Outcome(setting, _figures(lite, post, raws), faults, options.noisy)


@contextmanager
def _open(engine: str, options: Options) -> Iterator[Shop]:
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
    ):
        counter = cast.open_counter(environment, cards=options.cards)
        codes = counter.write_codes(Path(folder) / "codes")
        with serving(environment, Path(folder) / "log") as served:
            target = Target(served.url, codes, load.visit(counter.key))
            load.find().run(target, seconds=WARM_UP_S)
            yield Shop(environment, target, {"server": served.process.pid, **roots})


def _round(engine: str, shop: Shop, options: Options) -> Round[Load]:
    def act() -> Load:
        return load.find().run(shop.target, seconds=options.seconds)

    one = measured(act, shop.busy, noisy=options.noisy, name=engine)
    print(f"  {engine:10} {one.result}   {one.usage}", flush=True)
    return one


def _raw_round(raw: Any, options: Options) -> float:
    def act() -> float:
        return raw_writer.run(raw, seconds=max(1, options.seconds // 4))

    one = measured(act, {}, noisy=options.noisy, name="raw writer")
    print(f"  raw writer {one.result:,.0f}/s   {one.usage}", flush=True)
    return one.result


def _faults(engine: str, shop: Shop) -> list[str]:
    with cast.opened(shop.environment) as database:
        found = books.compare(database, [shop.target])
        found += books.findings(database)
    return [f"{engine}: {fault}" for fault in found]


def _figures(lite: Sequence[Load], post: Sequence[Load], raws: Sequence[float]) -> list[Figure]:
    ratios = [one.per_second / other.per_second for one, other in zip(lite, post, strict=True)]
    shares = [one.per_second / raw for one, raw in zip(lite, raws, strict=True)]
    slowest = [one.max_ms for one in lite]
    return [
        Figure("SQLite accrue / PostgreSQL accrue", ratios, RATIO_MIN, RATIO_AIM),
        Figure("slowest request on SQLite", slowest, SLOWEST_MS_MAX, at_least=False, unit="ms"),
        Figure("SQLite accrue / one raw writer on a file", shares),
        Figure("accruals on SQLite", [one.per_second for one in lite], unit="/s"),
        Figure("accruals on PostgreSQL", [one.per_second for one in post], unit="/s"),
        Figure("p50 on SQLite", [one.p50_ms for one in lite], unit="ms"),
        Figure("p99 on SQLite", [one.p99_ms for one in lite], unit="ms"),
    ]
