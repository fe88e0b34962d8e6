"""How members come back, out of their visit days alone (pure): counts, curves, cohorts, churn."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import sqrt
from operator import sub

from loyalty.analytics.effect import Z, wilson
from loyalty.analytics.past import Past
from loyalty.analytics.rhythm import ACTIVE, COOLING, GONE, REACTIVATED

HERE = frozenset({ACTIVE, COOLING, REACTIVATED})
COHORTS_MAX = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both inclusive, as ordinals."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """How many they are."""
        return self.last - self.first + 1

    @property
    def before(self) -> "Period":
        """As many days right before."""
        return Period(self.first - self.days, self.first - 1)


@dataclass(frozen=True, slots=True)
class Activity:
    """What members did in a period, in visit days.

    `active` members were there, `again` of them on two days or more; of all their `visit_days`,
    `new` were somebody's very first. `by_day` and `new_by_day` are the same day by day, `each`
    says how many members were there on so many days.
    """

    active: int
    again: int
    new: int
    visit_days: int
    by_day: Counter[int]
    new_by_day: Counter[int]
    each: Counter[int]

    @property
    def returning(self) -> int:
        """Visit days of those who had been there before."""
        return self.visit_days - self.new


def activity(past: Past, period: Period) -> Activity:
    """What members did in a period."""
    by_day: Counter[int] = Counter()
    new_by_day: Counter[int] = Counter()
    each: Counter[int] = Counter()
    for days in past.days.values():
        begin = bisect_left(days, period.first)
        end = bisect_right(days, period.last, begin)
        if begin < end:
            by_day.update(days[begin:end])
            each[end - begin] += 1
            if begin == 0:
                new_by_day[days[0]] += 1
    active = each.total()
    return Activity(
        active,
        active - each[1],
        new_by_day.total(),
        by_day.total(),
        by_day,
        new_by_day,
        each,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """By that day after the first visit so large a share had come a second time; with interval."""

    day: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Second visits after the first, by Kaplan and Meier; `n` members, watched `longest` days."""

    n: int
    events: int
    longest: int
    steps: tuple[Step, ...]

    def at(self, day: int) -> Step | None:
        """By a day; None where nobody has been watched that long."""
        if self.longest < day:
            return None
        known = [step for step in self.steps if step.day <= day]
        return known[-1] if known else Step(day, 0.0, 0.0, wilson(0, self.n)[1])


def second_visits(past: Past, *, since: int, until: int) -> Curve:
    """How soon those come again whose first visit was in these days, as known on the last."""
    came: Counter[int] = Counter()
    left: Counter[int] = Counter()
    for days in past.days.values():
        if since <= days[0] <= until:
            is_back = len(days) > 1 and days[1] <= until
            (came if is_back else left)[(days[1] if is_back else until) - days[0]] += 1
    n = came.total() + left.total()
    steps = tuple(_kaplan_meier(came, left, n))
    return Curve(n, came.total(), max([*came, *left], default=-1), steps)


def _kaplan_meier(came: Counter[int], left: Counter[int], n: int) -> Iterator[Step]:
    """With Greenwood's variance; who is watched until a day is at risk on it.

    Once nobody is left to come that variance says 0, as if all were known: then the share of the
    last few to be at risk has the interval of a share.
    """
    staying, greenwood, at_risk = 1.0, 0.0, n
    for day in sorted({*came, *left}):
        rest = at_risk - came[day]
        if came[day] and rest:
            staying *= rest / at_risk
            greenwood += came[day] / (at_risk * rest)
            half, share = Z * staying * sqrt(greenwood), 1 - staying
            yield Step(day, share, max(0.0, share - half), min(1.0, share + half))
        elif came[day]:
            yield Step(day, 1.0, 1 - staying * (1 - wilson(came[day], at_risk)[0]), 1.0)
        at_risk -= came[day] + left[day]


def gaps(past: Past, period: Period) -> Counter[int]:
    """How often visit days were so many days apart, of all gaps that ended in a period."""
    found: Counter[int] = Counter()
    for days in past.days.values():
        begin = max(1, bisect_left(days, period.first))
        end = bisect_right(days, period.last)
        if begin < end:
            found.update(map(sub, days[begin:end], days[begin - 1 : end]))
    return found


def quantile(counted: Counter[int], percent: int) -> int | None:
    """The value that so many percent do not exceed, one of them; None of nothing."""
    wanted, below = -(-counted.total() * percent // 100), 0
    for value in sorted(counted):
        below += counted[value]
        if below >= wanted:
            return value
    return None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Members whose first visit was in a month, and how many were there so many months later.

    `back[0]` is the month itself. The last may be a month that is not over yet.
    """

    month_on: date
    size: int
    back: tuple[int, ...]


def cohorts(past: Past, *, until: int, most: int = COHORTS_MAX) -> list[Cohort]:
    """The cohorts of the last months, the oldest first, as known on a day."""
    this_month = _month(until)
    months = _Months()
    sizes: Counter[int] = Counter()
    back: dict[int, Counter[int]] = defaultdict(Counter)
    for days in past.days.values():
        joined = months[days[0]]
        if this_month - most < joined <= this_month and days[0] <= until:
            sizes[joined] += 1
            back[joined].update(set(map(months.__getitem__, days[: bisect_right(days, until)])))
    return [
        Cohort(
            date(month // 12, month % 12 + 1, 1),
            sizes[month],
            tuple(back[month][later] for later in range(month, this_month + 1)),
        )
        for month in sorted(sizes)
    ]


class _Months(dict[int, int]):
    """Days to months, which count on through the years."""

    def __missing__(self, day: int) -> int:
        self[day] = _month(day)
        return self[day]


def _month(day: int) -> int:
    on = date.fromordinal(day)
    return on.year * 12 + on.month - 1


Flows = dict[tuple[str, str], int]


def flows(past: Past, period: Period) -> Flows:
    """How many went from which state, on the day before a period, to which on its last day.

    Who had not been there yet came from "".
    """
    before, after = past.states(period.first - 1), past.states(period.last)
    return dict(Counter((before.get(who, ""), state) for who, state in after.items()))


def churn(moves: Flows) -> tuple[int, int]:
    """How many of those who were customers at the start were given up at the end, and of how many.

    Customers: active, cooling or reactivated. Given up: lapsed or lost.
    """
    at_start = {pair: count for pair, count in moves.items() if pair[0] in HERE}
    lost = sum(count for (_, end), count in at_start.items() if end in GONE)
    return lost, sum(at_start.values())


def total(moves: Flows, states: Iterable[str]) -> dict[str, int]:
    """How many are in each state at the end."""
    found = dict.fromkeys(states, 0)
    for (_, end), count in moves.items():
        found[end] += count
    return found
