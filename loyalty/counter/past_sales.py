"""The shop's past sales as they stand today, person by person, without holding them all."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
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
from loyalty.programs.earning import Line, Lines
from loyalty.programs.simulator_past import PastCustomer, PastSale

Row = sa.Row[*tuple[Any, ...]]
PEOPLE_AT_ONCE = 500
SALES_AT_ONCE = 2_000
ALIKE_MAX = 10_000


def _key(column: sa.ColumnElement[Any], name: str = "key") -> sa.Label[Any]:
    """A value as the driver gives it: making UUIDs and times took half the time of reading."""
    return sa.type_coerce(column, sa.types.NullType()).label(name)


def _moment(given: str | datetime) -> datetime:
    """A time as SQLite keeps it, in UTC and without saying so; PostgreSQL's driver gives it."""
    return datetime.fromisoformat(given + "+00:00") if isinstance(given, str) else given


_CUSTOMER, _CARD, _VISIT = table(Customer), table(Card), table(Visit)
_LINE, _REFUND = table(VisitLine), table(VisitRefund)
_MERCHANT: Any = sa.bindparam("merchant_id")
_LIVING = (
    _VISIT.c.merchant_id == _MERCHANT,
    _VISIT.c.local_on >= sa.bindparam("first"),
    _VISIT.c.local_on <= sa.bindparam("last"),
    _VISIT.c.voided_at.is_(None),
)
# By card, for that is how visits are indexed; to join cards makes SQLite read the whole shop.
_OF_CARDS = (*_LIVING, _VISIT.c.card_id.in_(sa.bindparam("card_ids", expanding=True)))
_ALL = sa.select(sa.func.count()).select_from(_VISIT).where(*_LIVING)
_PEOPLE = sa.select(_CUSTOMER.c.id, _CUSTOMER.c.birthday, _CUSTOMER.c.merged_into_id).where(
    _CUSTOMER.c.merchant_id == _MERCHANT
)
_MERGED = _PEOPLE.where(_CUSTOMER.c.merged_into_id.is_not(None))
_PAGE = _PEOPLE.where(_CUSTOMER.c.merged_into_id.is_(None)).order_by(_CUSTOMER.c.id)
_PAGE_AFTER = _PAGE.where(_CUSTOMER.c.id > sa.bindparam("after"))
_CARDS = sa.select(_CARD.c.customer_id, _CARD.c.id, _key(_CARD.c.id)).where(
    _CARD.c.merchant_id == _MERCHANT,
    _CARD.c.customer_id.in_(sa.bindparam("customer_ids", expanding=True)),
)
_COUNTS = (
    sa.select(_key(_VISIT.c.card_id), sa.func.count().label("sales"))
    .where(*_OF_CARDS)
    .group_by(_VISIT.c.card_id)
)
_SALES = sa.select(
    _key(_VISIT.c.id),
    _key(_VISIT.c.card_id, "card_key"),
    _key(_VISIT.c.occurred_at, "moment"),
    _VISIT.c.net_minor,
    _VISIT.c.amount_minor,
    _VISIT.c.tax_minor,
    _VISIT.c.discount_minor,
).where(*_OF_CARDS)
_CARD_KEY, _MOMENT = 1, itemgetter(2, 0)
_LINES = sa.select(
    _key(_LINE.c.visit_id),
    _LINE.c.number,
    _LINE.c.sku,
    _LINE.c.category,
    _LINE.c.quantity_milli,
    _LINE.c.amount_minor,
).where(
    *_OF_CARDS,
    _LINE.c.merchant_id == _VISIT.c.merchant_id,
    _LINE.c.visit_id == _VISIT.c.id,
)
_NUMBER, _SOLD = itemgetter(1), slice(2, None)
_REFUNDS = sa.select(
    _key(_REFUND.c.visit_id), _key(_REFUND.c.id, "number"), _REFUND.c.amount_minor, _REFUND.c.lines
).where(
    *_OF_CARDS,
    _REFUND.c.merchant_id == _VISIT.c.merchant_id,
    _REFUND.c.visit_id == _VISIT.c.id,
)


class _Person(NamedTuple):
    """Somebody with all the cards they ever had, by their ids and as the driver gives these."""

    id: UUID
    birthday: str | None
    card_ids: list[UUID]
    card_keys: list[Any]


def count_sales(
    session: Session, *, merchant_id: UUID, first: date | None, last: date | None
) -> int:
    """How many living visits the shop has in these days, both inclusive."""
    return int(session.execute(_ALL, _asked(merchant_id, first, last)).scalar_one())


def _asked(merchant_id: UUID, first: date | None, last: date | None) -> dict[str, Any]:
    return {"merchant_id": merchant_id, "first": first or date.min, "last": last or date.max}


class PastSales:
    """All living visits of a shop's customers as a version counts them: net of refunds.

    Visits of all the shop's programs; a customer is the person, with those who were merged into
    them. Birthdays are read only if the version asks for them.
    """

    def __init__(self, session: Session, *, merchant_id: UUID, document: VersionDocument) -> None:
        self._session = session
        self._merchant_id, self._document = merchant_id, document
        self._asks_birthday = conditions.looks_at_birthday(document)
        self._alike: dict[tuple[Any, ...], Lines] = {}

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
        for people in self._people(self._merged()):
            for some in self._portions(people, asked):
                for customer in self._read(some, asked):
                    done += len(customer.sales)
                    yield customer
                progress(done)

    def _merged(self) -> dict[UUID, list[UUID]]:
        """Those who were merged, in however many steps, by the person they are."""
        rows = self._session.execute(_MERGED, {"merchant_id": self._merchant_id}).all()
        into = {row.id: row.merged_into_id for row in rows}
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for loser, living in into.items():
            while living in into:
                living = into[living]  # noqa: PLW2901  # one step further
            found[living].append(loser)
        return found

    def _people(self, merged: dict[UUID, list[UUID]]) -> Iterator[list[_Person]]:
        """Living customers, page by page."""
        asked: dict[str, Any] = {"merchant_id": self._merchant_id}
        page = self._session.execute(_PAGE.limit(PEOPLE_AT_ONCE), asked).all()
        while page:
            every = {row.id: [row.id, *merged.get(row.id, ())] for row in page}
            cards = self._cards([each for ids in every.values() for each in ids])
            yield [
                _person(row, [card for id_ in every[row.id] for card in cards[id_]]) for row in page
            ]
            asked["after"] = page[-1].id
            page = self._session.execute(_PAGE_AFTER.limit(PEOPLE_AT_ONCE), asked).all()

    def _cards(self, customer_ids: list[UUID]) -> dict[UUID, list[Row]]:
        asked = {"merchant_id": self._merchant_id, "customer_ids": customer_ids}
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in self._session.execute(_CARDS, asked):
            found[row.customer_id].append(row)
        return found

    def _portions(self, people: list[_Person], asked: dict[str, Any]) -> Iterator[list[_Person]]:
        """People whose sales together are few enough; one with more than that comes alone."""
        rows = self._session.execute(_COUNTS, {**asked, "card_ids": _cards_of(people)}).all()
        sales = {row.key: row.sales for row in rows}
        some: list[_Person] = []
        held = 0
        for person in people:
            mine = sum(sales.get(key, 0) for key in person.card_keys)
            if some and held + mine > SALES_AT_ONCE:
                yield some
                some, held = [], 0
            if mine:
                some.append(person)
                held += mine
        if some:
            yield some

    def _read(self, people: list[_Person], asked: dict[str, Any]) -> Iterator[PastCustomer]:
        asked = {**asked, "card_ids": _cards_of(people)}
        lines, refunds = self._by_visit(_LINES, asked), self._by_visit(_REFUNDS, asked)
        by_card: dict[Any, list[Row]] = defaultdict(list)
        for row in self._session.execute(_SALES, asked).all():
            by_card[row[_CARD_KEY]].append(row)
        for person in people:
            rows = [row for key in person.card_keys for row in by_card.get(key, ())]
            rows.sort(key=_MOMENT)
            yield PastCustomer(
                person.id.bytes,
                person.birthday if self._asks_birthday else None,
                [self._sale(row, lines.get(row[0], ()), refunds.get(row[0], ())) for row in rows],
            )

    def _by_visit(
        self, query: sa.Select[*tuple[Any, ...]], asked: dict[str, Any]
    ) -> dict[Any, list[Row]]:
        """Rows by their visit's key, in the order of their numbers."""
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self._session.execute(query, asked).all():
            found[row[0]].append(row)
        for rows in found.values():
            if len(rows) > 1:
                rows.sort(key=_NUMBER)
        return found

    def _sale(self, row: Row, lines: Sequence[Row], refunds: Sequence[Row]) -> PastSale:
        """A sale as the counter rates it. Equal ones are worked out once: most are equal."""
        _, _, moment, net_minor, *paid = row
        if refunds:
            counted = self._left(row, lines, refunds)
            return PastSale(_moment(moment), counted, row.amount_minor, net_minor)
        key = (*paid, *[line[_SOLD] for line in lines])
        found = self._alike.get(key)
        if found is None:
            if len(self._alike) >= ALIKE_MAX:
                self._alike.clear()
            found = self._alike[key] = self._whole(row, lines)
        return PastSale(_moment(moment), found, paid[0], net_minor)

    def _whole(self, row: Row, lines: Sequence[Row]) -> Lines:
        """What net.left makes of a sale without refunds; lines that are alike are made once."""
        base, amounts = self._base(row), [line.amount_minor for line in lines]
        if lines and None not in amounts and sum(amounts) == base:
            return tuple(_as_sold(number, *line[_SOLD]) for number, line in enumerate(lines, 1))
        sold = net.sold(row.amount_minor, lines)
        counts = net.counting(sold, base)
        return tuple(net.whole(line, counts[line.number]) for line in sold)

    def _left(self, row: Row, lines: Sequence[Row], refunds: Sequence[Row]) -> Lines:
        given = [Given.kept(each.amount_minor, each.lines) for each in refunds]
        return net.left(net.sold(row.amount_minor, lines), given, self._base(row))

    def _base(self, row: Row) -> Fraction | None:
        return net.base_of(
            self._document, Paid(row.amount_minor, row.tax_minor, row.discount_minor)
        )


def _person(row: Row, cards: list[Row]) -> _Person:
    return _Person(row.id, row.birthday, [card.id for card in cards], [card.key for card in cards])


def _cards_of(people: list[_Person]) -> list[UUID]:
    return [card_id for person in people for card_id in person.card_ids]


@lru_cache(ALIKE_MAX)
def _as_sold(
    number: int, sku: str | None, category: str | None, quantity_milli: int, amount_minor: int
) -> Line:
    """A line of a sale whose lines are all of what counts: so it is with most."""
    sold = SoldLine(number, sku, category, quantity_milli, amount_minor)
    return net.whole(sold, Fraction(amount_minor))
