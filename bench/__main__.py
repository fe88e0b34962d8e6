"""`python -m bench [NAME [OPTION ...]] [--write]`: one bench, or all that need no arguments.

`--write` keeps what was found and writes `docs/performance.md` again; each bench replaces its own
table and no other.
"""

import importlib
import sys
from collections.abc import Sequence

from bench import paper
from bench.outcome import Outcome
from bench.rounds import TooBusyError

BENCHES = {
    "accrual": "accruals over HTTP on PostgreSQL, beside pgbench with the same statements",
    "sqlite": "accruals over HTTP on SQLite beside PostgreSQL, and the slowest request",
    "counter": "redemptions, card pages and member lists over HTTP beside accruals",
    "growth": "a scan in a large shop, on a card with a long past, and by everybody at once",
    "members": "state, recency, frequency and spend of all members, beside DuckDB",
    "figures": "metrics, states and who has lapsed, as a page asks for them, on SQLite",
    "figures_large": "the same of a shop of 48,000 members with a million visits",
    "weight": "memory of a worker under load, and the time from start to first answer",
    "imports": "an import of past sales on both engines: sales a second, memory",
    "rules": "accruals under a program of ten rules beside one of a single rule, both engines",
    "expiry": "100,000 lots written off on both engines while two tills work beside",
    "decode": "hard pictures of a QR code, read by the worker that the till ships, in a browser",
    "codes": "QR codes as the product makes them, each read back",
    "portal": "the portal's pages with 50,000 members and 1,000,000 visits, on SQLite",
    "lighthouse": "Lighthouse on the portal's busiest pages, on a phone of its own making",
    "simulate": "a program tried on 100,000 past sales, in memory and out of SQLite",
    "campaign": "a letter to 100,000 people: seconds, memory, and the till beside it",
    "real": "--sales FOLDER: imports of real sales on both engines, compared with an oracle",
}
NEEDS_ARGUMENTS = {"real"}
USAGE = "usage: bench [NAME [OPTION ...]] [--write]\n"


def main(argv: Sequence[str]) -> int:
    """Run what is asked for; 0 when all figures are met, 1 when not, 2 when nobody understood."""
    given = [word for word in argv if word != "--write"]
    is_for_the_record = len(given) < len(argv)
    if is_for_the_record and "--noisy" in given:
        print("bench: what is found on a noisy machine is not for the record", file=sys.stderr)
        return 2
    if not given:
        names = [name for name in BENCHES if name not in NEEDS_ARGUMENTS]
        return max([_run(name, [], is_for_the_record) for name in names])
    if given[0] not in BENCHES:
        print(USAGE, file=sys.stderr)
        for name, about in BENCHES.items():
            print(f"  {name:8} {about}", file=sys.stderr)
        return 0 if given[0] in {"-h", "--help", "help"} else 2
    return _run(given[0], given[1:], is_for_the_record)


def _run(name: str, argv: Sequence[str], is_for_the_record: bool) -> int:  # noqa: FBT001
    try:
        outcome: Outcome = importlib.import_module(f"bench.{name}").main(argv)
    except TooBusyError as busy:
        print(busy, file=sys.stderr)
        return 1
    outcome.tell()
    if is_for_the_record and not outcome.noisy:
        paper.keep(name, BENCHES[name], outcome)
        print(f"  written into {paper.where()}", flush=True)
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
