"""How long the portal's pages take on the server, in a large shop.

`python -m bench portal [--cards 50000 --visits 1000000]`: the shipped server on SQLite, an owner
who has signed in, one page after the other over one connection: the overview, lists of members in
every order and by every filter, deep into it, a member, searches. `--only WORD` asks less.
"""

import argparse
import http.client
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench import cast, portal_shop
from bench.cast import installation
from bench.outcome import Figure, Outcome
from bench.portal_shop import Names
from bench.rounds import measured
from bench.serving import serving
from loyalty import schema
from loyalty.core import clock
from loyalty.members.criteria import STATES
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import PASSWORD

P95_MS_MAX = 150
PAGES = {
    "overview": "/portal/",
    "programs": "/portal/programs",
    "tasks": "/portal/tasks",
    "staff log": "/portal/staff/log",
    "people": "/portal/staff",
    "places": "/portal/locations",
    "imports": "/portal/imports",
    "exports": "/portal/exports",
}
ORDERS = ("-last", "last", "name", "-name", "-visits", "visits", "-spend", "spend", "-balance",
          "balance", "-joined", "joined")  # fmt: skip
FILTERS = (
    *(f"state={state}" for state in STATES),
    "tag={tag}",
    "program={program}",
    "place={place}",
    "reward=waiting",
    "consent=marketing",
    "birthday=03",
    "last_from=2026-01-01",
    "visits_min=10",
    "spend_max=100",
    "tag={tag}&state=active&visits_min=5",
    "place={place}&state=active&sort=-balance",
    "state=cooling&sort=name",
    "state=cooling&sort=-balance",
)
SEARCHES = {
    "members searched": "/portal/members",
    "search": "/portal/search",
    "search at the till": "/till/customers/search",
}
DEEP = ("-last", "name", "-visits", "-balance", "joined")
WORDS = ("Giulia Fontana", "Fontana", "zzzz", "an", "333 123 45")


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    cards: int
    visits: int
    asked: int
    rounds: int
    noisy: bool
    only: str


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench portal", description=__doc__)
    parser.add_argument("--cards", type=int, default=50_000)
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=20, help="times that a page is asked a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    options = Options(**vars(parser.parse_args(argv)))
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation("sqlite") as (environment, roots),
    ):
        with cast.opened(environment) as database:
            schema.migrate(database)
            names = portal_shop.fill(database, cards=options.cards, visits_made=options.visits)
            once(database, CHORES, at=clock.now())
            start = urlsplit(f"{database.settings.public_url}/start/{names.start}").path
        with serving(environment, Path(folder) / "log") as served:
            owner = Browser(served.port)
            owner.begin(start)
            asks = _asks(owner, names)
            busy = {"server": served.process.pid, **roots}
            waits = {
                name: _rounds(name, ask, busy, options)
                for name, ask in asks.items()
                if options.only in name
            }
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
        assert not answer.headers.get("Location", "").startswith("/login"), "signed out"
        return page


def _asks(owner: Browser, names: Names) -> dict[str, Callable[[], str]]:
    """By name, how a page is asked for."""
    paths = dict(PAGES)
    paths |= {f"members by {order}": f"/portal/members?sort={order}" for order in ORDERS}
    for each in FILTERS:
        asked = each.format(tag=names.tag, program=names.program, place=names.place)
        paths[f"members, {each}"] = f"/portal/members?{asked}"
    paths |= {
        f"members by {order}, deep": f"/portal/members?sort={order}&after={names.middle}"
        for order in DEEP
    }
    paths["a member"] = f"/portal/members/{names.middle}"
    paths["a member with 500 visits"] = f"/portal/members/{names.regular}"
    paths["their visits"] = f"/portal/members/{names.regular}?kind=visits"
    asks: dict[str, Callable[[], str]] = {
        name: partial(owner.get, path) for name, path in paths.items()
    }
    for words in WORDS:
        for name, path in SEARCHES.items():
            token = owner.token(path)
            asks[f"{name}: {words}"] = partial(owner.post, path, token, q=words)
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
        print(f"  {name:44} p95 {one.result:.0f} ms   {one.usage}", flush=True)
        found.append(one.result)
    return found


def _took(ask: Callable[[], str]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1_000


def _p95(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]
