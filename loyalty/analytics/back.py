"""Who came back of late, out of the visits of late alone: the rest is told by the roll-ups.

A return is judged as the day before it knew, so the shop's mean gap of those days is had by taking
from today's what has been added since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import past, rhythm
from loyalty.analytics.rhythm import Yardstick
from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.counter.models import Visit
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer

_VISIT, _CARD, _CUSTOMER = table(Visit).c, table(Card).c, table(Customer).c
_STATS = table(MemberStats).c


@dataclass(frozen=True)
class _Lately:
    """The visit days of late of each member, behind the last one before; and how things stand."""

    today: Yardstick
    some: Mapping[UUID, list[int]]

    @cached_property
    def _since(self) -> list[tuple[int, int, int]]:
        """Of each day on which a gap ended, the latest first: days and gaps added from it on."""
        ended: dict[int, tuple[int, int]] = {}
        for some in self.some.values():
            for before, day in pairwise(some):
                days, gaps = ended.get(day, (0, 0))
                ended[day] = (days + day - before, gaps + 1)
        found, all_days, all_gaps = [], 0, 0
        for day in sorted(ended, reverse=True):
            all_days, all_gaps = all_days + ended[day][0], all_gaps + ended[day][1]
            found.append((day, all_days, all_gaps))
        return found

    def measure(self, on: int) -> Yardstick:
        """The yardstick of one of these days, as the shop could know it then."""
        days = gaps = 0
        for day, all_days, all_gaps in self._since:
            if day <= on:
                break
            days, gaps = all_days, all_gaps
        today = self.today
        return rhythm.yardstick(on, today.mean_days - days, today.gaps - gaps, today.limits)


def returned(session: Session, *, merchant_id: UUID, today: Yardstick) -> frozenset[UUID]:
    """Who came back within the last days, today included, after having been given up."""
    lately = _Lately(today, _read(session, merchant_id, today))
    maybe = [who for who, days in lately.some.items() if _long_silence(days, today)]
    kept = _kept(session, merchant_id, maybe)
    return frozenset(who for who in maybe if who in kept and _is_back(lately, who, kept[who]))


def _long_silence(days: list[int], today: Yardstick) -> bool:
    least = today.limits.lapsed_days
    return any(back - last > least for last, back in pairwise(days))


def _is_back(lately: _Lately, who: UUID, kept: tuple[int, int]) -> bool:
    first, visit_days = kept
    days = lately.some[who]
    before = visit_days - (len(days) - 1)
    known = [day for day in days if day <= lately.today.on]
    least = lately.today.limits.lapsed_days
    return rhythm.came_back(known, first=first, before=before, least=least, measures=lately.measure)


def _kept(
    session: Session, merchant_id: UUID, customer_ids: list[UUID]
) -> dict[UUID, tuple[int, int]]:
    """The first visit day and the number of them, of each."""
    query = sa.select(_STATS.customer_id, _STATS.first_on, _STATS.visit_days).where(
        _STATS.merchant_id == merchant_id, _STATS.visits > 0
    )
    if len(customer_ids) <= past.FEW:
        query = query.where(_STATS.customer_id.in_(customer_ids))
    wanted = set(customer_ids)
    rows = (row for row in session.execute(query) if row[0] in wanted)
    return {row[0]: (row[1].toordinal(), row[2]) for row in rows}


def _read(session: Session, merchant_id: UUID, today: Yardstick) -> dict[UUID, list[int]]:
    living = past.merged(session, merchant_id=merchant_id)
    since = today.on - today.limits.back_days
    days: dict[UUID, set[int]] = {}
    before: dict[UUID, int] = {}
    ordinal = past.Ordinals().__getitem__
    for holder, written in _rows(session, merchant_id, date.fromordinal(since)):
        who = past.living_of(living, holder)
        late, _, last = written.partition("|")
        if late:
            days.setdefault(who, set()).update(map(ordinal, late.split(",")))
        if last:
            before[who] = max(before.get(who, 0), ordinal(last))
    return {
        who: sorted(mine) if who not in before else [before[who], *sorted(mine)]
        for who, mine in days.items()
    }


def _rows(session: Session, merchant_id: UUID, since: date) -> Iterator[tuple[UUID, str]]:
    """Of each card of somebody who was there: the days of late, and the last one before them."""
    is_late = _VISIT.local_on >= since
    late = past.together(session, sa.case((is_late, _VISIT.local_on)))
    last = sa.func.max(sa.case((sa.not_(is_late), _VISIT.local_on)))
    said = sa.func.coalesce(late, "") + "|" + sa.func.coalesce(sa.cast(last, sa.Text), "")
    walked = (
        sa.select(said)
        .where(
            _VISIT.merchant_id == merchant_id,
            _VISIT.card_id == _CARD.id,
            _VISIT.voided_at.is_(None),
        )
        .correlate(table(Card))
        .scalar_subquery()
    )
    query = sa.select(_CARD.customer_id, sa.type_coerce(walked, sa.Text)).where(
        _CARD.merchant_id == merchant_id, _CARD.customer_id.in_(_there(merchant_id, since))
    )
    return ((who, written) for who, written in session.execute(query) if written != "|")


def _there(merchant_id: UUID, since: date) -> Any:
    """Who was there of late, and everybody who was merged into another."""
    late = sa.select(_STATS.customer_id).where(
        _STATS.merchant_id == merchant_id, _STATS.visits > 0, _STATS.last_on >= since
    )
    former = sa.select(_CUSTOMER.id).where(
        _CUSTOMER.merchant_id == merchant_id, _CUSTOMER.merged_into_id.is_not(None)
    )
    return sa.union_all(late, former)
