"""Every member's visit days, read in one walk along the visits: what figures of any day rest on."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import rhythm
from loyalty.analytics.kept import Kept, place
from loyalty.analytics.rhythm import USUAL, Limits, Yardstick
from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.counter.models import Visit
from loyalty.customers.models import Customer

_VISIT, _CARD, _CUSTOMER = table(Visit).c, table(Card).c, table(Customer).c
FEW = 500  # ids that travel one by one


@dataclass(frozen=True)
class Past:
    """The visit days of each member with visits, as ordinals in their order; nothing changes it."""

    days: Mapping[UUID, list[int]]
    limits: Limits = USUAL
    _gaps: list[tuple[int, int, int]] = field(default_factory=list)
    _measures: dict[int, Yardstick] = field(default_factory=dict)
    _states: dict[int, dict[UUID, str]] = field(default_factory=dict)

    def measure(self, on: int) -> Yardstick:
        """The yardstick of a day, as the shop could know it then."""
        found = self._measures.get(on)
        if found is None:
            gaps = self._known_gaps()
            place = bisect_right(gaps, on, key=_day_of) - 1
            _, days, count = gaps[place] if place >= 0 else (0, 0, 0)
            found = self._measures[on] = rhythm.yardstick(on, days, count, self.limits)
        return found

    def states(self, on: int) -> dict[UUID, str]:
        """The state on a day of everybody who had been there by then."""
        found = self._states.get(on)
        if found is None:
            measure = self.measure(on)
            found = {
                who: self._state(days, measure) for who, days in self.days.items() if days[0] <= on
            }
            self._states.clear()  # of one day only: a period begins where the one before ends
            self._states[on] = found
        return found

    def returned(self, on: int) -> frozenset[UUID]:
        """Who came back within the last days after having been given up."""
        measure = self.measure(on)
        return frozenset(
            who
            for who, days in self.days.items()
            if days[-1] >= on - self.limits.back_days
            and may_have_returned(days, measure)
            and self._state(days, measure) == rhythm.REACTIVATED
        )

    def _state(self, days: list[int], measure: Yardstick) -> str:
        return rhythm.state(days, bisect_right(days, measure.on), measure, self.measure)

    def _known_gaps(self) -> list[tuple[int, int, int]]:
        """Of each day on which a gap ended: the days in all gaps by then, and how many they are."""
        if not self._gaps:
            self._gaps[:] = _summed(self.days.values())  # at once: others may be looking
        return self._gaps


def _day_of(sums: tuple[int, int, int]) -> int:
    return sums[0]


def _summed(everybody: Iterable[list[int]]) -> Iterator[tuple[int, int, int]]:
    days: dict[int, int] = defaultdict(int)
    gaps: dict[int, int] = defaultdict(int)
    for visits in everybody:
        last = visits[0]
        for day in visits[1:]:
            days[day] += day - last
            gaps[day] += 1
            last = day
    all_days = all_gaps = 0
    for day in sorted(days):
        all_days, all_gaps = all_days + days[day], all_gaps + gaps[day]
        yield day, all_days, all_gaps


LARGE = 5_000  # members with visits: from so many on a shop's past is kept for a while
PASTS: Kept[Past] = Kept(most=4, worth=lambda past: len(past.days) >= LARGE)


class Ordinals(dict[str, int]):
    """Days as they are written to ordinals; a shop has few of them."""

    def __missing__(self, text: str) -> int:
        self[text] = date.fromisoformat(text).toordinal()
        return self[text]


def read(
    session: Session,
    *,
    merchant_id: UUID,
    location_id: UUID | None = None,
    limits: Limits = USUAL,
) -> Past:
    """The past of a shop, or what happened at one location as if it were all there is.

    Who was merged into another counts with that one; a voided visit never was.
    """
    living = merged(session, merchant_id=merchant_id)
    ordinal = Ordinals().__getitem__
    found: dict[UUID, list[int]] = {}
    for holder, written in _rows(session, merchant_id, location_id):
        who = living_of(living, holder)
        days = set(map(ordinal, written.split(",")))
        if who in found:
            days.update(found[who])
        found[who] = sorted(days)
    return Past(found, limits)


def lately(
    session: Session,
    *,
    merchant_id: UUID,
    location_id: UUID | None = None,
    limits: Limits = USUAL,
) -> tuple[Past, float]:
    """The same, at most five minutes old where it takes a while to read; and how many seconds."""
    key = (place(session), merchant_id, location_id, limits)

    def find() -> Past:
        return read(session, merchant_id=merchant_id, location_id=location_id, limits=limits)

    return PASTS.aged(key, find)


def _rows(
    session: Session, merchant_id: UUID, location_id: UUID | None
) -> Iterator[tuple[UUID, str]]:
    """A card's holder and its days: read along one index that holds all that is asked for."""
    mine = [
        _VISIT.merchant_id == merchant_id,
        _VISIT.card_id == _CARD.id,
        _VISIT.voided_at.is_(None),
    ]
    if location_id is not None:
        mine.append(_VISIT.location_id == location_id)
    walked = sa.select(together(session, _VISIT.local_on)).where(*mine)
    days = walked.correlate(table(Card)).scalar_subquery()
    query = sa.select(_CARD.customer_id, days).where(_CARD.merchant_id == merchant_id)
    return ((who, days) for who, days in session.execute(query) if days is not None)


def together(session: Session, day: sa.ColumnElement[date]) -> sa.ColumnElement[str]:
    """All days of a group as one text; row by row they would cost the more to fetch."""
    if session.get_bind().dialect.name == "postgresql":
        return sa.func.string_agg(sa.cast(day, sa.Text), ",", type_=sa.Text)
    return sa.func.group_concat(day, type_=sa.Text)


def merged(session: Session, *, merchant_id: UUID) -> dict[UUID, UUID]:
    """Whom each was merged into."""
    rows = session.execute(
        sa.select(_CUSTOMER.id, _CUSTOMER.merged_into_id).where(
            _CUSTOMER.merchant_id == merchant_id, _CUSTOMER.merged_into_id.is_not(None)
        )
    )
    return {row.id: row.merged_into_id for row in rows}


def living_of(living: Mapping[UUID, UUID], who: UUID) -> UUID:
    """Who somebody is by now; `living` says whom each was merged into."""
    while who in living:
        who = living[who]
    return who


def days_of(
    session: Session, *, merchant_id: UUID, customer_ids: list[UUID]
) -> dict[UUID, list[int]]:
    """The visit days of these living customers, as ordinals in order; of a few."""
    whose = _known_as(session, merchant_id, customer_ids)
    cards = session.execute(
        sa.select(_CARD.id, _CARD.customer_id).where(
            _CARD.merchant_id == merchant_id, _CARD.customer_id.in_(list(whose))
        )
    )
    held = {card: whose[holder] for card, holder in cards}
    # By the ids of the cards, for a join SQLite would begin with every visit of the shop.
    days = session.execute(
        sa.select(_VISIT.card_id, together(session, _VISIT.local_on))
        .where(
            _VISIT.merchant_id == merchant_id,
            _VISIT.card_id.in_(list(held)),
            _VISIT.voided_at.is_(None),
        )
        .group_by(_VISIT.card_id)
    )
    ordinal, found = Ordinals().__getitem__, dict[UUID, set[int]]()
    for card, written in days:
        found.setdefault(held[card], set()).update(map(ordinal, written.split(",")))
    return {who: sorted(mine) for who, mine in found.items()}


def _known_as(session: Session, merchant_id: UUID, customer_ids: list[UUID]) -> dict[UUID, UUID]:
    """These customers and everybody merged into them: who each of them is by now."""
    found = {who: who for who in customer_ids}
    newest = customer_ids
    while newest:
        rows = session.execute(
            sa.select(_CUSTOMER.id, _CUSTOMER.merged_into_id).where(
                _CUSTOMER.merchant_id == merchant_id, _CUSTOMER.merged_into_id.in_(newest)
            )
        )
        older = {row.id: found[row.merged_into_id] for row in rows}
        found.update(older)
        newest = list(older)
    return found


def may_have_returned(days: list[int], measure: Yardstick) -> bool:
    """Whether a silence long enough ended of late; how it was judged then is another question."""
    since = measure.on - measure.limits.back_days
    ended = range(rhythm.HABIT_DAYS, len(days))
    least = measure.limits.lapsed_days
    return any(days[one] >= since and days[one] - days[one - 1] > least for one in ended)
