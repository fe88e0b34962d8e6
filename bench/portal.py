"""How long the portal's pages take on the server, in a large shop.

`python -m bench portal [--cards 50000 --visits 1000000]`: the shipped server on SQLite, an owner
who has signed in, one page after the other over one connection: the overview, lists of members in
several orders, one member, a search.
"""

import argparse
import http.client
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench import cast, large
from bench.cast import installation
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.serving import serving
from loyalty import schema
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import PASSWORD

P95_MS_MAX = 150
PAGES = {
    "overview": "/portal/",
    "members": "/portal/members",
    "members by visits": "/portal/members?sort=-visits",
    "members by balance": "/portal/members?sort=-balance",
    "members by name": "/portal/members?sort=name",
    "members who are cooling": "/portal/members?state=cooling",
    "programs": "/portal/programs",
    "tasks": "/portal/tasks",
    "staff log": "/portal/staff/log",
}
WORDS = "Giulia Fontana"


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    cards: int
    visits: int
    asked: int
    rounds: int
    noisy: bool


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench portal", description=__doc__)
    parser.add_argument("--cards", type=int, default=50_000)
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=40, help="times that a page is asked a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation("sqlite") as (environment, roots),
    ):
        with cast.opened(environment) as database:
            schema.migrate(database)
            shop = large.fill(database, cards=options.cards, visits=options.visits)
            once(database, CHORES, at=clock.now())
            start = _invited(database, shop)
        with serving(environment, Path(folder) / "log") as served:
            owner = Browser(served.port)
            owner.begin(start)
            asks = _asks(owner)
            busy = {"server": served.process.pid, **roots}
            waits = {name: _rounds(name, ask, busy, options) for name, ask in asks.items()}
    return Outcome(
        f"{options.cards:,} members with {options.visits:,} visits, SQLite, one reader",
        [
            Figure(f"{name}, p95", values, P95_MS_MAX, at_least=False, unit="ms")
            for name, values in waits.items()
        ],
        noisy=options.noisy,
    )


class Browser:
    """Somebody with one connection and their cookies."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}

    def begin(self, path: str) -> None:
        """Choose a password behind a one-time link, and be signed in."""
        self.post(path, self.token(path), password=PASSWORD)

    def token(self, path: str) -> str:
        """The token of the forms of that page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path))
        assert found, f"no form on {path}"
        return found[1]

    def get(self, path: str) -> str:
        """The page at that address."""
        return self._ask("GET", path, None)

    def post(self, path: str, token: str, **typed: str) -> str:
        """What a form answers."""
        return self._ask("POST", path, urlencode({"csrf_token": token, **typed}))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        assert answer.status < 400, f"{method} {path} answers {answer.status}"
        assert answer.headers.get("Location", "/portal").startswith("/portal"), "signed out"
        return page


def _invited(database: Database, shop: large.Pattern) -> str:
    """The path of a new owner's one-time link."""
    with database.write() as session:
        token = accounts.invite_staff(
            session,
            merchant_id=shop.merchant_id,
            email="owner@bench.example",
            name="Olga",
            role=Role.OWNER,
            at=clock.now(),
        )
    return urlsplit(f"{database.settings.public_url}/start/{token}").path


def _asks(owner: Browser) -> dict[str, Callable[[], str]]:
    """By name, how a page is asked for."""
    member = re.search(r"/portal/members/cus_\w+", owner.get("/portal/members"))
    assert member, "a large shop has members"
    token = owner.token("/portal/account")
    asks: dict[str, Callable[[], str]] = {
        name: (lambda path=path: owner.get(path)) for name, path in PAGES.items()
    }
    asks["a member"] = lambda: owner.get(member[0])
    asks["members searched"] = lambda: owner.post("/portal/members", token, q=WORDS)
    asks["search"] = lambda: owner.post("/portal/search", token, q=WORDS)
    return asks


def _rounds(
    name: str, ask: Callable[[], str], busy: Mapping[str, int], options: Options
) -> list[float]:
    """The 95th percentile of each round, in ms, once the page is warm."""

    def act() -> float:
        return _p95([_took(ask) for _ in range(options.asked)])

    ask()
    found = []
    for _ in range(options.rounds):
        one = measured(act, busy, noisy=options.noisy, name=name)
        print(f"  {name:24} p95 {one.result:.0f} ms   {one.usage}", flush=True)
        found.append(one.result)
    return found


def _took(ask: Callable[[], str]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1_000


def _p95(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]
