"""What new visits add to each roll-up, one row a key and in the order of the keys (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from loyalty.counter.rollups.models import NOWHERE

Row = dict[str, Any]
Key = tuple[Any, ...]
SLOTS = 8  # tills of one location that write at the same moment seldom meet in one


@dataclass(frozen=True, slots=True)
class Sums:
    """Rows as the tables have them."""

    stats: list[Row]
    months: list[Row]
    hours: list[Row]
    products: list[Row]
    days: list[Row]


def add_up(visits: Sequence[Row], lines: Iterable[Row], holders: Mapping[UUID, UUID]) -> Sums:
    """The sums of visits of one shop, as rows of `visit` and `visit_line` that were not there yet.

    `holders` is who holds each card. All of a write go to one part of the day.
    """
    merchant_id = visits[0]["merchant_id"]
    whose = {visit["id"]: holders[visit["card_id"]] for visit in visits}
    days: dict[UUID, set[date]] = defaultdict(set)
    stats, months, hours = _counters(), _counters(), _counters()
    of_days, slot = _counters(), slot_of(visits[0]["id"])
    for visit in visits:
        who, on, spend = whose[visit["id"]], visit["local_on"], visit["net_minor"] or 0
        days[who].add(on)
        _add(stats, (who,), 1, spend)
        _add(months, (who, on.replace(day=1)), 1, spend)
        _add(hours, (who, on.isoweekday(), visit["local_hour"]), 1, 0)
        _add(of_days, (on, visit["location_id"] or NOWHERE, slot), 1, spend)
    found = {who: _stat(days[who], *counted) for (who,), counted in stats.items()}
    return Sums(
        [{"merchant_id": merchant_id, "customer_id": who, **found[who]} for who in sorted(found)],
        _rows(merchant_id, months, ("customer_id", "month_on"), ("visits", "spend_minor")),
        _rows(merchant_id, hours, ("customer_id", "weekday", "hour"), ("visits",)),
        products_of(merchant_id, lines, whose),
        _rows(merchant_id, of_days, ("local_on", "location_id", "slot"), ("visits", "spend_minor")),
    )


def slot_of(visit_id: UUID) -> int:
    """Which part of its day a visit writes to: the last digits of its id are chance."""
    return visit_id.int % SLOTS


def product_of(line: Mapping[str, Any]) -> str | None:
    """What a line counts as: its sku, else its name."""
    return line["sku"] or line["item"] or None


def _stat(days: set[date], visits: int, spend: int) -> Row:
    return {
        "first_on": min(days),
        "last_on": max(days),
        "visit_days": len(days),
        "visits": visits,
        "spend_minor": spend,
    }


def products_of(merchant_id: UUID, lines: Iterable[Row], whose: Mapping[UUID, UUID]) -> list[Row]:
    """What lines add to `member_product`; `whose` is the member by visit."""
    bought: dict[Key, int] = defaultdict(int)
    for line in lines:
        if product := product_of(line):
            bought[line["visit_id"], product] += line["quantity_milli"]
    products = _counters()
    for (visit_id, product), milli in bought.items():
        _add(products, (whose[visit_id], product), 1, milli)
    return _rows(merchant_id, products, ("customer_id", "product"), ("visits", "quantity_milli"))


def _counters() -> dict[Key, list[int]]:
    return {}


def _add(into: dict[Key, list[int]], key: Key, visits: int, much: int) -> None:
    counted = into.get(key)
    if counted is None:
        into[key] = [visits, much]
    else:
        counted[0] += visits
        counted[1] += much


def _rows(
    merchant_id: UUID, counted: dict[Key, list[int]], by: Sequence[str], what: Sequence[str]
) -> list[Row]:
    return [
        {
            "merchant_id": merchant_id,
            **dict(zip(by, key, strict=True)),
            **dict(zip(what, counted[key], strict=False)),
        }
        for key in sorted(counted)
    ]
