"""Where every member stands, out of the roll-ups, beside DuckDB on the raw purchases.

`python -m bench members [--cards 100000 --visits 5000000]`: state, recency, frequency and spend of
each member on both engines. DuckDB reads every purchase and has to come to the same answers, member
by member. It judges here and is no part of the product.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import sqlalchemy as sa

from bench import cast, large, standings
from bench.cast import ENGINES, installation
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from loyalty import schema
from loyalty.cards.models import Card
from loyalty.core import clock
from loyalty.core.db import Database, Id
from loyalty.counter.models import Visit
from loyalty.tables import METADATA

RATIO_MAX, RATIO_AIM, SECONDS_MAX = 8, 2, 1
ROLL_UP = "member_stats"
A_SLICE = 50_000


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    engine: Sequence[str] | None
    cards: int
    visits: int
    rounds: int
    noisy: bool


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench members", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--visits", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    if ROLL_UP not in METADATA.tables:
        sys.exit(f"bench: there is no table {ROLL_UP} to read yet")
    found = [_engine(engine, options) for engine in options.engine or ENGINES]
    return Outcome(
        f"{options.cards:,} members with {options.visits:,} visits",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def _engine(engine: str, options: Options) -> tuple[list[Figure], list[str]]:
    print(f"  {engine}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
        cast.opened(environment) as database,
        duckdb.connect(str(Path(folder) / "purchases.duckdb")) as judge,
    ):
        schema.migrate(database)
        shop = large.fill(database, cards=options.cards, visits=options.visits)
        faults = large.prove(database)
        _hand_over(database, shop.merchant_id, judge, Path(folder) / "purchases.csv")
        today = clock.now().date()
        faults += _differences(database, shop.merchant_id, judge, today)
        ours, theirs = list[float](), list[float]()
        for _ in range(options.rounds):
            for name, times, ask in (
                ("ours", ours, lambda: _ours(database, shop.merchant_id, standings.SUMS, today)),
                ("DuckDB", theirs, lambda: _judged(judge, standings.SUMS, today)),
            ):
                times.append(_seconds(ask, roots, name, options))
    return _figures(engine, ours, theirs), [f"{engine}: {fault}" for fault in faults]


def _hand_over(
    database: Database, merchant_id: UUID, judge: duckdb.DuckDBPyConnection, path: Path
) -> None:
    """Every purchase that counts, raw, into a file of the judge's own."""
    query = (
        sa.select(Card.customer_id, Visit.local_on, sa.func.coalesce(Visit.net_minor, 0))
        .join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
        .where(Visit.merchant_id == merchant_id, Visit.voided_at.is_(None))
    )
    with database.read() as session, path.open("w", encoding="ascii", newline="") as file:
        rows = session.execute(query.execution_options(yield_per=A_SLICE))
        csv.writer(file).writerows((who.hex, on, minor) for who, on, minor in rows)
    judge.execute("CREATE TABLE purchase (customer VARCHAR, local_on DATE, net_minor BIGINT)")
    judge.execute(f"COPY purchase FROM '{path}' (FORMAT csv, HEADER false)")


def _differences(
    database: Database, merchant_id: UUID, judge: duckdb.DuckDBPyConnection, today: date
) -> list[str]:
    """Members of whom the two say something else."""
    ours = {
        _who(row[0]): tuple(row[1:]) for row in _ours(database, merchant_id, standings.EACH, today)
    }
    theirs = {row[0]: tuple(row[1:]) for row in _judged(judge, standings.EACH, today)}
    wrong = [who for who in ours.keys() | theirs.keys() if ours.get(who) != theirs.get(who)]
    print(f"  {len(ours):,} members compared, {len(wrong):,} differ", flush=True)
    return [f"the judge says something else of {len(wrong)} members"] if wrong else []


def _who(key: bytes | UUID) -> str:
    """A member's id as SQLite and PostgreSQL give it, in digits."""
    return key.hex() if isinstance(key, bytes) else key.hex


def _ours(database: Database, merchant_id: UUID, wanted: str, today: date) -> list[Any]:
    text = standings.query(standings.roll_ups, wanted, database.dialect)
    asked = sa.text(text).bindparams(
        sa.bindparam("merchant_id", merchant_id, type_=Id), sa.bindparam("today", today, sa.Date)
    )
    with database.read() as session:
        return list(session.execute(asked).all())


def _judged(judge: duckdb.DuckDBPyConnection, wanted: str, today: date) -> list[Any]:
    text = standings.query(standings.purchases, wanted, "duckdb")
    return judge.execute(text, {"today": today}).fetchall()


def _seconds(
    ask: Callable[[], object], roots: dict[str, int], name: str, options: Options
) -> float:
    """How long one question takes; asked for the time it takes to tell whose machine it was."""

    def act() -> float:
        times: list[float] = []
        while sum(times) < 1:
            began = time.monotonic()
            ask()
            times.append(time.monotonic() - began)
        return sorted(times)[len(times) // 2]

    return measured(act, roots, noisy=options.noisy, name=name).result


def _figures(engine: str, ours: Sequence[float], theirs: Sequence[float]) -> list[Figure]:
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return [
        Figure(
            f"{engine}: roll-ups / DuckDB on raw purchases", ratios, RATIO_MAX, RATIO_AIM,
            at_least=False,
        ),
        Figure(f"{engine}: where all members stand", ours, SECONDS_MAX, at_least=False, unit="s"),
        Figure("DuckDB, the same from raw purchases", theirs, unit="s"),
    ]  # fmt: skip
