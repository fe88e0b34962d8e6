"""Accruals over HTTP under a program of ten rules beside one of a single rule, on both engines.

`python -m bench rules`: one shop with both programs on the shipped server, 8 connections, each
visit with two lines, in rounds that alternate.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import cast, load, rounds
from bench.books import compare
from bench.imports import ENGINES, installation
from bench.load import Load, Target
from bench.rounds import Goal, Round, measured, spread
from bench.serving import Served, serving
from bench.tills import enrol
from loyalty.core import clock
from loyalty.core.calendar import local_day
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import editor

CONNECTIONS = 8
WARM_UP_S = 2
RATIO_MIN = 0.9
TIMEZONE = "Europe/Rome"
LINES = [
    {"item": "cappuccino", "category": "coffee", "quantity": 2, "amount": 260},
    {"item": "cornetto", "category": "pastry", "quantity": 1, "amount": 140},
]
AMOUNT = 400


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    engine: Sequence[str] | None
    seconds: int
    rounds: int
    cards: int
    noisy: bool


@dataclass(frozen=True)
class Pair:
    """One round of each, right after the other."""

    one: Round[Load]
    ten: Round[Load]

    @property
    def ratio(self) -> float:
        """Ten rules to one, in visits a second."""
        return self.ten.result.per_second / self.one.result.per_second

    @property
    def work(self) -> float:
        """One rule to ten, in processor time: the same on a machine that others use too."""
        return _cpu_ms(self.one) / _cpu_ms(self.ten)


def _cpu_ms(one: Round[Load]) -> float:
    """What a visit costs the server and its database."""
    busy = sum(one.usage.cores.get(name, 0) for name in ("server", "database"))
    return 1_000 * busy / one.result.per_second


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench rules", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seconds", type=int, default=8, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cards", type=int, default=1_000, help="of each program")
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"rules: {CONNECTIONS} connections by {load.find().name}", flush=True)
    return max(_engine(engine, options) for engine in options.engine or ENGINES)


def _engine(engine: str, options: Options) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
    ):
        counter = cast.open_counter(environment, cards=0)
        with cast.opened(environment) as database:
            codes = _open_programs(database, counter, options.cards)
        with serving(environment, Path(folder) / "log") as served:
            targets = _targets(served, counter.key, codes, Path(folder))
            warm = [load.find().run(target, seconds=WARM_UP_S) for target in targets.values()]
            busy = {"server": served.process.pid, **roots}
            pairs = [_pair(targets, busy, options) for _ in range(options.rounds)]
        loads = [*warm, *(one.result for pair in pairs for one in (pair.one, pair.ten))]
        with cast.opened(environment) as database:
            faults = compare(database, loads, connections=CONNECTIONS)
    return _tell(engine, pairs, faults)


def _open_programs(database: Database, counter: cast.Counter, cards: int) -> dict[str, list[str]]:
    """Two programs of one shop, and the codes of the cards in each, by the program's name."""
    at = clock.now()
    duty = staff_duty(counter.merchant_id, counter.merchant_id, Role.OWNER)
    found = {}
    for name, raw in (("one", one_rule()), ("ten", ten_rules(at))):
        program = _publish(database, duty, name, raw, at)
        # Half of the customers have their birthday in this month.
        days = [f"{at.month:02}-15", f"{at.month % 12 + 1:02}-15"]
        found[name] = [
            enrol(database, duty, program, birthday=days[number % 2]) for number in range(cards)
        ]
    return found


def _publish(database: Database, duty: Duty, name: str, raw: dict[str, Any], at: datetime) -> str:
    merchant_id = duty.merchant_id
    with database.write() as session:
        made = editor.create(
            session, merchant_id=merchant_id, currency="EUR", name=name, raw=raw, at=at
        )
        editor.publish(session, merchant_id=merchant_id, program_id=made.id, number=1, at=at)
        return ref("prg", made.id)


def one_rule() -> dict[str, Any]:
    """A point for each euro."""
    return cast.POINTS


def ten_rules(at: datetime) -> dict[str, Any]:
    """The same and nine more, all of which have a say in a visit of two lines."""
    today = local_day(at, TIMEZONE).isoweekday()
    happy = {"weekdays": sorted({today, today % 7 + 1}), "from": "00:00", "to": "23:59"}
    more = [
        _base("items", 1, {"item": 1}),
        _base("visit", 2, {"visit": 1}),
        _base("coffee", 1, {"item": 2}, categories=["coffee"]),
        _base("pastry", 1, {"amount_minor": 50}, categories=["pastry", "cake"]),
        _bonus("happy", 150, happy),
        _bonus("birthday", 200, {"birthday": "month"}),
        _bonus("large", 110, {"min_amount_minor": 300}),
        _bonus("breakfast", 120, {"categories": ["coffee", "pastry"]}, combine="best", priority=10),
        _bonus("sweet", 130, {"categories": ["pastry"]}, combine="best", priority=5),
    ]
    caps = [{"unit": "points", "per": "visit", "units": 30}]
    return {**cast.POINTS, "earn": [*cast.POINTS["earn"], *more], "caps": caps}


def _base(key: str, units: int, per: dict[str, int], **when: Any) -> dict[str, Any]:
    return {"key": key, "unit": "points", "units": units, "per": per, "when": when}


def _bonus(key: str, percent: int, when: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "unit": "points", "multiply_percent": percent, "when": when, **more}


def _targets(
    served: Served, key: str, codes: Mapping[str, list[str]], folder: Path
) -> dict[str, Target]:
    found = {}
    for name, mine in codes.items():
        path = folder / f"codes-{name}"
        path.write_text("\n".join(mine) + "\n", "ascii")
        found[name] = Target(served.url, key, path, CONNECTIONS, AMOUNT, _lines())
    return found


def _lines() -> str:
    """The lines as the body of a visit has them."""
    lines = [
        {**line, "amount": {"amount_minor": line["amount"], "currency": "EUR"}} for line in LINES
    ]
    return json.dumps(lines, separators=(",", ":"))


def _pair(targets: Mapping[str, Target], roots: Mapping[str, int], options: Options) -> Pair:
    found = {}
    for name, target in targets.items():

        def act(target: Target = target) -> Load:
            return load.find().run(target, seconds=options.seconds)

        one = measured(act, roots, noisy=options.noisy, name=name)
        print(f"  {name} {one.result}, {_cpu_ms(one):.2f} CPU ms   {one.usage}", flush=True)
        found[name] = one
    return Pair(found["one"], found["ten"])


def _tell(engine: str, pairs: Sequence[Pair], faults: Sequence[str]) -> int:
    ratios = [pair.ratio for pair in pairs]
    print(f"  {engine}: min / median / max")
    both = {"one rule": [pair.one for pair in pairs], "ten rules": [pair.ten for pair in pairs]}
    for name, found in both.items():
        loads = [each.result for each in found]
        print(f"  {name:9}/s  {spread([each.per_second for each in loads])}", end="")
        print(f"   p50 ms {spread([each.p50_ms for each in loads], 1)}", end="")
        print(f"   p99 ms {spread([each.p99_ms for each in loads], 1)}", end="")
        print(f"   CPU ms {spread([_cpu_ms(each) for each in found], 2)}")
    print(f"  ratio       {spread(ratios, 3)}, in CPU {spread([pair.work for pair in pairs], 3)}")
    name = f"{engine}: ten rules / one rule"
    return rounds.verdict([Goal(name, statistics.median(ratios), RATIO_MIN, at_least=True)], faults)
