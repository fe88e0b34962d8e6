"""Where members stand, told by DuckDB from every single purchase: the judge of the roll-ups.

The rules are the product's, said a second time and in another language: the usual gap of a member
is (days from first to last visit day + 2 x the shop's mean gap) / (visit days + 1), and what is
compared with it is multiplied out, so that whole numbers decide.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

_MEMBER = """
    SELECT customer AS id, count(*) AS visits, count(DISTINCT local_on) AS visit_days,
        sum(net_minor) AS spend_minor, max(local_on) AS last_on,
        date_diff('day', max(local_on), CAST($today AS DATE)) AS silence,
        date_diff('day', min(local_on), max(local_on)) AS between
    FROM purchase GROUP BY customer
"""
_STATES = f"""
    WITH member AS ({_MEMBER}),
    sums AS (SELECT sum(between) AS days, sum(visit_days - 1) AS gaps FROM member),
    shop AS (
        SELECT CASE WHEN gaps > 0 THEN days ELSE 30 END AS days,
            CASE WHEN gaps > 0 THEN gaps ELSE 1 END AS gaps
        FROM sums
    ),
    measured AS (
        SELECT *, silence * gaps * (visit_days + 1) AS waited, between * gaps + 2 * days AS usual
        FROM member CROSS JOIN shop
    )
    SELECT CASE
        WHEN visit_days <= 2 AND silence <= 60 THEN 'new'
        WHEN visit_days <= 2 THEN 'one_off'
        WHEN silence >= 180 AND waited >= 5 * usual THEN 'lost'
        WHEN silence >= 21 AND 2 * waited >= 5 * usual THEN 'lapsed'
        WHEN 2 * waited >= 3 * usual THEN 'cooling'
        ELSE 'active' END AS state, count(*)
    FROM measured GROUP BY state
"""
_FIFTHS = f"""
    WITH member AS ({_MEMBER}),
    rated AS (
        SELECT ntile(5) OVER (ORDER BY last_on, id) AS recency,
            ntile(5) OVER (ORDER BY visits, id) AS frequency,
            ntile(5) OVER (ORDER BY spend_minor, id) AS spend
        FROM member
    )
    SELECT recency, frequency, spend, count(*) FROM rated GROUP BY ALL ORDER BY ALL
"""


class Judge:
    """A DuckDB with all purchases of a shop: whose, on which day, for how much."""

    def __init__(self, folder: Path, purchases: Iterable[tuple[str, date, int]]) -> None:
        path = folder / "purchases.csv"
        with path.open("w", encoding="ascii") as file:
            file.writelines(f"{who},{on},{minor}\n" for who, on, minor in purchases)
        self._database = duckdb.connect(str(folder / "purchases.duckdb"))
        self._database.execute(
            "CREATE TABLE purchase (customer VARCHAR, local_on DATE, net_minor BIGINT)"
        )
        self._database.execute(f"COPY purchase FROM '{path}' (FORMAT csv, HEADER false)")

    def states(self, today: date) -> dict[str, int]:
        """How many members are in each state."""
        return dict(self._asked(_STATES, today))

    def fifths(self, today: date) -> list[tuple[int, ...]]:
        """Fifths of recency, frequency and spend, and how many members are in all three."""
        return self._asked(_FIFTHS, today)

    def close(self) -> None:
        """End it."""
        self._database.close()

    def _asked(self, query: str, today: date) -> list[Any]:
        return self._database.execute(query, {"today": today}).fetchall()
