"""What a file of sales must come to, worked out straight from the file.

It imports nothing of the product and was written from docs/ledger.md and the import's contract
alone: when both agree on every customer of a real file, neither is likely to be wrong.
"""

import csv
import gzip
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Rules:
    """One point per 1.00 paid, or one stamp per visit and a voucher for each full card."""

    stamps: bool = False
    size: int = 10
    months: int | None = None  # a unit lasts so long; None: for ever


@dataclass(frozen=True)
class Purchase:
    """A row that counts."""

    customer: str
    at: datetime
    on: date  # by the shop's calendar
    cents: int


@dataclass
class Tally:
    """How the rows of a file fall."""

    rows: int = 0
    refused: int = 0
    no_customer: int = 0
    accepted: int = 0  # rows that count; several may be one purchase
    purchases: list[Purchase] = field(default_factory=list)


@dataclass(frozen=True)
class Due:
    """What one customer must have: units earned and expired, balance, vouchers, cents carried."""

    visits: int
    earned: int
    expired: int
    balance: int
    vouchers: int
    carried: int


def tally(path: Path, zone: str) -> Tally:
    """Sort the rows of the file into those that count, those that do not, and nobody's."""
    found, good = Tally(), []
    for row in _rows(path):
        found.rows += 1
        if not row["customer"].strip():
            found.no_customer += 1
            continue
        purchase = _purchase(row, ZoneInfo(zone))
        if purchase is None:
            found.refused += 1
        else:
            good.append((row.get("external_ref") or "", purchase))
    _settle_refs(found, good)
    return found


def dues(purchases: list[Purchase], rules: Rules, today: date) -> dict[str, Due]:
    """What each customer must have on that day of the shop."""
    by_customer: dict[str, list[Purchase]] = defaultdict(list)
    for purchase in sorted(purchases, key=lambda one: one.at):
        by_customer[purchase.customer].append(purchase)
    due = _stamps_due if rules.stamps else _points_due
    return {who: due(mine, rules, today) for who, mine in by_customer.items()}


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


def _purchase(row: dict[str, str], zone: ZoneInfo) -> Purchase | None:
    try:
        cents = Decimal(row["amount"]) * 100
        at = datetime.fromisoformat(row["occurred_at"])
        if Decimal(row.get("quantity") or 1) < 0:
            return None
    except (InvalidOperation, ValueError):
        return None
    if cents < 0 or cents != int(cents) or cents > 10**9:
        return None
    if len(row["occurred_at"]) == len("2017-01-01"):
        at += timedelta(hours=12)
    at = at.replace(tzinfo=at.tzinfo or zone).astimezone(UTC)
    return Purchase(row["customer"], at, at.astimezone(zone).date(), int(cents))


def _settle_refs(found: Tally, good: list[tuple[str, Purchase]]) -> None:
    """A ref belongs to the customer of its first row; the rows of theirs are one purchase."""
    owner: dict[str, str] = {}
    shared: dict[str, list[Purchase]] = defaultdict(list)
    for ref, purchase in good:
        owner.setdefault(ref, purchase.customer)
        if ref and owner[ref] != purchase.customer:
            found.refused += 1
            continue
        found.accepted += 1
        if ref:
            shared[ref].append(purchase)
        else:
            found.purchases.append(purchase)
    for rows in shared.values():
        first = min(rows, key=lambda one: one.at)
        found.purchases.append(replace(first, cents=sum(one.cents for one in rows)))


def _points_due(mine: list[Purchase], rules: Rules, today: date) -> Due:
    paid = earned = expired = 0
    for purchase in mine:
        points = (paid + purchase.cents) // 100 - paid // 100
        paid += purchase.cents
        earned += points
        if _is_over(purchase.on, rules, today):
            expired += points
    return Due(len(mine), earned, expired, earned - expired, 0, paid % 100)


def _stamps_due(mine: list[Purchase], rules: Rules, today: date) -> Due:
    held: deque[date] = deque()
    earned = expired = vouchers = 0
    for purchase in mine:
        if purchase.cents == 0:
            continue  # a visit, but it earns nothing
        earned += 1
        held.append(purchase.on)
        while _is_over(held[0], rules, purchase.on):
            held.popleft()
            expired += 1
        if len(held) == rules.size:
            held.clear()
            vouchers += 1
    late = sum(_is_over(given, rules, today) for given in held)
    return Due(len(mine), earned, expired + late, len(held) - late, vouchers, 0)


def _is_over(given: date, rules: Rules, today: date) -> bool:
    """The last day counts in full: units of 3 March 2025 for 12 months are over on 4 March 2026."""
    return rules.months is not None and today > _months_later(given, rules.months)


def _months_later(given: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short."""
    month = given.month - 1 + months
    year, month, day = given.year + month // 12, month % 12 + 1, given.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
