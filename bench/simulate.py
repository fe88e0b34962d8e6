"""A version played over 100,000 past sales of 2,000 customers, in memory and out of SQLite.

`python -m bench simulate`: sales a second for a points program, a stamp card, and one with ten
rules, levels, caps and a cause. The past is a café's: its 30 products at their prices, one to four
of them at a time. `--prices any` gives every line a price of its own instead, so that no sale is
like another.
"""

import argparse
import gc
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench import cast
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from loyalty.cards.models import Card
from loyalty.core import bulk
from loyalty.core.db import Database, table
from loyalty.core.ids import new_id
from loyalty.counter import simulation
from loyalty.counter.models import Visit, VisitLine
from loyalty.customers.models import Customer
from loyalty.ledger.models import Operation
from loyalty.programs import checks, simulator
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import MILLI, Line, Lines
from loyalty.programs.loading import load
from loyalty.programs.models import Program
from loyalty.programs.simulator_past import Frame, PastCustomer, PastSale

SALES_A_SECOND_MIN, SALES_A_SECOND_AIM = 10_000, 50_000
CUSTOMERS, DAYS, SEED = 2_000, 365, 20_261_121
FIRST_AT = datetime(2025, 11, 1, tzinfo=UTC)
LAST_AT = FIRST_AT + timedelta(days=DAYS)
PRICES = {"menu": "at the prices of a menu", "any": "each line at a price of its own"}
KINDS = ("coffee", "tea", "cake", "bread", "ice cream")
Row = dict[str, Any]

POINTS: Row = {
    **cast.POINTS,
    "rewards": [{**cast.POINTS["rewards"][0], "cost": {"points": 100}, "cost_minor": 180}],
}
STAMPS: Row = {
    "units": [{"key": "stamps"}],
    "earn": [
        {"key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1},
         "when": {"categories": ["coffee"]}},
    ],
    "stamps": {"unit": "stamps", "size": 10, "reward": "free-coffee"},
    "rewards": [
        {"key": "free-coffee", "kind": "product", "cost": {"stamps": 10}, "cost_minor": 40},
    ],
}  # fmt: skip
TEN_RULES: Row = {
    "units": [
        {"key": "points", "pending_hours": 24, "expiry": {"kind": "rolling", "months": 12}},
        {"key": "stamps"},
    ],
    "earn": [
        {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}},
        {"key": "visit", "unit": "points", "units": 2, "per": {"visit": 1}},
        {"key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1},
         "when": {"categories": ["coffee"]}},
        {"key": "cake", "unit": "points", "units": 3, "per": {"item": 1},
         "when": {"categories": ["cake"]}},
        {"key": "happy", "unit": "points", "multiply_percent": 200,
         "when": {"from": "15:00", "to": "18:00"}},
        {"key": "calm", "unit": "points", "multiply_percent": 150, "when": {"weekdays": [1, 2]}},
        {"key": "tea", "unit": "points", "multiply_percent": 120, "combine": "best",
         "when": {"categories": ["tea"]}},
        {"key": "new", "unit": "points", "multiply_percent": 130, "combine": "best",
         "when": {"skus": ["p1", "p2"]}},
        {"key": "birthday", "unit": "points", "multiply_percent": 200,
         "when": {"birthday": "week"}},
        {"key": "large", "unit": "points", "multiply_percent": 110,
         "when": {"min_amount_minor": 1_000}},
    ],
    "caps": [
        {"unit": "points", "per": "visit", "units": 100},
        {"unit": "points", "per": "day", "units": 150},
    ],
    "stamps": {"unit": "stamps", "size": 10, "reward": "full"},
    "tiers": {
        "measure": "spend", "window": {"kind": "rolling", "months": 12}, "grace_days": 30,
        "levels": [
            {"key": "silver", "from": 0},
            {"key": "gold", "from": 15_000, "multiply_percent": 125},
            {"key": "platinum", "from": 60_000, "multiply_percent": 150},
        ],
    },
    "cause": {"key": "cats", "beneficiary": {"name": "Rifugio dei gatti"}, "rate": [2, 100]},
    "rewards": [
        {"key": "full", "kind": "product", "cost": {"stamps": 10}, "cost_minor": 40},
        {"key": "off", "kind": "amount_off", "cost": {"points": 250}, "value_minor": 500},
        {"key": "tasting", "kind": "perk", "cost": {"points": 400}, "tiers": ["platinum"]},
    ],
}  # fmt: skip
PROGRAMS = {"points": POINTS, "stamps": STAMPS, "ten rules": TEN_RULES}


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    sales: int
    rounds: int
    prices: str
    noisy: bool


@dataclass(frozen=True)
class Sold:
    """A sale before anybody counts it: who, when, and (sku, category, amount) of each line."""

    who: int
    at: datetime
    lines: tuple[tuple[str, str, int], ...]


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench simulate", description=__doc__)
    parser.add_argument("--sales", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--prices", choices=tuple(PRICES), default="menu")
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"simulate: {options.sales:,} sales of {CUSTOMERS:,} customers", flush=True)
    sales = make(options.sales, options.prices)
    documents = {name: load(raw) for name, raw in PROGRAMS.items()}
    for document in documents.values():
        checks.check(document)
    people = in_memory(sales)
    gc.collect()
    gc.freeze()  # the shop's process does not hold all its past; ours need not look through it
    figures = [
        _measure(f"{name}, in memory", options, lambda rules=document: _play(rules, people))
        for name, document in documents.items()
    ]
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        environment = {"LOYALTY_DATA": folder}
        merchant_id = cast.open_counter(environment, cards=0).merchant_id
        with cast.opened(environment) as database:
            fill(database, merchant_id, sales)
            figures += [
                _measure(
                    f"{name}, from SQLite",
                    options,
                    lambda rules=document: _try_out(database, merchant_id, rules),
                )
                for name, document in documents.items()
            ]
    setting = f"{options.sales:,} sales of {CUSTOMERS:,} customers, {PRICES[options.prices]}"
    return Outcome(setting, figures, noisy=options.noisy)


def make(sales: int, prices: str) -> list[Sold]:
    """So many sales of a year in the order of time."""
    chance = random.Random(SEED)
    menu = [(f"p{n}", KINDS[n % len(KINDS)], 90 + 10 * n + n % 3 * 5) for n in range(30)]
    times = sorted(chance.randrange(DAYS * 86_400) for _ in range(sales))
    found = []
    for seconds in times:
        lines = [chance.choice(menu) for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4)))]
        if prices == "any":
            lines = [(sku, kind, chance.randrange(50, 5_000)) for sku, kind, _ in lines]
        at = FIRST_AT + timedelta(seconds=seconds)
        found.append(Sold(chance.randrange(CUSTOMERS), at, tuple(lines)))
    return found


def in_memory(sales: Sequence[Sold]) -> list[PastCustomer]:
    """The past as the simulator takes it."""
    each: list[list[PastSale]] = [[] for _ in range(CUSTOMERS)]
    alike: dict[Any, Lines] = {}
    for sold in sales:
        if sold.lines not in alike:
            alike[sold.lines] = tuple(
                Line(number, sku, category, MILLI, Fraction(amount))
                for number, (sku, category, amount) in enumerate(sold.lines, start=1)
            )
        total = sum(amount for _, _, amount in sold.lines)
        each[sold.who].append(PastSale(sold.at, alike[sold.lines], total, total))
    return [
        PastCustomer(who.to_bytes(4, "big"), birthday(who), bought)
        for who, bought in enumerate(each)
    ]


def birthday(who: int) -> str:
    """Somebody's day, MM-DD."""
    return f"{who % 12 + 1:02d}-{who % 28 + 1:02d}"


def _play(document: VersionDocument, people: Iterable[PastCustomer]) -> int:
    frame = Frame("EUR", "Europe/Rome", LAST_AT)
    return simulator.play(document, lambda: people, frame).sales


def _try_out(database: Database, merchant_id: UUID, document: VersionDocument) -> int:
    with database.read() as session:
        found = simulation.try_out(session, merchant_id=merchant_id, document=document, at=LAST_AT)
    return found.sales


def _measure(name: str, options: Options, act: Callable[[], int]) -> Figure:
    speeds = []
    for _ in range(options.rounds):
        done = measured(act, {}, noisy=options.noisy, name=name)
        assert done.result == options.sales, "every sale is played"
        speeds.append(done.result / done.usage.wall_s)
    bars = (SALES_A_SECOND_MIN, SALES_A_SECOND_AIM)
    return Figure(f"{name}: sales", speeds, *bars, unit="/s")


def fill(database: Database, merchant_id: UUID, sales: Sequence[Sold]) -> None:
    """Visits as the tills would have written them, without what they earned: nobody reads that."""
    with database.write() as session:
        program_id = session.execute(sa.select(Program.id)).scalar_one()
        people, cards = [new_id() for _ in range(CUSTOMERS)], [new_id() for _ in range(CUSTOMERS)]
        visits = [new_id() for _ in sales]
        whose = {"merchant_id": merchant_id}
        connection = session.connection()
        bulk.insert(connection, table(Customer), [
            {**whose, "id": id_, "birthday": birthday(who), "created_at": FIRST_AT}
            for who, id_ in enumerate(people)
        ])  # fmt: skip
        bulk.insert(connection, table(Card), [
            {**whose, "id": id_, "customer_id": people[who], "program_id": program_id,
             "created_at": FIRST_AT}
            for who, id_ in enumerate(cards)
        ])  # fmt: skip
        for model, row in ((Operation, _operation), (Visit, _visit)):
            bulk.insert(connection, table(model), [
                {**whose, "id": id_, "card_id": cards[sold.who], "version": 1,
                 "occurred_at": sold.at, "recorded_at": sold.at, **row(sold, program_id)}
                for id_, sold in zip(visits, sales, strict=True)
            ])  # fmt: skip
        bulk.insert(connection, table(VisitLine), [
            {**whose, "visit_id": id_, "number": number, "sku": sku, "category": category,
             "quantity_milli": MILLI, "amount_minor": amount}
            for id_, sold in zip(visits, sales, strict=True)
            for number, (sku, category, amount) in enumerate(sold.lines, start=1)
        ])  # fmt: skip


def _operation(_sold: Sold, _program_id: UUID) -> Row:
    return {"kind": "visit", "actor": "bench", "via": "import"}


def _visit(sold: Sold, program_id: UUID) -> Row:
    total = sum(amount for _, _, amount in sold.lines)
    return {
        "program_id": program_id,
        "amount_minor": total,
        "net_minor": total,
        "currency": "EUR",
        "local_on": sold.at.date(),
    }
