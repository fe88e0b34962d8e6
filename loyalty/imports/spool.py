"""The file's sales on disk, so that they can be taken in time order per customer at any size."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Any

from loyalty.imports.basket import Basket, Row, identity
from loyalty.imports.sale import Sale
from loyalty.imports.sheet import Refusal

_CHUNK = 2_000
_STRETCH = 4  # times the size of a batch, before a customer is cut
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000", "temp_store=FILE")
_TABLES = (
    """CREATE TABLE sale (line INTEGER PRIMARY KEY, customer TEXT, at_us INTEGER, minor INTEGER,
       ref TEXT, location TEXT, sku TEXT, item TEXT, category TEXT, quantity INTEGER,
       email TEXT, phone TEXT, name TEXT, digest BLOB, is_return INTEGER, placed_us INTEGER,
       placed_line INTEGER)""",
    "CREATE TABLE refused (line INTEGER PRIMARY KEY, col TEXT, it TEXT, en TEXT)",
)
_ADD_SALE = "INSERT INTO sale VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_ADD_REFUSED = "INSERT INTO refused VALUES (?,?,?,?)"
_SETTLE = (
    # Who owns a ref that several rows have: the customer of its first row in the file.
    """CREATE TABLE shared AS SELECT ref, owner FROM (
         SELECT ref, customer AS owner, count(*) AS rows,
                row_number() OVER (PARTITION BY ref ORDER BY min(line)) AS place,
                count(*) OVER (PARTITION BY ref) AS owners
         FROM sale WHERE ref IS NOT NULL GROUP BY ref, customer)
       WHERE place = 1 AND (rows > 1 OR owners > 1)""",
    "CREATE UNIQUE INDEX shared_ref ON shared (ref)",
    # Where its rows stand: at their first time. What came back is placed by itself.
    """CREATE TABLE spot AS
         SELECT sale.ref, is_return, min(line) AS first, min(at_us) AS at_us
         FROM sale JOIN shared ON shared.ref = sale.ref AND shared.owner = sale.customer
         GROUP BY sale.ref, is_return""",
    "CREATE UNIQUE INDEX spot_ref ON spot (ref, is_return)",
    """UPDATE sale SET placed_us = spot.at_us, placed_line = spot.first FROM spot, shared
       WHERE spot.ref = sale.ref AND spot.is_return = sale.is_return
         AND shared.ref = sale.ref AND shared.owner = sale.customer""",
    "CREATE INDEX sale_order ON sale (customer, is_return, placed_us, placed_line, line)",
)
_IN_ORDER = """SELECT sale.*, shared.owner FROM sale LEFT JOIN shared ON shared.ref = sale.ref
               ORDER BY customer, is_return, placed_us, placed_line, line"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Sales to take in one write; `goes_on` is the customer whose next sales are in a later one."""

    baskets: list[Basket]
    goes_on: str | None

    @property
    def rows(self) -> list[Row]:
        """Every row of it."""
        return [row for basket in self.baskets for row in basket.rows]


class Spool:
    """A temporary database of one import; gone when the import ends."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        for table in _TABLES:
            db.execute(table)

    def fill(self, found: Iterator[Sale | Refusal]) -> None:
        """Keep every sale and refusal, then make the order."""
        self._db.execute("BEGIN")
        while some := list(islice(found, _CHUNK)):
            self._db.executemany(_ADD_SALE, [_row(one) for one in some if isinstance(one, Sale)])
            self.refuse([one for one in some if isinstance(one, Refusal)])
        for statement in _SETTLE:
            self._db.execute(statement)
        self._db.execute("COMMIT")

    def refuse(self, refusals: list[Refusal]) -> None:
        """Keep why rows were not taken."""
        self._db.executemany(
            _ADD_REFUSED, [(no.line, no.column, no.reason.it, no.reason.en) for no in refusals]
        )

    def count_rows(self) -> int:
        """How many rows of sales the file holds."""
        return int(self._db.execute("SELECT count(*) FROM sale").fetchone()[0])

    def refusals(self, language: str) -> Iterator[tuple[int, str, str]]:
        """Line, column and reason of each refused row, in the order of the file."""
        for line, column, it, en in self._db.execute("SELECT * FROM refused ORDER BY line"):
            yield line, column, it if language == "it" else en

    def batches(self, size: int, *, whole: bool = False) -> Iterator[Batch]:
        """About `size` rows at a time, customer by customer, each's sales before what came back.

        Only a customer with very many rows is cut, and with `whole` nobody.
        """
        baskets: list[Basket] = []
        held = 0
        for _, rows in groupby(_numbered(self._db.execute(_IN_ORDER)), key=_basket):
            basket = Basket(tuple(row for _, row in rows))
            if held >= size:
                goes_on = basket.customer == baskets[-1].customer
                if not goes_on or (held >= _STRETCH * size and not whole):
                    yield Batch(baskets, basket.customer if goes_on else None)
                    baskets, held = [], 0
            baskets.append(basket)
            held += len(basket.rows)
        if baskets:
            yield Batch(baskets, None)


@contextmanager
def spool() -> Iterator[Spool]:
    """A new spool in a file without a name, which is gone even after a kill: it holds addresses.

    Its folder is the one of SQLITE_TMPDIR or TMPDIR, else /var/tmp or /tmp.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        yield Spool(db)


def _row(sale: Sale) -> tuple[Any, ...]:
    at_us = (sale.occurred_at - _EPOCH) // _MICROSECOND
    return (
        sale.line, sale.customer, at_us, sale.amount_minor, sale.external_ref, sale.location,
        sale.sku, sale.item, sale.category, sale.quantity_milli, sale.email, sale.phone,
        sale.name, sale.digest(), sale.is_return, at_us, sale.line,
    )  # fmt: skip


def _numbered(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, Row]]:
    """Each row with the line of its basket. Equal rows have the same customer and place in time."""
    seen: Counter[bytes] = Counter()
    here: tuple[str, int] | None = None
    for row in rows:
        digest, _, placed_us, placed_line, owner = row[13:]
        if (row[1], placed_us) != here:
            here = row[1], placed_us
            seen.clear()
        seen[digest] += 1
        yield placed_line, Row(_sale(row), identity(digest, seen[digest]), owner)


def _basket(numbered: tuple[int, Row]) -> int:
    return numbered[0]


def _sale(row: tuple[Any, ...]) -> Sale:
    line, customer, at_us, minor, ref, location, sku, item, category, milli = row[:10]
    email, phone, name = row[10:13]
    return Sale(
        line=line,
        customer=customer,
        occurred_at=_EPOCH + at_us * _MICROSECOND,
        amount_minor=minor,
        external_ref=ref,
        location=location,
        sku=sku,
        item=item,
        category=category,
        quantity_milli=milli,
        email=email,
        phone=phone,
        name=name,
    )
