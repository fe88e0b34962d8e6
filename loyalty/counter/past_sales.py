"""The shop's past sales as they stand today, person by person, without holding them all."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.counter import net
from loyalty.counter.models import Visit, VisitLine, VisitRefund
from loyalty.counter.net import Given, Paid, SoldLine
from loyalty.customers.models import Customer
from loyalty.programs import conditions
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import MILLI, Line, Lines
from loyalty.programs.simulator_past import PastCustomer, PastSale

Row = sa.Row[*tuple[Any, ...]]
PEOPLE_AT_ONCE = 500
SALES_AT_ONCE = 4_000
ALIKE_MAX = 20_000
_CUSTOMER, _CARD, _VISIT = table(Customer), table(Card), table(Visit)
_LINE, _REFUND = table(VisitLine), table(VisitRefund)
_MERCHANT: Any = sa.bindparam("merchant_id")
_DAYS = (
    _VISIT.c.local_on >= sa.bindparam("first"),
    _VISIT.c.local_on <= sa.bindparam("last"),
    _VISIT.c.voided_at.is_(None),
)
_OF_CUSTOMERS = (
    _CARD.c.merchant_id == _MERCHANT,
    _CARD.c.customer_id.in_(sa.bindparam("customer_ids", expanding=True)),
    _VISIT.c.merchant_id == _CARD.c.merchant_id,
    _VISIT.c.card_id == _CARD.c.id,
    *_DAYS,
)
_ALL = sa.select(sa.func.count()).where(_VISIT.c.merchant_id == _MERCHANT, *_DAYS)
_MERGED = sa.select(_CUSTOMER.c.id, _CUSTOMER.c.merged_into_id).where(
    _CUSTOMER.c.merchant_id == _MERCHANT, _CUSTOMER.c.merged_into_id.is_not(None)
)
_LIVING = (
    sa.select(_CUSTOMER.c.id, _CUSTOMER.c.birthday)
    .where(_CUSTOMER.c.merchant_id == _MERCHANT, _CUSTOMER.c.merged_into_id.is_(None))
    .order_by(_CUSTOMER.c.id)
    .limit(PEOPLE_AT_ONCE)
)
_LIVING_AFTER = _LIVING.where(_CUSTOMER.c.id > sa.bindparam("after"))
_COUNTS = (
    sa.select(_CARD.c.customer_id, sa.func.count())
    .where(*_OF_CUSTOMERS)
    .group_by(_CARD.c.customer_id)
)
_SALES = sa.select(
    _CARD.c.customer_id,
    _VISIT.c.id,
    _VISIT.c.occurred_at,
    _VISIT.c.amount_minor,
    _VISIT.c.net_minor,
    _VISIT.c.tax_minor,
    _VISIT.c.discount_minor,
).where(*_OF_CUSTOMERS)
_LINES = (
    sa.select(
        _LINE.c.visit_id,
        _LINE.c.sku,
        _LINE.c.category,
        _LINE.c.quantity_milli,
        _LINE.c.amount_minor,
    )
    .where(
        *_OF_CUSTOMERS,
        _LINE.c.merchant_id == _VISIT.c.merchant_id,
        _LINE.c.visit_id == _VISIT.c.id,
    )
    .order_by(_LINE.c.visit_id, _LINE.c.number)
)
_REFUNDS = (
    sa.select(_REFUND.c.visit_id, _REFUND.c.amount_minor, _REFUND.c.lines)
    .where(
        *_OF_CUSTOMERS,
        _REFUND.c.merchant_id == _VISIT.c.merchant_id,
        _REFUND.c.visit_id == _VISIT.c.id,
    )
    .order_by(_REFUND.c.id)
)


def count_sales(
    session: Session, *, merchant_id: UUID, first: date | None, last: date | None
) -> int:
    """How many living visits the shop has in these days."""
    return int(session.execute(_ALL, _asked(merchant_id, first, last)).scalar_one())


def _asked(merchant_id: UUID, first: date | None, last: date | None) -> dict[str, Any]:
    return {
        "merchant_id": merchant_id,
        "first": first or date.min,
        "last": last or date.max,
    }


class PastSales:
    """All living visits of a shop's customers as a version counts them: net of refunds.

    Visits of all the shop's programs; a customer is the person, with those who were merged into
    them. Birthdays are read only if the version asks for them.
    """

    def __init__(self, session: Session, *, merchant_id: UUID, document: VersionDocument) -> None:
        self._session = session
        self._merchant_id, self._document = merchant_id, document
        self._asks_birthday = conditions.looks_at_birthday(document)
        self._alike: dict[tuple[int | None, ...], Lines] = {}

    def customers(
        self,
        first: date | None = None,
        last: date | None = None,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> Iterator[PastCustomer]:
        """Whoever bought in these days (both inclusive), each with their sales in time order.

        `progress` hears how many sales have been given. A few thousand are held at a time, and all
        of one person.
        """
        asked, done = _asked(self._merchant_id, first, last), 0
        merged = self._merged()
        for people in self._people():
            for some in self._portions(people, merged, asked):
                for customer in self._read(some, merged, asked):
                    done += len(customer.sales)
                    yield customer
                progress(done)

    def _merged(self) -> dict[UUID, list[UUID]]:
        """Those who were merged, in however many steps, by the person they are."""
        rows = self._session.execute(_MERGED, {"merchant_id": self._merchant_id}).all()
        into = {row.id: row.merged_into_id for row in rows}
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for loser in into:
            living = loser
            while living in into:
                living = into[living]
            found[living].append(loser)
        return found

    def _people(self) -> Iterator[Sequence[Row]]:
        """Living customers, page by page."""
        asked: dict[str, Any] = {"merchant_id": self._merchant_id}
        page = self._session.execute(_LIVING, asked).all()
        while page:
            yield page
            asked["after"] = page[-1].id
            page = self._session.execute(_LIVING_AFTER, asked).all()

    def _portions(
        self, people: Sequence[Row], merged: dict[UUID, list[UUID]], asked: dict[str, Any]
    ) -> Iterator[list[Row]]:
        """People whose sales together are few enough; one with more than that comes alone."""
        every = [each for row in people for each in (row.id, *merged.get(row.id, ()))]
        counted = self._session.execute(_COUNTS, {**asked, "customer_ids": every})
        sales = {row[0]: row[1] for row in counted}
        some: list[Row] = []
        held = 0
        for row in people:
            mine = sum(sales.get(each, 0) for each in (row.id, *merged.get(row.id, ())))
            if mine and some and held + mine > SALES_AT_ONCE:
                yield some
                some, held = [], 0
            if mine:
                some.append(row)
                held += mine
        if some:
            yield some

    def _read(
        self, people: list[Row], merged: dict[UUID, list[UUID]], asked: dict[str, Any]
    ) -> Iterator[PastCustomer]:
        person = {each: row.id for row in people for each in (row.id, *merged.get(row.id, ()))}
        asked = {**asked, "customer_ids": [*person]}
        lines, refunds = self._by_visit(_LINES, asked), self._by_visit(_REFUNDS, asked)
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in self._session.execute(_SALES, asked):
            found[person[row.customer_id]].append(row)
        for somebody in people:
            rows = sorted(found[somebody.id], key=lambda row: (row.occurred_at, row.id))
            yield PastCustomer(
                somebody.id.bytes,
                somebody.birthday if self._asks_birthday else None,
                [self._sale(row, lines.get(row.id, ()), refunds.get(row.id, ())) for row in rows],
            )

    def _by_visit(
        self, query: sa.Select[*tuple[Any, ...]], asked: dict[str, Any]
    ) -> dict[UUID, list[Row]]:
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in self._session.execute(query, asked):
            found[row.visit_id].append(row)
        return found

    def _sale(self, row: Row, lines: Sequence[Row], refunds: Sequence[Row]) -> PastSale:
        counted = self._counted(row, lines, refunds) if lines or refunds else self._plain(row)
        return PastSale(row.occurred_at, counted, row.amount_minor, row.net_minor)

    def _plain(self, row: Row) -> Lines:
        """A sale without lines is one piece, and counts all that the sale counts."""
        key = (row.amount_minor, row.tax_minor, row.discount_minor)
        found = self._alike.get(key)
        if found is None:
            if len(self._alike) >= ALIKE_MAX:
                self._alike.clear()
            base = net.base_of(self._document, Paid(*key))
            found = self._alike[key] = (Line(1, None, None, MILLI, base),)
        return found

    def _counted(self, row: Row, lines: Sequence[Row], refunds: Sequence[Row]) -> Lines:
        """As the counter rates it, and a refund again."""
        sold = net.sold(row.amount_minor, lines)
        base = net.base_of(
            self._document, Paid(row.amount_minor, row.tax_minor, row.discount_minor)
        )
        if not refunds:
            return _whole(sold, base)
        given = [
            Given(each.amount_minor, tuple((number, milli) for number, milli in each.lines))
            for each in refunds
        ]
        return net.left(sold, given, base)


def _whole(sold: Sequence[SoldLine], base: Fraction | None) -> Lines:
    """What net.left makes of a sale without refunds, without its sums over what was refunded."""
    counts = net.counting(sold, base)
    return tuple(
        Line(
            line.number,
            line.sku,
            line.category,
            line.quantity_milli,
            counts[line.number],
            line.quantity_milli % MILLI == 0,
        )
        for line in sold
    )
