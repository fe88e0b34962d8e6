"""One sale's share of the roll-ups, in the driver's own words: every purchase pays for it.

On PostgreSQL it is one statement, for each costs a way there and back. The member's row comes
before all others, for it is their lock; the day waits for it.
"""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.core import bulk
from loyalty.counter.rollups.figures import DAYS, HOURS, MONTHS, STATS
from loyalty.counter.rollups.models import NOWHERE
from loyalty.counter.rollups.sums import slot_of

Row = dict[str, Any]
_WHOLE = """
WITH RECURSIVE held (customer_id) AS (
    SELECT customer_id FROM card WHERE merchant_id = %(merchant)s AND id = %(card)s
    UNION ALL
    SELECT c.merged_into_id FROM held h
    JOIN customer c ON c.merchant_id = %(merchant)s AND c.id = h.customer_id
    WHERE c.merged_into_id IS NOT NULL
), who AS (
    SELECT h.customer_id FROM held h
    JOIN customer c ON c.merchant_id = %(merchant)s AND c.id = h.customer_id
    WHERE c.merged_into_id IS NULL
), stats AS (
    INSERT INTO member_stats (merchant_id, customer_id, first_on, last_on, visit_days, visits,
                              spend_minor)
    SELECT %(merchant)s::uuid, customer_id, %(on)s::date, %(on)s::date, 1, 1, %(spend)s::bigint
    FROM who {stats} RETURNING customer_id, last_on
), months AS (
    INSERT INTO member_month (merchant_id, customer_id, month_on, visits, spend_minor)
    SELECT %(merchant)s::uuid, customer_id, %(month)s::date, 1, %(spend)s::bigint
    FROM stats {months}
), hours AS (
    INSERT INTO member_hour (merchant_id, customer_id, weekday, hour, visits)
    SELECT %(merchant)s::uuid, customer_id, %(weekday)s::smallint, %(hour)s::smallint, 1
    FROM stats {hours}
), days AS (
    INSERT INTO shop_day (merchant_id, local_on, location_id, slot, visits, spend_minor)
    SELECT %(merchant)s::uuid, %(on)s::date, %(where)s::uuid, %(slot)s::smallint, 1,
           %(spend)s::bigint
    FROM (SELECT COUNT(*) FROM stats) AS first {days}
)
SELECT customer_id, last_on FROM stats"""
_POSTGRESQL = _WHOLE.format(
    stats=STATS.adding, months=MONTHS.adding, hours=HOURS.adding, days=DAYS.adding
)
_SQLITE_STATS, *_SQLITE_REST = (
    f"{insert} {kind.adding}"
    for insert, kind in (
        (
            """INSERT INTO member_stats
            (merchant_id, customer_id, first_on, last_on, visit_days, visits, spend_minor)
            VALUES (:merchant, :customer, :on, :on, 1, 1, :spend)""",
            STATS,
        ),
        (
            """INSERT INTO member_month (merchant_id, customer_id, month_on, visits, spend_minor)
            VALUES (:merchant, :customer, :month, 1, :spend)""",
            MONTHS,
        ),
        (
            """INSERT INTO member_hour (merchant_id, customer_id, weekday, hour, visits)
            VALUES (:merchant, :customer, :weekday, :hour, 1)""",
            HOURS,
        ),
        (
            """INSERT INTO shop_day (merchant_id, local_on, location_id, slot, visits, spend_minor)
            VALUES (:merchant, :on, :where, :slot, 1, :spend)""",
            DAYS,
        ),
    )
)


def add(connection: sa.Connection, visit: Row, holder_id: UUID) -> tuple[UUID, bool]:
    """Count a visit; the member, and whether they came later already and must be added up afresh.

    `visit` is its row, whose card's accounts are locked: so nobody is merged or parted any more.
    Where others write at the same time that may have happened since `holder_id` was read, and the
    holder is asked for again.
    """
    values = _values(visit)
    if connection.dialect.name == "postgresql":
        customer_id, last_on = bulk.run(connection, _POSTGRESQL, values)
        return customer_id, last_on is None
    values = {name: _as_kept(value) for name, value in values.items()}
    values["customer"] = holder_id.bytes
    (last_on,) = bulk.run(connection, f"{_SQLITE_STATS} RETURNING last_on", values)
    for query in _SQLITE_REST:
        bulk.run(connection, query, values)
    return holder_id, last_on is None


def _values(visit: Row) -> dict[str, Any]:
    on = visit["local_on"]
    return {
        "merchant": visit["merchant_id"],
        "card": visit["card_id"],
        "on": on,
        "spend": visit["net_minor"] or 0,
        "month": on.replace(day=1),
        "weekday": on.isoweekday(),
        "hour": visit["local_hour"],
        "where": visit["location_id"] or NOWHERE,
        "slot": slot_of(visit["id"]),
    }


def _as_kept(value: UUID | date | int) -> bytes | str | int:
    """As SQLite keeps it."""
    if isinstance(value, UUID):
        return value.bytes
    return value.isoformat() if isinstance(value, date) else value
