"""What a scan costs in a large shop, on a card with a long past, and when everybody has one card.

`python -m bench growth [--cards 1000000]`: a shop of that many cards with five visits each, beside
one of 1,000, on both engines, in rounds that alternate. One client asks, so that a scan is nothing
but its own work; everybody at once means 8.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import books, cast, large, load, long_past
from bench.cast import ENGINES, installation
from bench.load import Load, Target
from bench.outcome import Figure, Outcome
from bench.rounds import Round, measured
from bench.serving import serving
from loyalty import schema

VISITS_A_CARD, FEW_CARDS = 5, 1_000
SAMPLE = 20_000  # cards that are asked: more than a round has scans
COST_MAX = {"postgresql": (1.2, 1.1), "sqlite": (1.4, 1.3)}
PAST_MAX, PAST_AIM = 1.1, 1.05
CROWD_MIN, CROWD_AIM = 0.4, 0.5
EVERYBODY = 8
WARM_UP_S = 2


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    engine: Sequence[str] | None
    cards: int
    entries: int
    seconds: int
    rounds: int
    noisy: bool


@dataclass
class Shop:
    """A served shop: whom to ask, by what they stand for, the visits before, and the rounds."""

    environment: Mapping[str, str]
    targets: Mapping[str, Target]
    busy: Mapping[str, int]
    visits: int
    loads: dict[str, list[Round[Load]]] = field(default_factory=dict)

    def round(self, name: str, options: Options) -> None:
        """One round of load on those of that name."""

        def act() -> Load:
            return load.find().run(self.targets[name], seconds=options.seconds)

        one = measured(act, self.busy, noisy=options.noisy, name=name)
        print(f"  {name:10} {one.result}, {cpu_ms(one):.2f} CPU ms   {one.usage}", flush=True)
        self.loads.setdefault(name, []).append(one)


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench growth", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--cards", type=int, default=20_000, help="of the large shop")
    parser.add_argument("--entries", type=int, default=100_000, help="on the card with a long past")
    parser.add_argument("--seconds", type=int, default=8, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    found = [_engine(engine, options) for engine in options.engine or ENGINES]
    setting = (
        f"{options.cards:,} cards with {options.cards * VISITS_A_CARD:,} visits beside"
        f" {FEW_CARDS:,} cards; rounds of {options.seconds} s"
    )
    return Outcome(
        setting,
        [figure for figures, _ in found for figure in figures],
        [fault for _, faults in found for fault in faults],
        options.noisy,
    )


def _engine(engine: str, options: Options) -> tuple[list[Figure], list[str]]:
    print(f"  {engine}", flush=True)
    with ExitStack() as stack:
        many = stack.enter_context(_open(engine, options.cards, options.entries))
        few = stack.enter_context(_open(engine, min(FEW_CARDS, options.cards), 0))
        for _ in range(options.rounds):
            many.round("spread", options)
            few.round("spread", options)
            many.round("long past", options)
            many.round("short past", options)
            many.round("one card", options)
            many.round("everybody", options)
        faults = [fault for shop in (many, few) for fault in _faults(shop)]
    return _figures(engine, many, few, options), [f"{engine}: {fault}" for fault in faults]


@contextmanager
def _open(engine: str, cards: int, entries: int) -> Iterator[Shop]:
    """A shop of that size; with `entries`, one card more that has so many."""
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        installation(engine) as (environment, roots),
    ):
        with cast.opened(environment) as database:
            schema.migrate(database)
            shop = large.fill(database, cards=cards, visits=cards * VISITS_A_CARD)
            codes = random.Random(cards).sample(shop.codes, min(SAMPLE, len(shop.codes)))
            asked = {"spread": (codes, 1)}
            if entries:
                long, short = long_past.make(database, shop.merchant_id, entries)
                asked |= {"long past": ([long], 1), "short past": (short, 1)}
                asked |= {"one card": (codes[:1], EVERYBODY), "everybody": (codes, EVERYBODY)}
            before = books.operations(database)
        with serving(environment, Path(folder) / "log") as served:
            targets = {
                name: _target(served.url, shop.key, Path(folder) / name, *one)
                for name, one in asked.items()
            }
            load.find().run(targets["spread"], seconds=WARM_UP_S)
            busy = {"server": served.process.pid, **roots}
            yield Shop(environment, targets, busy, before)


def _target(url: str, key: str, path: Path, codes: Sequence[str], connections: int) -> Target:
    path.write_text("\n".join(codes) + "\n", "ascii")
    return Target(url, path, load.visit(key), connections)


def cpu_ms(one: Round[Load]) -> float:
    """What a scan costs the server and its database in processor time."""
    busy = sum(one.usage.cores.get(name, 0) for name in ("server", "database"))
    return 1_000 * busy / one.result.per_second


def _faults(shop: Shop) -> list[str]:
    with cast.opened(shop.environment) as database:
        found = books.compare(database, shop.targets.values(), before=shop.visits)
        return found + large.prove(database)


def _figures(engine: str, many: Shop, few: Shop, options: Options) -> list[Figure]:
    gate, aim = COST_MAX[engine]
    size = f"{engine}: a scan with {options.cards:,} cards / {FEW_CARDS:,}"
    past = f"{engine}: a scan with {options.entries:,} entries on the card / 10"
    crowd = _waits(many.loads["everybody"], many.loads["one card"])
    alone = [cpu_ms(one) for one in many.loads["spread"]]
    here, there = many.loads["spread"], few.loads["spread"]
    long, short = many.loads["long past"], many.loads["short past"]
    return [
        Figure(f"{size}, waiting", _waits(here, there), gate, aim, at_least=False),
        Figure(f"{size}, processor time", _costs(here, there), gate, aim, at_least=False),
        Figure(f"{past}, waiting", _waits(long, short), PAST_MAX, PAST_AIM, at_least=False),
        Figure(f"{past}, processor time", _costs(long, short), PAST_MAX, PAST_AIM, at_least=False),
        Figure(f"{engine}: everybody on one card / each on their own", crowd, CROWD_MIN, CROWD_AIM),
        Figure(f"{engine}: a scan with {options.cards:,} cards", alone, unit="CPU ms"),
    ]


def _waits(some: Sequence[Round[Load]], other: Sequence[Round[Load]]) -> list[float]:
    """How much longer each scan of the one takes: how many more of the other fit into a second."""
    return [b.result.per_second / a.result.per_second for a, b in zip(some, other, strict=True)]


def _costs(some: Sequence[Round[Load]], other: Sequence[Round[Load]]) -> list[float]:
    return [cpu_ms(a) / cpu_ms(b) for a, b in zip(some, other, strict=True)]
