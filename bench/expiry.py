"""100,000 lots that are over are written off while a till works beside: how long, how gently.

`python -m bench expiry`: the product's own job on both engines, durable as in a shop. Two tills
make visits all the time, one in a process of its own and one through the shipped server.
`--activation` does the same for lots whose waiting is over. Then two workers do the job of a
second shop at once: every lot is written once.
"""

import argparse
import csv
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import books, cast, real_shop
from bench.cast import ENGINES, installation
from bench.machine import Meter, Usage
from bench.outcome import Figure, Outcome
from bench.rounds import TooBusyError
from bench.serving import serving
from bench.tills import Tills, told
from loyalty import schema
from loyalty.core import clock
from loyalty.core.db import Database, use
from loyalty.core.ids import parse_ref
from loyalty.core.settings import Settings
from loyalty.imports.order import Order
from loyalty.imports.sales import run_import
from loyalty.ledger.models import Entry, Lot
from loyalty.worker import clockwork

SECONDS_MAX, HELD_MS_MAX = 60, 50
SECOND_SHOP = 10  # a tenth of the cards, for two workers at once
TILL_CARDS = 200
IMPORTED_BEFORE = timedelta(days=380)
JOBS = {"expire": clockwork.expire, "activate": clockwork.activate}
HOURS_WAITING = 240


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    engine: Sequence[str] | None
    cards: int
    lots: int
    alone: int
    activation: bool
    noisy: bool

    @property
    def job(self) -> str:
        """The kind of entry that the job writes."""
        return "activate" if self.activation else "expire"


@dataclass(frozen=True)
class Worked:
    """What a worker says of its job: seconds, and for how many of them each write held on."""

    seconds: float
    held: Sequence[float]

    def __str__(self) -> str:
        return (
            f"{self.seconds:.1f} s in {len(self.held):,} writes; a write holds the database for"
            f" p50 {told(self.held, 50)}, p99 {told(self.held, 99)}, max {told(self.held, 100)} ms"
        )


class Watched(Database):
    """A database that notes how long each write had it: from its turn to the end of its commit."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.held: list[float] = []

    @contextmanager
    def write(self) -> Iterator[Session]:
        """As the product's own."""
        with super().write() as session:
            began = time.monotonic()
            yield session
        self.held.append(time.monotonic() - began)


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench expiry", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--lots", type=int, default=5, help="lots on each card")
    parser.add_argument("--alone", type=int, default=5, help="seconds of the tills alone")
    parser.add_argument("--activation", action="store_true", help="lots that have waited")
    parser.add_argument("--noisy", action="store_true", help="judge on a busy machine too")
    options = Options(**vars(parser.parse_args(argv)))
    print(f"expiry: {options.cards * options.lots:,} lots to {options.job}", flush=True)
    found = [_engine(engine, options) for engine in options.engine or ENGINES]
    return Outcome(
        f"{options.cards * options.lots:,} lots to {options.job} on {options.cards:,} cards",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def _engine(engine: str, options: Options) -> tuple[list[Figure], list[str]]:
    with installation(engine) as (environment, roots), cast.opened(environment) as database:
        schema.migrate(database)
        merchant = _open(database, options, options.cards)
        worked, usage = _beside_tills(environment, database, roots, merchant, options)
        print(f"  {engine}: {worked}   {usage}", flush=True)
        faults = _faults(database, merchant, options, options.cards * options.lots)
        few = max(1, options.cards // SECOND_SHOP)
        other = _open(database, options, few)
        both = _at_once(environment, options, workers=2)
        print(f"  two workers at once: {'; '.join(f'{one.seconds:.1f} s' for one in both)}")
        faults += _faults(database, other, options, few * options.lots)
        faults += books.findings(database)
    if not (usage.is_quiet or options.noisy):
        raise TooBusyError("bench: others kept this machine busy (--noisy judges anyway).")
    longest_ms = 1_000 * max(worked.held)
    return [
        Figure(f"{engine}: all of them", [worked.seconds], SECONDS_MAX, at_least=False, unit="s"),
        Figure(f"{engine}: longest write", [longest_ms], HELD_MS_MAX, at_least=False, unit="ms"),
    ], [f"{engine}: {fault}" for fault in faults]


# --- a shop with much to do ----------------------------------------------------------------------


def _open(database: Database, options: Options, cards: int) -> str:
    """A shop whose customers all have lots that are over by now; its ref."""
    began, at = time.monotonic(), clock.now() - IMPORTED_BEFORE
    with database.write() as session:
        merchant = real_shop.open_program(
            session, zone="Europe/Rome", currency="EUR", raw=_rules(options), at=at
        )
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        path = _write_sales(Path(folder) / "sales.csv", cards, options.lots, at)
        run_import(database, order=Order(merchant, path), at=at)
    print(f"  {cards:,} cards made in {time.monotonic() - began:.0f} s", flush=True)
    return merchant


def _rules(options: Options) -> dict[str, Any]:
    unit = {**cast.POINTS["units"][0]}
    if options.activation:
        unit |= {"pending_hours": HOURS_WAITING, "expiry": {"kind": "never"}}
    return {**cast.POINTS, "units": [unit]}


def _write_sales(path: Path, cards: int, lots: int, until: datetime) -> Path:
    """So many sales a customer, each on a day of its own, so that each lot ends by itself."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("customer", "occurred_at", "amount"))
        for day in range(lots, 0, -1):
            for number in range(cards):
                sold = until - timedelta(days=day, seconds=number)
                rows.writerow((f"c{number}", sold.isoformat(), "12.40"))
    return path


# --- the job, in processes of its own ------------------------------------------------------------


def _beside_tills(
    environment: Mapping[str, str],
    database: Database,
    roots: Mapping[str, int],
    merchant: str,
    options: Options,
) -> tuple[Worked, Usage]:
    """The tills alone for a while, then with a worker beside them."""
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        serving(environment, Path(folder) / "log") as served,
    ):
        merchant_id = parse_ref("mer", merchant)
        assert merchant_id is not None
        tills = Tills.open(database, merchant_id, served.port, TILL_CARDS)
        with tills.at_work():
            time.sleep(options.alone)
        print(f"  tills alone:  {tills}", flush=True)
        meter = Meter({"server": served.process.pid, **roots})
        with tills.at_work():
            (worked,) = _at_once(environment, options, workers=1)
        usage = meter.read()
        print(f"  tills beside: {tills}", flush=True)
    return worked, usage


def _at_once(environment: Mapping[str, str], options: Options, *, workers: int) -> list[Worked]:
    """The job, started so many times at the same moment."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(workers, mp_context=context) as pool:
        ready = manager.Barrier(workers)
        given = (dict(environment), options.job, clock.now(), ready)
        begun: list[Future[Worked]] = [pool.submit(_work, *given) for _ in range(workers)]
        return [one.result() for one in begun]


def _work(environment: dict[str, str], job: str, at: datetime, ready: Any) -> Worked:
    database = Watched(Settings.from_environment(environment))
    use(database)
    ready.wait()
    began = time.monotonic()
    JOBS[job](database, payload={}, at=at, beat=lambda: None)
    worked = Worked(time.monotonic() - began, database.held)
    database.dispose()
    return worked


# --- afterwards ----------------------------------------------------------------------------------


def _faults(database: Database, merchant: str, options: Options, lots: int) -> list[str]:
    """What is wrong with the shop's books: each lot has to be written once, none is left."""
    merchant_id = parse_ref("mer", merchant)
    assert merchant_id is not None
    with database.read() as session:
        written, left = _written(session, merchant_id, options.job), _left(session, merchant_id)
    found = [] if written == lots else [f"{written:,} entries for {lots:,} lots"]
    return [*found, *([f"{left:,} lots were forgotten"] if left else [])]


def _written(session: Session, merchant_id: UUID, kind: str) -> int:
    query = sa.select(sa.func.count()).where(Entry.merchant_id == merchant_id, Entry.kind == kind)
    return session.execute(query).scalar_one()


def _left(session: Session, merchant_id: UUID) -> int:
    now = clock.now()
    query = sa.select(sa.func.count()).where(
        Lot.merchant_id == merchant_id,
        Lot.remaining > 0,
        sa.or_(Lot.expires_at <= now, sa.and_(Lot.is_pending, Lot.active_at <= now)),
    )
    return session.execute(query).scalar_one()
