"""Accruals over HTTP under a program of ten rules beside one of a single rule, on both engines.

`python -m bench rules`: one shop with both programs on the shipped server, 8 connections, each
visit with two lines, in rounds that alternate.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import books, cast, load
from bench.cast import ENGINES, installation
from bench.load import Load, Target
from bench.outcome import Figure, Outcome
from bench.rounds import Round, measured
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


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench rules", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seconds", type=int, default=8, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cards", type=int, default=1_000, help="of each program")
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"rules: {CONNECTIONS} connections by {load.find().name}", flush=True)
    found = [_engine(engine, options) for engine in options.engine or ENGINES]
    return Outcome(
        f"{options.cards:,} cards in each program, {CONNECTIONS} connections, visits of two lines,"
        f" rounds of {options.seconds} s",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def _engine(engine: str, options: Options) -> tuple[list[Figure], list[str]]:
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
    ):
        counter = cast.open_counter(environment, cards=0)
        with cast.opened(environment) as database:
            codes = _open_programs(database, counter, options.cards)
        with serving(environment, Path(folder) / "log") as served:
            targets = _targets(served, counter.key, codes, Path(folder))
            for target in targets.values():
                load.find().run(target, seconds=WARM_UP_S)
            busy = {"server": served.process.pid, **roots}
            pairs = [_pair(targets, busy, options) for _ in range(options.rounds)]
        with cast.opened(environment) as database:
            faults = books.compare(database, targets.values())
            faults += books.findings(database)
    return _figures(engine, pairs), [f"{engine}: {fault}" for fault in faults]


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
        found[name] = Target(served.url, path, load.visit(key, amount_minor=AMOUNT, lines=_lines()))
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


def _figures(engine: str, pairs: Sequence[Pair]) -> list[Figure]:
    both = {"one rule": [pair.one for pair in pairs], "ten rules": [pair.ten for pair in pairs]}
    found = [
        Figure(f"{engine}: ten rules / one rule", [pair.ratio for pair in pairs], RATIO_MIN),
        Figure(f"{engine}: the same in processor time", [pair.work for pair in pairs]),
    ]
    for name, each in both.items():
        speeds = [one.result.per_second for one in each]
        found.append(Figure(f"{engine}: accruals under {name}", speeds, unit="/s"))
    return found
