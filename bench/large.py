"""A large shop on an installation, quickly: `python -m bench.large --cards 20000 --visits 100000`.

It goes into what LOYALTY_DATA and DATABASE_URL name, which has to be empty and, on PostgreSQL, open
to a superuser; the product works on with it. Prints the shop and a key for everything.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence

import sqlalchemy as sa

from bench import books, cast, copies, pattern
from bench.pattern import Pattern
from loyalty import schema
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.merchants.models import Merchant

PATTERN_CARDS = 500


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.large", description=__doc__)
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--visits", type=int, default=100_000)
    asked = parser.parse_args(argv)
    with cast.opened(os.environ) as database:
        schema.migrate(database)
        shop = fill(database, cards=asked.cards, visits=asked.visits)
        print(f"{ref('mer', shop.merchant_id)} {shop.key}")
        faults = prove(database)
    return 1 if faults else 0


def fill(database: Database, *, cards: int, visits: int) -> Pattern:
    """A shop of that size, and no other: so many cards, each with its share of the visits.

    The sizes are rounded up to whole copies of a pattern of PATTERN_CARDS.
    """
    with database.read() as session:
        if session.execute(sa.select(sa.func.count()).select_from(Merchant)).scalar_one():
            sys.exit(
                "bench: this installation holds a shop already; a large one needs an empty one"
            )
    began, some = time.monotonic(), min(cards, PATTERN_CARDS)
    shop = pattern.live(database, cards=some, visits_made=visits * some // cards)
    if (times := -(-cards // some)) > 1:
        shop = copies.multiply(database, shop, times=times)
    print(
        f"  a shop of {len(shop.codes):,} cards made in {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return shop


def prove(database: Database) -> list[str]:
    """What the audit and the foreign keys find in a shop that was made past them."""
    began = time.monotonic()
    found = books.orphans(database) + books.findings(database)
    print(f"  proven in {time.monotonic() - began:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
