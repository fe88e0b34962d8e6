"""What a member usually does, as far as the roll-ups tell and the member allows."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.analytics import rhythm
from loyalty.analytics.ground import Ground
from loyalty.core.ids import ref
from loyalty.counter.rollups import reading
from loyalty.counter.rollups.reading import Member
from loyalty.customers import consents
from loyalty.customers.consents import Purpose
from loyalty.members import segmented


@dataclass(frozen=True, slots=True)
class Figures:
    """What visits add up to; told of everybody, for it serves the program.

    `state` is today's, by their own rhythm.
    """

    state: str
    visits: int
    visit_days: int
    spend_minor: int
    first_on: date | None
    last_on: date | None
    silent_days: int | None


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual for them; only with their consent to profiling. Weekday 1 is Monday."""

    weekday: int
    hour: int
    basket_minor: int
    favourites: list[str]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything about a member's visits; `habits` is None where they may not, or cannot, be told.

    `usual_gap`: their own rhythm in days, from three visit days on. `may`: whether the member has
    agreed to profiling.
    """

    figures: Figures
    usual_gap: Fraction | None
    habits: Habits | None
    may: bool


def told(session: Session, *, merchant_id: UUID, customer_id: UUID, on: date) -> Told:
    """Figures of a living customer, and habits where they agreed; `on` is the shop's date."""
    ground = Ground(session, merchant_id, on)
    found = reading.member(session, merchant_id=merchant_id, customer_id=customer_id)
    agreed = consents.of(session, merchant_id=merchant_id, customer_ref=ref("cus", customer_id))
    may = bool(agreed[Purpose.PROFILING])
    states = segmented.states(ground, [customer_id])
    figures = _figures(found, states.get(customer_id, rhythm.NEW), on)
    usual = _usual_gap(found, ground.yardstick.mean)
    if found is None or not may or usual is None:
        return Told(figures, usual, None, may)
    favourites = reading.favourites(
        session, merchant_id=merchant_id, customer_id=customer_id, limit=3
    )
    basket = found.spend_minor // max(1, found.visits)
    return Told(figures, usual, Habits(found.weekday, found.hour, basket, favourites), may)


def _usual_gap(found: Member | None, mean: Fraction) -> Fraction | None:
    if found is None or found.visit_days < rhythm.HABIT_DAYS:
        return None
    first, last = found.first_on.toordinal(), found.last_on.toordinal()
    return rhythm.usual_gap(first, last, found.visit_days, mean)


def _figures(found: Member | None, state: str, on: date) -> Figures:
    if found is None:
        return Figures(state, 0, 0, 0, None, None, None)
    return Figures(
        state,
        found.visits,
        found.visit_days,
        found.spend_minor,
        found.first_on,
        found.last_on,
        (on - found.last_on).days,
    )
