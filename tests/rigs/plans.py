"""Whether SQLite, which knows no statistics of a shop, looks up what is asked or walks it all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from loyalty.core.db import Database

# Tables that grow with a shop's customers and their visits.
_GROWING = (
    "visit|visit_line|visit_refund|visit_move|card|card_token|card_device|customer|redemption"
    "|ledger_operation|ledger_entry|ledger_posting|ledger_lot|ledger_account|tier_change"
    "|member_stats|member_month|member_hour|member_product|imported_sale|imported_change"
    "|remark|scan_refusal|consent_event|mail_rest"
)
# By nothing but the shop, or by that there is an address: the whole shop is walked through.
_WALK = re.compile(
    rf"^(SCAN ({_GROWING})(_\d+)?\b"
    rf"|SEARCH ({_GROWING})(_\d+)?\b.*\(merchant_id=\?( AND (email|phone)>\?)?\))"
)
_PAGE = re.compile(
    r" FROM visit JOIN .* WHERE visit.merchant_id = \? ORDER BY visit.id( DESC)? LIMIT"
    r"| FROM customer (LEFT OUTER JOIN member_stats .*)?WHERE .* ORDER BY customer.id( DESC)? LIMIT"
    r"|^SELECT \? AS anon_1 FROM visit WHERE visit.merchant_id = \? LIMIT"  # is there one at all
)
_OF_ALL = re.compile(
    r"^SELECT sum\(ledger_\w+\.\w+\) AS sum_1 | card\.program_id = \?"
    r"|^SELECT count\(\*\) AS count_1 FROM card WHERE card.merchant_id = \?$"
    # Figures: the mean gap, every visit day, what was sold, and how many are meant.
    r"|^SELECT sum\(.*FROM member_stats WHERE|group_concat\((visit\.local_on\)|CASE WHEN)"
    r"|FROM card k CROSS JOIN visit v|^SELECT count\(\*\) AS count_1 FROM customer LEFT OUTER JOIN"
    # Where each stands by their own rhythm, and what they paid: each member is looked at once.
    r"|CASE WHEN \(member_stats\.last_on IS NULL\) THEN"
    r"|^SELECT card\.customer_id, \(SELECT sum\(CASE WHEN \(visit\.local_on > "
)


@contextmanager
def told(database: Database) -> Iterator[dict[str, Any]]:
    """What is asked or changed while the block runs, with the values of the first time.

    They matter: by them SQLite knows whether an index that holds some rows only will do.
    """
    found: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if re.match(r"(SELECT|WITH|UPDATE|DELETE)\b", statement.strip()):
            found.setdefault(" ".join(statement.split()), values)

    engines = (database.write_engine, database.read_engine)
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


def walks(database: Database, statements: dict[str, Any]) -> dict[str, list[str]]:
    """Statements that walk through all of a shop's rows and need not, with the steps that do.

    A list in the order of its key may, for it stops after a page; and so may what is asked of
    everybody: what causes are owed, where new levels would put whom, how many cards there are, and
    the figures of a shop.
    """
    found = {}
    with database.read_engine.connect() as connection:
        for one, values in statements.items():
            first = values[0] if isinstance(values, list) else values  # of many rows at once
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", first).all()
            steps = [row[3] for row in plan if _WALK.match(row[3])]
            if steps and not _PAGE.search(one) and not _OF_ALL.search(one):
                found[one] = steps
    return found
