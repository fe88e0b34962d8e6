"""What an audience is judged on: one shop on one day, with what is the same for all its members."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import measures, past, standing
from loyalty.analytics.measures import Measures
from loyalty.analytics.rhythm import Yardstick
from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.counter.models import Visit
from loyalty.customers.models import Customer
from loyalty.merchants.models import Merchant

_CARD, _VISIT, _CUSTOMER = table(Card).c, table(Visit).c, table(Customer)
YEAR_DAYS = 365


@dataclass(frozen=True)
class Ground:
    """A shop today; each thing is looked up once, and only if something asks for it.

    `on` is the shop's date: what is kept of members is as of now.
    """

    session: Session
    merchant_id: UUID
    on: date

    @cached_property
    def measures(self) -> Measures:
        """By what the shop tells its members apart."""
        return measures.of(self.session, merchant_id=self.merchant_id)

    @cached_property
    def yardstick(self) -> Yardstick:
        """What members are measured by today."""
        return standing.yardstick(
            self.session, merchant_id=self.merchant_id, on=self.on, limits=self.measures.limits
        )

    @cached_property
    def back(self) -> frozenset[UUID]:
        """Who came back of late."""
        return standing.returned(self.session, merchant_id=self.merchant_id, measure=self.yardstick)

    @cached_property
    def state(self) -> sa.ColumnElement[str]:
        """The state of a row of members."""
        return standing.state_of(self.session, self.yardstick, self.back)

    def is_in(self, state: str) -> sa.ColumnElement[bool]:
        """Whether a row of `member_stats` with visits is in a state today."""
        return standing.is_in(self.session, self.yardstick, self.back, state)

    @cached_property
    def timezone(self) -> str:
        """The shop's zone."""
        query = sa.select(Merchant.timezone).where(Merchant.id == self.merchant_id)
        return self.session.execute(query).scalar_one()

    @cached_property
    def year_spend(self) -> dict[UUID, int]:
        """What each member with a visit in the last 365 days has spent in them, net."""
        net = sa.func.coalesce(_VISIT.net_minor, 0)
        in_a_year = sa.case((self.in_a_year(_VISIT.local_on), net))
        spent = sa.select(sa.func.sum(in_a_year)).where(_VISIT.card_id == _CARD.id, *self.counted)
        each = spent.correlate(table(Card)).scalar_subquery()
        query = sa.select(_CARD.customer_id, each).where(_CARD.merchant_id == self.merchant_id)
        rows = [row for row in self.session.execute(query) if row[1] is not None]
        return self.by_living(rows)

    @cached_property
    def merged(self) -> dict[UUID, UUID]:
        """Whom each of those who were merged has become."""
        return past.merged(self.session, merchant_id=self.merchant_id)

    @property
    def counted(self) -> tuple[sa.ColumnElement[bool], ...]:
        """Which visits count: the shop's that are not voided."""
        return _VISIT.merchant_id == self.merchant_id, _VISIT.voided_at.is_(None)

    def in_a_year(self, day: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
        """Whether a day is one of the last 365."""
        return sa.and_(day > self.on - timedelta(days=YEAR_DAYS), day <= self.on)

    def on_card(self, card_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Joins the card of that id."""
        return sa.and_(_CARD.merchant_id == self.merchant_id, _CARD.id == card_id)

    def by_living(self, rows: Any) -> dict[UUID, int]:
        """Sums by holder, added up by who the holder is by now."""
        found: dict[UUID, int] = {}
        for who, much in rows:
            living = past.living_of(self.merged, who)
            found[living] = found.get(living, 0) + int(much)
        return found

    def holders(self, of: Any) -> sa.ColumnElement[bool]:
        """Whether a member holds one of these cards: `of` selects `card.customer_id`.

        Cards of somebody who was merged into another are that one's.
        """
        direct = _CUSTOMER.c.id.in_(of)
        if not self.merged:
            return direct
        former = self.session.execute(
            sa.select(_CUSTOMER.c.id).where(
                _CUSTOMER.c.merchant_id == self.merchant_id,
                _CUSTOMER.c.merged_into_id.is_not(None),
                direct,
            )
        ).scalars()
        also = {past.living_of(self.merged, who) for who in former}
        return sa.or_(direct, standing.among(self.session, _CUSTOMER.c.id, also))
