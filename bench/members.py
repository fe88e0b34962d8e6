"""Where every member stands, out of the roll-ups, beside DuckDB on the raw purchases.

`python -m bench members [--cards 100000 --visits 5000000]`: the states of all members, and their
fifths of recency, frequency and spend, on both engines. DuckDB reads every purchase and has to come
to the same answers. It judges here and is no part of the product.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import cast, large
from bench.cast import ENGINES, installation
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.standings import Judge
from loyalty import schema
from loyalty.analytics import rhythm, standing
from loyalty.cards.models import Card
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.counter.models import Visit
from loyalty.counter.rollups import reading
from loyalty.counter.rollups.models import MemberStats

RATIO_MAX, RATIO_AIM, SECONDS_MAX = 8, 2, 1
A_SLICE = 50_000
WHAT = ("states", "fifths")


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
    ):
        schema.migrate(database)
        shop = large.fill(database, cards=options.cards, visits=options.visits)
        faults, today = large.prove(database), clock.now().date()
        with closing(Judge(Path(folder), purchases(database, shop.merchant_id))) as judge:
            figures = []
            for what in WHAT:
                ours = partial(_ours, database, shop.merchant_id, what, today)
                theirs = partial(getattr(judge, what), today)
                if ours() != theirs():
                    faults.append(f"the judge comes to other {what}: {theirs()}, not {ours()}")
                times = _in_turn({"roll-ups": ours, "DuckDB": theirs}, roots, options)
                figures += _figures(f"{engine}: {what}", times)
    return figures, [f"{engine}: {fault}" for fault in faults]


def purchases(database: Database, merchant_id: UUID) -> Iterator[tuple[str, date, int]]:
    """Every purchase that counts, raw: whose, on which day, for how much."""
    query = (
        sa.select(Card.customer_id, Visit.local_on, sa.func.coalesce(Visit.net_minor, 0))
        .join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
        .where(Visit.merchant_id == merchant_id, Visit.voided_at.is_(None))
    )
    with database.read() as session:
        for who, on, minor in session.execute(query.execution_options(yield_per=A_SLICE)):
            yield who.hex, on, minor


def _ours(database: Database, merchant_id: UUID, what: str, today: date) -> object:
    """The same in the judge's form."""
    with database.read() as session:
        if what == "states":
            return _standing(session, merchant_id, today)
        return [astuple(cell) for cell in reading.fifths(session, merchant_id=merchant_id)]


def _standing(session: Session, merchant_id: UUID, today: date) -> dict[str, int]:
    """How many who came are in each state, as their last visit leaves them."""
    measure = standing.yardstick(session, merchant_id=merchant_id, on=today)
    counted = {
        state: session.execute(
            sa.select(sa.func.count())
            .select_from(MemberStats)
            .where(
                MemberStats.merchant_id == merchant_id,
                MemberStats.visits > 0,
                standing.is_in(session, measure, (), state),
            )
        ).scalar_one()
        for state in rhythm.STATES
    }
    return {state: count for state, count in counted.items() if count}


def _in_turn(
    asked: Mapping[str, Callable[[], object]], roots: Mapping[str, int], options: Options
) -> dict[str, list[float]]:
    """How long each takes, in seconds, round after round."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(options.rounds):
        for name, ask in asked.items():
            act = partial(_seconds, ask)
            times[name].append(measured(act, roots, noisy=options.noisy, name=name).result)
    return times


def _seconds(ask: Callable[[], object]) -> float:
    """How long one question takes; asked for long enough to tell whose machine it was."""
    times: list[float] = []
    while sum(times) < 1:
        began = time.monotonic()
        ask()
        times.append(time.monotonic() - began)
    return statistics.median(times)


def _figures(name: str, times: Mapping[str, Sequence[float]]) -> list[Figure]:
    ours, theirs = times["roll-ups"], times["DuckDB"]
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    bars = (RATIO_MAX, RATIO_AIM)
    return [
        Figure(f"{name} from roll-ups / DuckDB on raw purchases", ratios, *bars, at_least=False),
        Figure(f"{name} from roll-ups", ours, SECONDS_MAX, at_least=False, unit="s"),
        Figure(f"{name} by DuckDB", theirs, unit="s"),
    ]
