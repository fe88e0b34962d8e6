"""The figures of a shop for a period: each with what it means, of how many, and how sure it is."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.analytics import definitions, measures, past, returning, selling, shapes
from loyalty.analytics.definitions import DEFINITIONS
from loyalty.analytics.effect import wilson
from loyalty.analytics.kept import Kept, place
from loyalty.analytics.measures import Measures
from loyalty.analytics.past import Past
from loyalty.analytics.returning import Activity, Curve, Flows, Period
from loyalty.analytics.rhythm import STATES
from loyalty.analytics.selling import Sales
from loyalty.core.errors import Invalid
from loyalty.core.text import Text

DAYS_USUAL, DAYS_MAX = 90, 3_660
YEAR_DAYS, MONTH_DAYS, GAP_DAYS = 365, 30, 180
_DRAWN_DAYS, _MEDIAN = 90, 50  # of those that come with a drawing
LIFESPAN_YEARS_MAX = 5
_FIRST_MIN = date(1990, 1, 1)
_ORDER = Text("Il primo giorno viene prima dell'ultimo.", "The first day comes before the last.")
_SPAN = Text(f"Al massimo {DAYS_MAX} giorni.", f"At most {DAYS_MAX} days.")
Number = int | Fraction | float


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `n` is of how many; `low` and `high` are its 95 % interval where it estimates.

    A rate is in percent, money in minor units. Without a `value`, `note` says why there is none.
    `previous` is the same for as many days right before. `parts` are what it is made of.
    """

    value: Number | None
    n: int
    definition: Text
    low: Number | None = None
    high: Number | None = None
    previous: Number | None = None
    note: Text | None = None
    parts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period, as of its last day or today."""

    first_on: date
    last_on: date
    metrics: dict[str, Metric]
    age_s: float = 0.0  # how old the visits are that it rests on


FIGURES: Kept[Figures] = Kept(most=32, worth=lambda found: found.metrics["states"].n >= past.LARGE)


@dataclass(frozen=True, slots=True)
class _Half:
    """What one of the two periods comes to."""

    period: Period
    activity: Activity
    sales: Sales
    flows: Flows


def period_of(*, first_on: date | None, last_on: date | None, today: date) -> Period:
    """The period that is asked for; what lies after today is not there yet. Raises Invalid."""
    last = min(last_on or today, today)
    first = first_on or max(_FIRST_MIN, last - timedelta(days=DAYS_USUAL - 1))
    if first > (last_on or last) or first > last:
        raise Invalid({"from": [_ORDER]})
    if (last - first).days >= DAYS_MAX or first < _FIRST_MIN:
        raise Invalid({"from": [_SPAN]})
    return Period(first.toordinal(), last.toordinal())


def lately(
    session: Session,
    *,
    merchant_id: UUID,
    period: Period,
    beside: Period | None = None,
    location_id: UUID | None = None,
) -> Figures:
    """The same as `of`; of a large shop at most five minutes old."""
    key = (place(session), merchant_id, period, beside, location_id)
    asked: dict[str, Any] = {"merchant_id": merchant_id, "period": period, "beside": beside}

    def find() -> Figures:
        return of(session, **asked, location_id=location_id)

    found, age_s = FIGURES.aged(key, find)
    return replace(found, age_s=found.age_s + age_s)


def of(
    session: Session,
    *,
    merchant_id: UUID,
    period: Period,
    beside: Period | None = None,
    location_id: UUID | None = None,
) -> Figures:
    """The figures of a period; at one location, as if what happened there were all there is.

    `beside` is the period to compare with: without it as many days right before.
    """
    beside = beside or period.before
    said = measures.of(session, merchant_id=merchant_id)
    whose: dict[str, Any] = {"merchant_id": merchant_id, "location_id": location_id}
    known, age_s = past.lately(session, **whose, limits=said.limits)
    sums = selling.sales(session, **whose, period=period, beside=beside)
    # The days beside first: their end is often where the period itself begins.
    before, now = (
        _Half(each, returning.activity(known, each), sold, returning.flows(known, each))
        for each, sold in zip((beside, period), sums[::-1], strict=True)
    )
    found = {**_counts(now, before), **_curves(known, period), **_worth(now, before, said)}
    found |= _standing(known, now, before)
    on = date.fromordinal
    return Figures(on(period.first), on(period.last), found, age_s)


def _metric(key: str, value: Number | None, n: int, **more: Any) -> Metric:
    return Metric(value, n, DEFINITIONS[key], **more)


def _counts(now: _Half, before: _Half) -> dict[str, Metric]:
    did, had = now.activity, before.activity
    none = None if did.active else definitions.NO_VISITS
    low, high = (None, None) if none else wilson(did.again, did.active)
    return {
        "active_members": _metric(
            "active_members", did.active, did.active, previous=had.active, note=none
        ),
        "new_visits": _metric(
            "new_visits",
            did.new,
            did.visit_days,
            previous=had.new,
            note=none,
            parts={"spans": shapes.by_span(did, now.period)},
        ),
        "returning_visits": _metric(
            "returning_visits", did.returning, did.visit_days, previous=had.returning, note=none
        ),
        "repeat_rate": _metric(
            "repeat_rate",
            _percent(did.again, did.active),
            did.active,
            low=_times_100(low),
            high=_times_100(high),
            previous=_percent(had.again, had.active),
            note=none,
            parts={"again": did.again, "active": did.active},
        ),
        "visit_frequency": _metric(
            "visit_frequency",
            _frequency(now),
            did.active,
            previous=_frequency(before),
            note=none,
            parts={
                "visit_days": did.visit_days,
                "days": now.period.days,
                "members": shapes.often(did.each),
            },
        ),
    }


def _percent(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None


def _times_100(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _frequency(half: _Half) -> Fraction | None:
    did = half.activity
    if not did.active:
        return None
    return Fraction(did.visit_days * MONTH_DAYS, did.active * half.period.days)


def _curves(known: Past, period: Period) -> dict[str, Metric]:
    since = period.last - YEAR_DAYS + 1
    curve = returning.second_visits(known, since=since, until=period.last)
    steps = [[one.day, 100 * one.share, 100 * one.low, 100 * one.high] for one in curve.steps]
    found = {}
    for days in (30, 60, 90):
        key, step = f"second_visit_{days}", curve.at(days)
        found[key] = _metric(
            key,
            100 * step.share if step else None,
            curve.n,
            low=100 * step.low if step else None,
            high=100 * step.high if step else None,
            note=None if step else definitions.NOT_WATCHED if curve.n else definitions.NO_FIRST,
            parts=_parts(curve, steps) if days == _DRAWN_DAYS else {},
        )
    gaps = returning.gaps(known, Period(period.last - GAP_DAYS + 1, period.last))
    for percent in (25, 50, 75):
        key = f"days_between_p{percent}"
        none = None if gaps else definitions.NO_GAPS
        parts = {"gaps": shapes.gaps(gaps)} if percent == _MEDIAN else {}
        value = returning.quantile(gaps, percent)
        found[key] = _metric(key, value, gaps.total(), note=none, parts=parts)
    return found


def _parts(curve: Curve, steps: list[list[float]]) -> dict[str, Any]:
    return {"curve": steps, "again": curve.events, "weeks": shapes.curve(curve)}


def _worth(now: _Half, before: _Half, said: Measures) -> dict[str, Metric]:
    average = _average(now.sales)
    lost, at_start = returning.churn(now.flows)
    low, high = wilson(lost, at_start) if at_start else (None, None)
    return {
        "average_purchase": _metric(
            "average_purchase",
            average,
            now.sales.purchases,
            previous=_average(before.sales),
            note=None if now.sales.purchases else definitions.NO_AMOUNTS,
            parts={"sales_minor": now.sales.minor, "purchases": now.sales.purchases},
        ),
        "churn": _metric(
            "churn",
            _percent(lost, at_start),
            at_start,
            low=_times_100(low),
            high=_times_100(high),
            previous=_percent(*returning.churn(before.flows)),
            note=None if at_start else definitions.NO_START,
            parts={"lost": lost, "at_start": at_start},
        ),
        "clv_simple": _lifetime(now, average, said),
    }


def _average(sold: Sales) -> Fraction | None:
    return Fraction(sold.minor, sold.purchases) if sold.purchases else None


def _lifetime(now: _Half, average: Fraction | None, said: Measures) -> Metric:
    """The exact formula, with its three factors."""
    active, days = now.activity.active, now.period.days
    yearly = Fraction(now.sales.purchases * YEAR_DAYS, active * days) if active else None
    years = _lifespan(now, said)
    factors = {
        "average_purchase_minor": average,
        "purchases_per_year": yearly,
        "lifetime_years": years,
        "lifetime_said_by_shop": said.lifespan_months is not None,
    }
    if average is None or yearly is None or years is None:
        return _metric("clv_simple", None, active, note=definitions.NO_CLV, parts=factors)
    return _metric("clv_simple", average * yearly * years, active, parts=factors)


def _lifespan(now: _Half, said: Measures) -> Fraction | None:
    if said.lifespan_months is not None:
        return Fraction(said.lifespan_months, 12)
    lost, at_start = returning.churn(now.flows)
    if not at_start:
        return None
    most = Fraction(LIFESPAN_YEARS_MAX)
    return min(most, Fraction(at_start * now.period.days, lost * YEAR_DAYS)) if lost else most


def _standing(known: Past, now: _Half, before: _Half) -> dict[str, Metric]:
    standing = returning.total(now.flows, STATES)
    people = sum(standing.values())
    moved = [
        {"from": start or None, "to": end, "members": count}
        for (start, end), count in sorted(now.flows.items())
    ]
    had = returning.total(before.flows, STATES)
    groups = returning.cohorts(known, until=now.period.last)
    rows = [
        {"month": one.month_on.isoformat()[:7], "size": one.size, "back": list(one.back)}
        for one in groups
    ]
    none, begun = None if people else definitions.NO_VISITS, sum(one.size for one in groups)
    return {
        "states": _metric("states", people, people, note=none, parts={**standing, "before": had}),
        "flows": _metric("flows", people, people, note=none, parts={"moves": moved}),
        "cohorts": _metric("cohorts", begun, begun, note=none, parts={"months": rows}),
    }
