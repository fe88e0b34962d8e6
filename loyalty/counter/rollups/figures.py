"""What the roll-ups ought to say: the same sums asked of the visits themselves, in SQL.

The one place that says it; adding up afresh, checking and the audit all ask here.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.core.db import Id, table
from loyalty.counter.rollups.models import (
    NOWHERE,
    MemberHour,
    MemberMonth,
    MemberProduct,
    MemberStats,
    ShopDay,
)

MEMBER = ("merchant_id", "customer_id")
# Joined crosswise, for SQLite then keeps their order: from people to cards to visits. Else it reads
# all visits of the shop.
_PEOPLE = """
WITH RECURSIVE person (id, living_id) AS (
    SELECT id, id FROM customer
    WHERE merchant_id = :merchant_id AND merged_into_id IS NULL AND id IN :customer_ids
    UNION ALL
    SELECT c.id, p.living_id FROM person p CROSS JOIN customer c
    WHERE c.merchant_id = :merchant_id AND c.merged_into_id = p.id
), stood AS (
    SELECT p.living_id AS customer_id, v.id, v.local_on, v.local_hour, v.net_minor
    FROM person p CROSS JOIN card k CROSS JOIN visit v
    WHERE k.merchant_id = :merchant_id AND k.customer_id = p.id
      AND v.merchant_id = :merchant_id AND v.card_id = k.id AND v.voided_at IS NULL
)"""
_STATS = """
SELECT {shop}, customer_id, MIN(local_on) AS first_on, MAX(local_on) AS last_on,
       COUNT(DISTINCT local_on) AS visit_days, COUNT(*) AS visits,
       CAST(COALESCE(SUM(net_minor), 0) AS bigint) AS spend_minor
FROM stood GROUP BY customer_id"""
_MONTHS = """
SELECT {shop}, customer_id, {month} AS month_on, COUNT(*) AS visits,
       CAST(COALESCE(SUM(net_minor), 0) AS bigint) AS spend_minor
FROM stood GROUP BY customer_id, {month}"""
_HOURS = """
SELECT {shop}, customer_id, {weekday} AS weekday, local_hour AS hour, COUNT(*) AS visits
FROM stood GROUP BY customer_id, {weekday}, local_hour"""
_PRODUCTS = """
SELECT {shop}, customer_id, product, COUNT(*) AS visits,
       CAST(SUM(milli) AS bigint) AS quantity_milli
FROM (SELECT s.customer_id, l.visit_id, COALESCE(NULLIF(l.sku, ''), NULLIF(l.item, '')) AS product,
             SUM(l.quantity_milli) AS milli
      FROM stood s CROSS JOIN visit_line l
      WHERE l.merchant_id = :merchant_id AND l.visit_id = s.id
      GROUP BY s.customer_id, l.visit_id, COALESCE(NULLIF(l.sku, ''), NULLIF(l.item, ''))) AS bought
WHERE product IS NOT NULL GROUP BY customer_id, product"""
_DAYS = """
SELECT {shop}, local_on, COALESCE(location_id, :nowhere) AS location_id, COUNT(*) AS visits,
       CAST(COALESCE(SUM(net_minor), 0) AS bigint) AS spend_minor
FROM visit WHERE merchant_id = :merchant_id AND voided_at IS NULL
  AND local_on BETWEEN :first_on AND :last_on
GROUP BY local_on, COALESCE(location_id, :nowhere)"""
_DIFFERING = """
, figures AS ({figures}), kept AS (
    SELECT {names} FROM {table}
    WHERE merchant_id = :merchant_id AND customer_id IN :customer_ids
)
SELECT 0 AS is_kept, {names}
FROM (SELECT {names} FROM figures EXCEPT SELECT {names} FROM kept) AS lacking
UNION ALL
SELECT 1 AS is_kept, {names}
FROM (SELECT {names} FROM kept EXCEPT SELECT {names} FROM figures) AS odd"""
_WORDS = {
    "sqlite": {
        "month": "DATE(local_on, 'start of month')",
        "weekday": "(STRFTIME('%w', local_on) + 6) % 7 + 1",
        "shop": ":merchant_id AS merchant_id",
    },
    "postgresql": {
        "month": "CAST(DATE_TRUNC('month', local_on) AS date)",
        "weekday": "CAST(EXTRACT(isodow FROM local_on) AS smallint)",
        "shop": "CAST(:merchant_id AS uuid) AS merchant_id",
    },
}


# A visit before the last day known leaves none: the member is added up afresh in the same write.
_LATEST = """
visit_days = member_stats.visit_days + excluded.visit_days
    - CASE WHEN excluded.first_on = member_stats.last_on THEN 1 ELSE 0 END,
last_on = CASE WHEN excluded.first_on >= member_stats.last_on THEN excluded.last_on END"""


@dataclass(frozen=True)
class Kind:
    """A table of roll-ups: its key, what grows with each visit, and what else changes then."""

    table: sa.Table
    by: tuple[str, ...]
    sums: tuple[str, ...]
    query: str
    more: str = ""

    @property
    def names(self) -> list[str]:
        """Its columns, in the order in which `figures` gives them."""
        return [column.name for column in self.table.columns]

    @property
    def values(self) -> list[str]:
        """Its columns beside the key."""
        return [name for name in self.names if name not in self.by]

    def figures(self, dialect: str) -> str:
        """What the visits of `:customer_ids` of the shop `:merchant_id` say, as a query."""
        return _PEOPLE + self.query.format(**_WORDS[dialect])

    def differing(self, dialect: str) -> str:
        """Where these and the table differ: rows that ought to be there, and rows that are."""
        figures = self.query.format(**_WORDS[dialect])
        return _PEOPLE + _DIFFERING.format(
            names=", ".join(self.names), table=self.table.name, figures=figures
        )

    @cached_property
    def adding(self) -> str:
        """The clause of an INSERT that adds new visits to what is there."""
        name = self.table.name
        grown = [f"{each} = {name}.{each} + excluded.{each}" for each in self.sums]
        return self._on_conflict([*grown, *([self.more] if self.more else [])])

    @cached_property
    def replacing(self) -> str:
        """The clause of an INSERT that leaves nothing of what is there."""
        return self._on_conflict([f"{name} = excluded.{name}" for name in self.values])

    def _on_conflict(self, changes: list[str]) -> str:
        return f"ON CONFLICT ({', '.join(self.by)}) DO UPDATE SET {', '.join(changes)}"


_VISITS, _SPEND, _MILLI = "visits", "spend_minor", "quantity_milli"
STATS = Kind(table(MemberStats), MEMBER, (_VISITS, _SPEND), _STATS, _LATEST)
MONTHS = Kind(table(MemberMonth), (*MEMBER, "month_on"), (_VISITS, _SPEND), _MONTHS)
HOURS = Kind(table(MemberHour), (*MEMBER, "weekday", "hour"), (_VISITS,), _HOURS)
PRODUCTS = Kind(table(MemberProduct), (*MEMBER, "product"), (_VISITS, _MILLI), _PRODUCTS)
PARTS = (MONTHS, HOURS, PRODUCTS)  # they refer to the member's row
DAYS = Kind(
    table(ShopDay),
    ("merchant_id", "local_on", "location_id", "slot"),
    (_VISITS, _SPEND),
    _DAYS,
)


def days_differing(dialect: str) -> str:
    """Where the days of the shop `:merchant_id` from `:first_on` to `:last_on` differ.

    In one look, which sees a visit and its share of the day or neither, whoever writes meanwhile.
    """
    words = _WORDS[dialect]
    return f"""
SELECT {words["shop"]}, local_on, location_id,
       CAST(SUM(visits) AS bigint) AS visits, CAST(SUM(spend_minor) AS bigint) AS spend_minor,
       CAST(SUM(kept_visits) AS bigint) AS kept_visits,
       CAST(SUM(kept_spend) AS bigint) AS kept_spend
FROM (SELECT local_on, location_id, visits, spend_minor, 0 AS kept_visits, 0 AS kept_spend
      FROM ({_DAYS.format(**words)}) AS figures
      UNION ALL
      SELECT local_on, location_id, 0, 0, visits, spend_minor FROM shop_day
      WHERE merchant_id = :merchant_id AND local_on BETWEEN :first_on AND :last_on) AS sides
GROUP BY local_on, location_id
HAVING SUM(visits) <> SUM(kept_visits) OR SUM(spend_minor) <> SUM(kept_spend)
ORDER BY local_on, location_id"""  # noqa: S608  # our own words


@cache
def asked(query: str) -> sa.TextClause:
    """A query with these words in it, ready for values."""
    kinds: dict[str, sa.BindParameter[Any]] = {
        "merchant_id": sa.bindparam("merchant_id", type_=Id),
        "customer_ids": sa.bindparam("customer_ids", type_=Id, expanding=True),
        "nowhere": sa.bindparam("nowhere", NOWHERE, type_=Id),
        "first_on": sa.bindparam("first_on", type_=sa.Date),
        "last_on": sa.bindparam("last_on", type_=sa.Date),
    }
    return sa.text(query).bindparams(*(kind for name, kind in kinds.items() if f":{name}" in query))


def of_customers(merchant_id: UUID, customer_ids: list[UUID]) -> dict[str, object]:
    """The values for a query about some customers."""
    return {"merchant_id": merchant_id, "customer_ids": customer_ids}
