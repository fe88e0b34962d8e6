"""The figures of a shop and the list of who has lapsed, as a page would ask for them.

`python -m bench figures [--cards 2000 --visits 40000] [--noisy]`, on SQLite: all metrics of 90 days
with the 90 before them (as whoever comes first, and again within five minutes), what is at stake,
the first fifty who have lapsed, and how many are in each state and each segment. `--large` is a
shop of 48,000 members with a million visits. The states are compared with a slow calculation that
shares no code with the product, at three dates.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from bench import cast, large
from bench.members import purchases
from bench.naive import Naive, by_customer
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from loyalty import schema
from loyalty.analytics import audience, metrics, past, slipping, standing
from loyalty.analytics.audience import Audience
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.ground import Ground
from loyalty.analytics.past import Past
from loyalty.core import clock
from loyalty.core.db import Database

SMALL, LARGE = (2_000, 40_000), (48_000, 1_000_000)
PAGE_S = {SMALL: 0.3, LARGE: 1.5}
DAYS_BACK = (0, 45, 200)


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench figures", description=__doc__)
    parser.add_argument("--cards", type=int, default=SMALL[0])
    parser.add_argument("--visits", type=int, default=SMALL[1])
    parser.add_argument("--large", action="store_true", help="48,000 members, a million visits")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = parser.parse_args(argv)
    size = LARGE if options.large else (options.cards, options.visits)
    with cast.installation("sqlite") as (environment, roots), cast.opened(environment) as database:
        schema.migrate(database)
        shop = large.fill(database, cards=size[0], visits=size[1])
        on = clock.now().date()
        figures = [
            Figure(name, _times(act, roots, options), bar, at_least=False, unit="s")
            for name, act, bar in _asked(database, shop.merchant_id, on, PAGE_S.get(size))
        ]
        faults = _differing(database, shop.merchant_id, on)
    about = f"{size[0]:,} members with {size[1]:,} visits on SQLite"
    return Outcome(about, figures, faults, options.noisy)


def _asked(
    database: Database, merchant_id: UUID, on: date, bar: float | None
) -> list[tuple[str, Callable[[], object], float | None]]:
    period = metrics.period_of(first_on=None, last_on=None, today=on)
    mine = {"merchant_id": merchant_id, "period": period}
    whose = {"merchant_id": merchant_id, "on": on}
    lapsed = audience.of_segment("lapsed")
    every = [audience.of_segment(key) for key in BUILTIN]
    asks = partial(_in, database)
    return [
        ("figures", _anew(asks, metrics.of, **mine), bar),
        (
            "figures again",
            partial(asks, metrics.lately, merchant_id=merchant_id, period=period),
            bar,
        ),
        ("at stake", _anew(asks, _at_stake, **whose), bar),
        ("lapsed list", partial(asks, _lapsed, **whose), bar),
        ("states counted", partial(asks, standing.counts, **whose), bar),
        ("segments counted", partial(asks, _counted, audiences=every, **whose), bar),
        ("segment page", partial(asks, audience.page, audience=lapsed, **whose), bar),
    ]


def _anew(
    asks: Callable[..., object], act: Callable[..., object], **asked: object
) -> Callable[[], object]:
    """With nothing kept from before, as whoever comes first."""

    def ask() -> object:
        for kept in (past.PASTS, metrics.FIGURES, standing.BACK):
            kept.forget()
        return asks(act, **asked)

    return ask


def _at_stake(session: Session, *, merchant_id: UUID, on: date) -> object:
    return slipping.at_stake(Ground(session, merchant_id, on))


def _lapsed(session: Session, *, merchant_id: UUID, on: date) -> object:
    return slipping.page(Ground(session, merchant_id, on))


def _counted(
    session: Session, *, merchant_id: UUID, on: date, audiences: Sequence[Audience]
) -> object:
    return audience.counts_on(Ground(session, merchant_id, on), audiences)


def _in(database: Database, act: Callable[..., object], **asked: object) -> object:
    with database.read() as session:
        return act(session, **asked)


def _times(
    act: Callable[[], object], roots: dict[str, int], options: argparse.Namespace
) -> list[float]:
    timed = partial(_seconds, act)
    rounds = range(options.rounds)
    return [measured(timed, roots, noisy=options.noisy, name="figures").result for _ in rounds]


def _seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _hex(who: UUID) -> str:
    return who.hex


def differing(known: Past, slow: Naive, day: date, name: Callable[[UUID], str]) -> str | None:
    """How many states of a day are not what the slow calculation finds, if any."""
    ours = {name(who): state for who, state in known.states(day.toordinal()).items()}
    theirs = slow.states(day)
    wrong = sum(ours.get(who) != theirs.get(who) for who in ours.keys() | theirs.keys())
    return f"{wrong} states of {day} are not what a slow calculation finds" if wrong else None


def _differing(database: Database, merchant_id: UUID, on: date) -> list[str]:
    """Where the product's states are not those of the slow calculation, on three dates."""
    rows = [(who, day) for who, day, _ in purchases(database, merchant_id)]
    with database.read() as session:
        known = past.read(session, merchant_id=merchant_id)
    slow = Naive(by_customer(rows))
    days = [on - timedelta(days=back) for back in DAYS_BACK]
    return [fault for day in days if (fault := differing(known, slow, day, _hex))]
