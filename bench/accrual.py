"""Accruals over HTTP on PostgreSQL, beside pgbench sending the same statements to the same server.

`python -m bench accrual`: the shipped server (2 processes of 8 threads) under 8 connections, fsync
on, in rounds that alternate with pgbench under 8 clients.
"""

import argparse
import http.client
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from bench import books, cast, load, pgbench
from bench.cast import Counter
from bench.load import Load, Target
from bench.outcome import Figure, Outcome
from bench.pgbench import Bench, Sample, Script, shape
from bench.rounds import Round, measured
from bench.serving import Served, serving
from bench.wire import statements_of
from loyalty.cards.models import CardToken
from loyalty.core.db import Database
from loyalty.ledger.models import Account
from tests.rigs import postgres

CONNECTIONS = 8
WARM_UP_S = 2
TRIES_MAX = 10
RATIO_MIN, RATIO_AIM = 0.15, 0.25
TAIL_MAX, TAIL_AIM = 6, 3


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    seconds: int
    rounds: int
    cards: int
    noisy: bool


@dataclass(frozen=True)
class Pair:
    """One round of each, right after the other."""

    pgbench: Round[float]
    ours: Round[Load]

    @property
    def ratio(self) -> float:
        """Ours to pgbench's."""
        return self.ours.result.per_second / self.pgbench.result

    @property
    def tail(self) -> float:
        """How much longer the slowest hundredth waits than the middle."""
        return self.ours.result.p99_ms / self.ours.result.p50_ms


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench accrual", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cards", type=int, default=2_000)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    generator = load.find()
    print(
        f"accrual: PostgreSQL, fsync on; {CONNECTIONS} connections by {generator.name}", flush=True
    )
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        postgres.running(durable=True) as server,
    ):
        return _run(server, Path(folder), options)


def _run(server: postgres.Server, folder: Path, options: Options) -> Outcome:
    url = server.create_database()
    environment = {"LOYALTY_DATA": str(folder), "DATABASE_URL": url}
    counter = cast.open_counter(environment, cards=options.cards)
    with postgres.connect(sa.make_url(url)) as connection:
        connection.execute("VACUUM ANALYZE")
    yardstick_url = server.create_database(template=postgres.name_of(url))
    with serving(environment, folder / "log") as served:
        target = Target(served.url, counter.write_codes(folder / "codes"), load.visit(counter.key))
        warm = load.find().run(target, seconds=WARM_UP_S)
        with cast.opened(environment) as database:
            script = _script(server, database, served, counter)
            samples = books.operations(database) - warm.done
        bench = Bench(server, yardstick_url, script, folder)
        _prove_equal(bench, script)
        pairs = [_pair(bench, target, served, options) for _ in range(options.rounds)]
    with cast.opened(environment) as database:
        faults = books.compare(database, [target], before=samples)
        faults += books.findings(database)
    setting = f"{options.cards:,} cards, {CONNECTIONS} connections, rounds of {options.seconds} s"
    return Outcome(setting, _figures(pairs), faults, options.noisy)


def _script(
    server: postgres.Server, database: Database, served: Served, counter: Counter
) -> Script:
    """The statements of one accrual over HTTP, after the warm-up, so that nothing is read first."""
    one = _sample(server, database, served, counter, visits=1, code=counter.codes[0])
    other = _sample(server, database, served, counter, visits=3, code=counter.codes[1])
    return pgbench.render(one, other, cards=len(counter.codes))


def _prove_equal(bench: Bench, script: Script) -> None:
    """The server's log has to show the same statements from pgbench."""
    sent = shape(statements_of(bench.server, bench.once))
    assert sent == script.shape, f"pgbench asks something else: {sent}"
    begin, commit = sent.index("BEGIN"), sent.index("COMMIT")
    print(
        f"  an accrual is {len(sent) - 2} statements, {commit - begin - 1} of them in its"
        " transaction; the server's log shows the same from pgbench",
        flush=True,
    )


def _sample(
    server: postgres.Server,
    database: Database,
    served: Served,
    counter: Counter,
    *,
    visits: int,
    code: str,
) -> Sample:
    """The statements of an accrual, once connections and caches are warm: seen twice alike."""
    seen: list[list[str]] = []
    for number in range(TRIES_MAX):
        found = statements_of(server, partial(_visit, served, counter, code, number))
        seen.append(shape(found))
        if number >= visits and seen[-1] == seen[-2]:
            return Sample(found, code, *_ids(database, counter, code))
    raise RuntimeError(f"accruals keep asking different things: {seen[-2:]}")


def _visit(served: Served, counter: Counter, code: str, number: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    body = {"scan": code, "amount": {"amount_minor": 130, "currency": "EUR"}}
    headers = {
        "Authorization": f"Bearer {counter.key}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"sample-{code}-{number}",
    }
    connection.request("POST", "/api/v1/visits", json.dumps(body), headers)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


def _ids(database: Database, counter: Counter, code: str) -> tuple[str, str]:
    query = (
        sa.select(CardToken.card_id, Account.id)
        .join(Account, Account.card_id == CardToken.card_id)
        .where(CardToken.merchant_id == counter.merchant_id, CardToken.code == code)
    )
    with database.read() as session:
        card_id, account_id = session.execute(query).one()
    return str(card_id), str(account_id)


def _pair(bench: Bench, target: Target, served: Served, options: Options) -> Pair:
    keeper = bench.server.keeper
    assert keeper is not None
    roots = {"server": served.process.pid, "database": keeper.pid}

    def yardstick() -> float:
        return bench.run(seconds=options.seconds, clients=CONNECTIONS)

    def ours() -> Load:
        return load.find().run(target, seconds=options.seconds)

    pair = Pair(
        measured(yardstick, roots, noisy=options.noisy, name="pgbench"),
        measured(ours, roots, noisy=options.noisy, name="ours"),
    )
    mine = pair.ours.result
    print(f"  pgbench {pair.pgbench.result:,.0f}/s   {pair.pgbench.usage}")
    print(f"  ours    {mine}   {pair.ours.usage}", flush=True)
    return pair


def _figures(pairs: Sequence[Pair]) -> list[Figure]:
    loads = [pair.ours.result for pair in pairs]
    ratios, tails = [pair.ratio for pair in pairs], [pair.tail for pair in pairs]
    return [
        Figure("accrue / pgbench, the same statements", ratios, RATIO_MIN, RATIO_AIM),
        Figure("p99 / p50", tails, TAIL_MAX, TAIL_AIM, at_least=False),
        Figure("accruals", [one.per_second for one in loads], unit="/s"),
        Figure("pgbench", [pair.pgbench.result for pair in pairs], unit="/s"),
        Figure("p50", [one.p50_ms for one in loads], unit="ms"),
        Figure("p99", [one.p99_ms for one in loads], unit="ms"),
    ]
