"""What a shop's day asks for beside accruals: redemptions, card pages, lists of members.

`python -m bench counter`: the shipped server on both engines under 8 connections, each kind of
request in turn, so that a round has all of them.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from bench import books, cast, large, load
from bench.cast import ENGINES, installation
from bench.load import Load, Request, Target
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.serving import serving
from loyalty import schema
from loyalty.api.lists import LIMIT_DEFAULT, cursor_of
from loyalty.cards import claims
from loyalty.cards.models import CardToken
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.customers.models import Customer
from loyalty.ledger.models import Account
from loyalty.wallet.blueprint import COOKIE

CONNECTIONS, WARM_UP_S = 8, 4
VISITS_A_CARD = 5
UNITS_MIN = 200  # twenty rewards; what is spent comes in again by the accruals of the same round
AMOUNT_MINOR = 1_000
PAGES, LISTS = 100, 300  # the QR of an open page is drawn once in each process, while it warms up
BARS = {"redemption": (0.8, 0.95), "card page": (0.6, 1.0), "members": (0.9, None)}
NAMES = {
    "redemption": "redeem / accrue",
    "card page": "card page / accrue",
    "members": f"list of {LIMIT_DEFAULT} members / accrue",
}


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    engine: Sequence[str] | None
    seconds: int
    rounds: int
    cards: int
    noisy: bool


Rounds = dict[str, list[Load]]


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench counter", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seconds", type=int, default=8, help="length of a round of one kind")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    found = [_engine(engine, options) for engine in options.engine or ENGINES]
    return Outcome(
        f"{options.cards:,} cards, {CONNECTIONS} connections, rounds of {options.seconds} s",
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def _engine(engine: str, options: Options) -> tuple[list[Figure], list[str]]:
    print(f"  {engine}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
    ):
        with cast.opened(environment) as database:
            schema.migrate(database)
            shop = large.fill(database, cards=options.cards, visits=options.cards * VISITS_A_CARD)
            asked = _asked(database, shop.merchant_id, shop.key)
            before = {kind: books.operations(database, kind) for kind in ("visit", "redemption")}
        with _served(environment, Path(folder), asked) as (targets, server):
            loads = _rounds(targets, {"server": server, **roots}, options)
        with cast.opened(environment) as database:
            faults = _faults(database, targets, before)
    return _figures(engine, loads), [f"{engine}: {fault}" for fault in faults]


# --- whom the load asks, and what ----------------------------------------------------------------


def _asked(database: Database, merchant_id: UUID, key: str) -> dict[str, tuple[Request, list[str]]]:
    """Each kind of request, with the lines it is made for."""
    chance = random.Random(merchant_id.int)
    rich = _rich(database, merchant_id)
    codes = [code for code, _ in rich]
    opened = chance.sample([card for _, card in rich], min(PAGES, len(rich)))
    reserve = load.posted(key, "/api/v1/redemptions", '{"scan":"$1","reward":"breakfast"}')
    lists = f"/api/v1/customers?limit={LIMIT_DEFAULT}&cursor=$1"
    return {
        "visit": (load.visit(key, amount_minor=AMOUNT_MINOR), codes),
        "redemption": (reserve, codes),
        "card page": (
            Request("GET", "/c/$1", headers={"Cookie": f"{COOKIE}=$2"}),
            _open(database, merchant_id, opened),
        ),
        "members": (
            Request("GET", lists, headers=load.with_key(key)),
            _cursors(database, merchant_id, chance),
        ),
    }


def _rich(database: Database, merchant_id: UUID) -> list[tuple[str, UUID]]:
    """The codes and ids of cards that can pay for some rewards."""
    query = sa.select(CardToken.code, CardToken.card_id).where(
        CardToken.merchant_id == merchant_id,
        Account.merchant_id == merchant_id,
        Account.card_id == CardToken.card_id,
        Account.balance >= UNITS_MIN,
    )
    with database.read() as session:
        return [(row.code, row.card_id) for row in session.execute(query)]


def _open(database: Database, merchant_id: UUID, cards: Sequence[UUID]) -> list[str]:
    """Each card on a phone of its own: its ref and the phone's secret."""
    found, at = [], clock.now()
    with database.write() as session:
        for card_id in cards:
            made = claims.make(session, merchant_id=merchant_id, card_id=card_id, at=at)
            phone = claims.open_card(session, token=claims.claim_token(made), at=at)
            found.append(f"{phone.card_ref}\t{phone.secret}")
    return found


def _cursors(database: Database, merchant_id: UUID, chance: random.Random) -> list[str]:
    """Places in the list of members after which there are full pages."""
    query = sa.select(Customer.id).where(Customer.merchant_id == merchant_id).order_by(Customer.id)
    with database.read() as session:
        ids = session.scalars(query).all()[:-LIMIT_DEFAULT]
    return [cursor_of(key) for key in chance.sample(ids, min(LISTS, len(ids)))]


@contextmanager
def _served(
    environment: Mapping[str, str], folder: Path, asked: dict[str, tuple[Request, list[str]]]
) -> Iterator[tuple[dict[str, Target], int]]:
    """The server at work, warm, and what goes to it."""
    with serving(environment, folder / "log") as served:
        targets = {}
        for name, (request, lines) in asked.items():
            path = folder / name
            path.write_text("\n".join(lines) + "\n", "ascii")
            targets[name] = Target(served.url, path, request, CONNECTIONS)
        yield targets, served.process.pid


# --- the rounds and what they say ----------------------------------------------------------------


def _rounds(targets: dict[str, Target], busy: Mapping[str, int], options: Options) -> Rounds:
    """By kind, what each round met, once all is warm."""
    for target in targets.values():
        load.find().run(target, seconds=WARM_UP_S)
    loads: Rounds = {name: [] for name in targets}
    for _ in range(options.rounds):
        for name, target in targets.items():

            def act(target: Target = target) -> Load:
                return load.find().run(target, seconds=options.seconds)

            one = measured(act, busy, noisy=options.noisy, name=name)
            loads[name].append(one.result)
            print(f"  {name:10} {one.result}   {one.usage}", flush=True)
    return loads


def _faults(
    database: Database, targets: Mapping[str, Target], before: Mapping[str, int]
) -> list[str]:
    found = books.refused([targets["card page"], targets["members"]])
    for kind, count in before.items():
        found += books.compare(database, [targets[kind]], before=count, kind=kind)
    return found + large.prove(database)


def _figures(engine: str, loads: Rounds) -> list[Figure]:
    visits = [one.per_second for one in loads["visit"]]
    found = []
    for kind, (gate, aim) in BARS.items():
        speeds = [one.per_second for one in loads[kind]]
        ratios = [speed / visit for speed, visit in zip(speeds, visits, strict=True)]
        found.append(Figure(f"{engine}: {NAMES[kind]}", ratios, gate, aim))
    return [*found, Figure(f"{engine}: accruals", visits, unit="/s")]
