"""What a file of sales must come to, worked out straight from the file.

It imports nothing of the product and was written from docs/ledger.md and the import's contract
alone: when both agree on every customer of a real file, neither is likely to be wrong.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from bench import oracle_card
from bench.oracle_rules import Due, Rules


@dataclass(frozen=True)
class Line:
    """A row that counts."""

    number: int
    customer: str
    ref: str
    at: datetime
    cents: int
    sku: str
    item: str
    came_back: bool


@dataclass(frozen=True)
class Purchase:
    """The rows of one sale, or of one return, at their first time."""

    customer: str
    ref: str
    at: datetime
    on: date  # by the shop's calendar
    lines: tuple[Line, ...]

    @property
    def cents(self) -> int:
        """All of it together."""
        return sum(line.cents for line in self.lines)


@dataclass
class Tally:
    """How the rows of a file fall."""

    rows: int = 0
    refused: int = 0
    no_customer: int = 0
    accepted: int = 0  # rows that count; several may be one purchase
    purchases: list[Purchase] = field(default_factory=list)
    returns: list[Purchase] = field(default_factory=list)


def tally(path: Path, zone: str) -> Tally:
    """Sort the rows of the file into those that count, those that do not, and nobody's."""
    found, good = Tally(), []
    for number, row in enumerate(_rows(path)):
        found.rows += 1
        if not row["customer"].strip():
            found.no_customer += 1
            continue
        line = _line(number, row, ZoneInfo(zone))
        if line is None:
            found.refused += 1
        else:
            good.append(line)
    _settle_refs(found, good, ZoneInfo(zone))
    return found


def dues(told: Tally, rules: Rules, today: date) -> dict[str, Due]:
    """What each customer must have on that day of the shop."""
    bought: dict[str, list[Purchase]] = defaultdict(list)
    brought: dict[str, list[Purchase]] = defaultdict(list)
    for into, those in ((bought, told.purchases), (brought, told.returns)):
        for one in sorted(those, key=lambda one: (one.at, one.lines[0].number)):
            into[one.customer].append(one)
    return {
        who: oracle_card.due(bought[who], brought[who], rules, today)
        for who in bought.keys() | brought.keys()
    }


def last_day(purchases: list[Purchase]) -> date:
    return max(purchase.on for purchase in purchases)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    yield from csv.DictReader(text.splitlines(keepends=True), delimiter=separator)


def _line(number: int, row: dict[str, str], zone: ZoneInfo) -> Line | None:
    try:
        cents = Decimal(row["amount"]) * 100
        at = datetime.fromisoformat(row["occurred_at"])
        came_back = Decimal(row.get("quantity") or 1) < 0
    except (InvalidOperation, ValueError):
        return None
    if cents != int(cents) or abs(cents) > 10**9 or (came_back and cents > 0):
        return None
    if len(row["occurred_at"]) == len("2017-01-01"):
        at += timedelta(hours=12)
    at = at.replace(tzinfo=at.tzinfo or zone).astimezone(UTC)
    texts = [(row.get(column) or "").strip() for column in ("external_ref", "sku", "item")]
    ref, sku, item = texts
    came_back = came_back or cents < 0
    return Line(number, row["customer"], ref, at, abs(int(cents)), sku, item, came_back)


def _settle_refs(found: Tally, good: list[Line], zone: ZoneInfo) -> None:
    """A ref belongs to the customer of its first row; their rows are one sale, and one return."""
    owner: dict[str, str] = {}
    shared: dict[tuple[object, bool], list[Line]] = defaultdict(list)
    for line in good:
        if line.ref and owner.setdefault(line.ref, line.customer) != line.customer:
            found.refused += 1
            continue
        found.accepted += 1
        shared[line.ref or line.number, line.came_back].append(line)
    for (_, came_back), lines in shared.items():
        first = min(line.at for line in lines)
        on = first.astimezone(zone).date()
        one = Purchase(lines[0].customer, lines[0].ref, first, on, tuple(lines))
        (found.returns if came_back else found.purchases).append(one)
