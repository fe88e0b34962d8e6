"""`python -m bench [NAME [OPTION ...]]`: one bench; without a name all that need no arguments."""

import importlib
import sys
from collections.abc import Sequence

BENCHES = {
    "accrual": "accruals over HTTP on PostgreSQL, beside pgbench with the same statements",
    "sqlite": "the slowest request on SQLite, one process of 8 threads",
    "imports": "an import of 50,000 sales on both engines: sales a second, memory",
    "rules": "accruals under a program of ten rules beside one of a single rule, both engines",
    "expiry": "100,000 lots written off on both engines while two tills work beside",
    "simulate": "a program tried on 100,000 past sales, in memory and out of SQLite",
    "real": "--sales FOLDER: imports of real sales on both engines, compared with an oracle",
}
ALONE = ("accrual", "sqlite", "imports", "rules", "expiry")


def main(argv: Sequence[str]) -> int:
    if not argv:
        return max(_run(name, []) for name in ALONE)
    if argv[0] not in BENCHES:
        print("usage: bench [NAME [OPTION ...]]\n", file=sys.stderr)
        for name, about in BENCHES.items():
            print(f"  {name:8} {about}", file=sys.stderr)
        return 0 if argv[0] in {"-h", "--help", "help"} else 2
    return _run(argv[0], argv[1:])


def _run(name: str, argv: Sequence[str]) -> int:
    code: int = importlib.import_module(f"bench.{name}").main(argv)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
