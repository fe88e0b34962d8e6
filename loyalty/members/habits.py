"""What a member usually does, as far as the roll-ups tell and the member allows."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.ids import ref
from loyalty.counter.rollups import reading
from loyalty.counter.rollups.reading import DEFAULT_LIMITS, FEW_DAYS, Limits, Member
from loyalty.customers import consents
from loyalty.customers.consents import Purpose


@dataclass(frozen=True, slots=True)
class Figures:
    """What visits add up to; told of everybody, for it serves the program.

    `state` as of today; who was away and came back is told apart later, by a history of states.
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
    gap_days: int
    favourites: list[str]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything about a member's visits; `habits` is None where they may not, or cannot, be told.

    `may`: whether the member has agreed to profiling.
    """

    figures: Figures
    habits: Habits | None
    may: bool


def told(
    session: Session, *, merchant_id: UUID, customer_id: UUID, on: date, mean: Fraction
) -> Told:
    """Figures of a living customer, and habits where they agreed.

    `on` is the shop's date, `mean` its mean gap.
    """
    found = reading.member(session, merchant_id=merchant_id, customer_id=customer_id)
    agreed = consents.of(session, merchant_id=merchant_id, customer_ref=ref("cus", customer_id))
    may = bool(agreed[Purpose.PROFILING])
    figures = _figures(found, mean, on)
    if found is None or not may or found.visit_days < FEW_DAYS:
        return Told(figures, None, may)
    favourites = reading.favourites(
        session, merchant_id=merchant_id, customer_id=customer_id, limit=3
    )
    basket = found.spend_minor // max(1, found.visits)
    gap = max(1, round(_rhythm(found).usual_gap(mean)))
    return Told(figures, Habits(found.weekday, found.hour, basket, gap, favourites), may)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What somebody's state goes by: first and last visit day, and how many there were."""

    first_on: date
    last_on: date
    visit_days: int

    def usual_gap(self, mean: Fraction) -> Fraction:
        """In days; drawn towards the shop's mean while there are few of them."""
        return ((self.last_on - self.first_on).days + 2 * mean) / (self.visit_days + 1)

    def state(self, *, mean: Fraction, on: date, limits: Limits = DEFAULT_LIMITS) -> str:
        """As the last visit leaves them on a day; the roll-ups' own `state` says the same."""
        silence, gap = (on - self.last_on).days, self.usual_gap(mean)
        if self.visit_days < FEW_DAYS:
            is_recent = self.last_on >= on - timedelta(days=limits.new_days)
            return "new" if is_recent else "one_off"
        if silence >= limits.lost_days and silence >= limits.lost * gap:
            return "lost"
        if silence >= limits.lapsed_days and silence >= limits.lapsed * gap:
            return "lapsed"
        return "cooling" if silence >= limits.cooling * gap else "active"


def _figures(found: Member | None, mean: Fraction, on: date) -> Figures:
    if found is None:
        return Figures("new", 0, 0, 0, None, None, None)
    return Figures(
        _rhythm(found).state(mean=mean, on=on),
        found.visits,
        found.visit_days,
        found.spend_minor,
        found.first_on,
        found.last_on,
        (on - found.last_on).days,
    )


def _rhythm(found: Member) -> Rhythm:
    return Rhythm(found.first_on, found.last_on, found.visit_days)
