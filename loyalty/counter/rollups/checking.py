"""Whether the roll-ups say what the visits add up to.

Each look sees a visit with all that was added for it or without, whoever writes meanwhile.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import Id
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter.models import Visit
from loyalty.counter.rollups.figures import (
    DAYS,
    PARTS,
    STATS,
    Kind,
    asked,
    days_differing,
    of_customers,
)
from loyalty.counter.rollups.models import NOWHERE, ShopDay
from loyalty.customers.models import Customer

PEOPLE_AT_ONCE, DAYS_AT_ONCE = 500, 31
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as it ought to be: of which table, whose, under which key.

    `kept` are its values, `counted` what the visits say; None where there is no such row.
    `whose` is the customer of a member's row, None of a day's.
    """

    table: str
    whose: UUID | None
    key: Values
    kept: Values | None
    counted: Values | None

    @property
    def sentence(self) -> Text:
        """The same for people."""
        of = ref("cus", self.whose) if self.whose else ""
        where = " ".join([self.table, *filter(None, [of]), *map(_shown, self.key)])
        kept, counted = _said(self.kept), _said(self.counted)
        return Text(
            f"{where}: c'è {kept.it}, le visite dicono {counted.it}",
            f"{where}: holds {kept.en}, the visits say {counted.en}",
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Some days of a shop, both ends inclusive."""

    merchant_id: UUID
    first_on: date
    last_on: date

    def asked(self) -> dict[str, Any]:
        """The values for a query about them."""
        shop = {"merchant_id": self.merchant_id, "nowhere": NOWHERE}
        return {**shop, "first_on": self.first_on, "last_on": self.last_on}


def differences(
    session: Session,
    *,
    merchant_id: UUID,
    progress: Callable[[int], None] = lambda _customers: None,
) -> Iterator[Difference]:
    """Every difference of a shop; `progress` hears how many customers have been looked at."""
    done = 0
    for ids in people(session, merchant_id=merchant_id):
        yield from of_people(session, merchant_id=merchant_id, customer_ids=ids)
        done += len(ids)
        progress(done)
    for span in spans(session, merchant_id=merchant_id):
        yield from of_days(session, span)


def people(session: Session, *, merchant_id: UUID) -> Iterator[list[UUID]]:
    """All customers of a shop, some hundred at a time: the living, and who was merged into them."""
    query = sa.select(Customer.id).where(Customer.merchant_id == merchant_id)
    query = query.order_by(Customer.id).limit(PEOPLE_AT_ONCE)
    page = list(session.execute(query).scalars())
    while page:
        yield page
        page = list(session.execute(query.where(Customer.id > page[-1])).scalars())


def spans(session: Session, *, merchant_id: UUID) -> Iterator[Span]:
    """The days of a shop on which there were visits or are sums, a month's worth at a time."""
    ends = []
    for model in (Visit, ShopDay):
        first, last = sa.func.min(model.local_on), sa.func.max(model.local_on)
        query = sa.select(first, last).where(model.merchant_id == merchant_id)
        ends += [day for day in session.execute(query).one() if day is not None]
    first_on = min(ends, default=None)
    while first_on is not None and first_on <= max(ends):
        last_on = first_on + timedelta(days=DAYS_AT_ONCE - 1)
        yield Span(merchant_id, first_on, last_on)
        first_on = last_on + timedelta(days=1)


def of_people(session: Session, *, merchant_id: UUID, customer_ids: list[UUID]) -> list[Difference]:
    """Where what is kept of these customers differs from their visits."""
    whose = of_customers(merchant_id, customer_ids)
    return [difference for kind in (STATS, *PARTS) for difference in _of_kind(session, kind, whose)]


def of_days(session: Session, span: Span) -> list[Difference]:
    """Where these days differ from their visits."""
    dialect = session.get_bind().dialect.name
    kinds: dict[str, Any] = {"local_on": sa.Date, "location_id": Id}
    rows = session.execute(asked(days_differing(dialect)).columns(**kinds), span.asked())
    return [
        Difference(
            DAYS.table.name,
            None,
            (row.local_on, None if row.location_id == NOWHERE else row.location_id),
            (row.kept_visits, row.kept_spend),
            (row.visits, row.spend_minor),
        )
        for row in rows
    ]


def _of_kind(session: Session, kind: Kind, whose: dict[str, object]) -> list[Difference]:
    types = {column.name: column.type for column in kind.table.columns}
    query = asked(kind.differing(session.get_bind().dialect.name))
    rows = session.execute(query.columns(is_kept=sa.Integer, **types), whose)
    sides: dict[Values, dict[int, Values]] = defaultdict(dict)
    for row in rows.mappings():
        key = tuple(row[name] for name in kind.by[1:])
        sides[key][row["is_kept"]] = tuple(row[name] for name in kind.values)
    return [
        Difference(kind.table.name, key[0], key[1:], side.get(1), side.get(0))
        for key, side in sorted(sides.items())
    ]


def _said(values: Values | None) -> Text:
    if values is None:
        return Text("nulla", "nothing")
    shown = ", ".join(map(_shown, values))
    return Text(shown, shown)


def _shown(value: object) -> str:
    return ref("loc", value) if isinstance(value, UUID) else str(value)
