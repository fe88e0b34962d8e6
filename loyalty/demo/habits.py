"""How often somebody comes, on which day and at what hour, and for how long (pure, by chance)."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from loyalty.core.calendar import zone
from loyalty.demo.plan import Product, Trade

TIMEZONE = "Europe/Rome"
DAYS = 548  # eighteen months
_FOUNDERS_PERCENT = 22  # joined in the first three weeks
_OPENING_DAYS = 21
_SPREAD = 0.45  # of the usual gaps of different people, on a logarithmic scale
_NOISE = 0.3  # of one person's gaps, around their usual one
_FADING = 1.16  # each gap of somebody who slips away is longer by this
_KEEPS_TO_A_DAY = 6  # whoever comes more often than that, in days, comes any day
_STEADY, _FADES, _LEAVES, _RETURNS = 34, 50, 72, 84  # of a hundred, each up to its mark
_MANY, _FEW = 1, 3


@dataclass(frozen=True, slots=True)
class Habit:
    """One customer's rhythm. `spans` are the times in which they come, as days both inclusive."""

    gap_days: float
    growth: float
    spans: tuple[tuple[date, date], ...]
    visits_max: int | None
    weekday: int
    hour: int
    likes: tuple[Product, ...]
    away: tuple[date, date]


def make(trade: Trade, products: tuple[Product, ...], chance: random.Random, today: date) -> Habit:
    """Somebody's rhythm, up to today."""
    joined = _joined(trade, chance, today)
    gap_days = max(1.5, trade.gap_days * chance.lognormvariate(0, _SPREAD))
    kind = chance.randrange(100)
    return Habit(
        gap_days=gap_days,
        growth=_FADING if _STEADY <= kind < _FADES else 1.0,
        spans=_spans(kind, joined, today, chance),
        visits_max=chance.choice((_MANY, _MANY, 2, _FEW)) if kind >= _RETURNS else None,
        weekday=chance.choice((0, 1, 2, 3, 4, 4, 5, 5, 5, 6)),
        hour=_hour(trade, chance),
        likes=tuple(chance.choices(products, [each.weight for each in products], k=4)),
        away=_away(chance, today),
    )


def _joined(trade: Trade, chance: random.Random, today: date) -> date:
    """Many come when the card is new, then fewer and fewer, up to yesterday."""
    if chance.randrange(100) < _FOUNDERS_PERCENT:
        day = DAYS - chance.randrange(_OPENING_DAYS)
    else:
        day = max(chance.randrange(1, DAYS), chance.randrange(1, DAYS))
    joined = today - timedelta(days=day)
    while not trade.is_open(joined):
        joined += timedelta(days=1)
    return joined


def _spans(
    kind: int, joined: date, today: date, chance: random.Random
) -> tuple[tuple[date, date], ...]:
    """Those who leave do so some day after having come for a while; some return after a silence."""
    left = (today - joined).days
    if kind < _FADES or kind >= _RETURNS or left < _OPENING_DAYS:
        return ((joined, today),)
    gone = joined + timedelta(days=chance.randrange(14, left + 1))
    if kind < _LEAVES:
        return ((joined, gone),)
    back = gone + timedelta(days=chance.randrange(70, 200))
    return ((joined, gone), (back, today))


def _hour(trade: Trade, chance: random.Random) -> int:
    """Before work, or at any time; late hours are rarer."""
    first, last = trade.hours
    early = chance.randrange(first, min(first + 4, last))
    return early if chance.randrange(100) < 45 else chance.randrange(first, last)  # noqa: PLR2004  # nearly half


def _away(chance: random.Random, today: date) -> tuple[date, date]:
    """Two or three weeks of every second person's August; nothing for the others."""
    summer = date(today.year if today.month >= 8 else today.year - 1, 8, 1)  # noqa: PLR2004  # August
    first = summer + timedelta(days=chance.randrange(20))
    days = chance.choice((0, 0, 13, 20))
    return first, first + timedelta(days=days - 1)


def moments(habit: Habit, trade: Trade, chance: random.Random, at: datetime) -> Iterator[datetime]:
    """When they come, in the order of time and before `at`."""
    gap, count = habit.gap_days, 0
    for first, last in habit.spans:
        day = first
        while day <= last and (habit.visits_max is None or count < habit.visits_max):
            if trade.is_open(day) and not (count and habit.away[0] <= day <= habit.away[1]):
                moment = _moment(day, habit.hour, trade, chance)
                if moment >= at:
                    return
                yield moment
                count, gap = count + 1, gap * habit.growth
            day = _next(day, habit, gap * 100 / trade.pace_percent(day), chance)


def some_moment(
    after: datetime, trade: Trade, chance: random.Random, *, within_days: int
) -> datetime:
    """A moment at which the shop is open, from the next day on."""
    day = after.astimezone(zone(TIMEZONE)).date() + timedelta(days=chance.randrange(1, within_days))
    while not trade.is_open(day):
        day += timedelta(days=1)
    return _moment(day, chance.randrange(*trade.hours), trade, chance)


def _next(day: date, habit: Habit, gap: float, chance: random.Random) -> date:
    """The day after a gap with its noise, moved to their own weekday where that is near."""
    days = max(1, round(gap * chance.gauss(1, _NOISE)))
    if gap >= _KEEPS_TO_A_DAY and chance.randrange(100) < 60:  # noqa: PLR2004  # most of the time
        days += (habit.weekday - (day + timedelta(days=days)).weekday() + 3) % 7 - 3
    return day + timedelta(days=max(1, days))


def _moment(on: date, hour: int, trade: Trade, chance: random.Random) -> datetime:
    """About their hour, while the shop is open."""
    first, last = trade.hours
    about = min(max(hour + chance.choice((-1, 0, 0, 0, 0, 1)), first), last - 1)
    clock = time(about, chance.randrange(60), chance.randrange(60))
    return datetime.combine(on, clock, zone(TIMEZONE)).astimezone(UTC)


def basket(habit: Habit, trade: Trade, chance: random.Random, month: int) -> list[Product]:
    """What they take this time: mostly what they like, in its season."""
    wanted = chance.choices(habit.likes, k=chance.choice(trade.basket))
    return [each for each in wanted if month in each.months] or [_plainest(habit.likes, month)]


def _plainest(likes: tuple[Product, ...], month: int) -> Product:
    """The cheapest of what they like that is there now; else of all that they like."""
    there = [each for each in likes if month in each.months] or likes
    return min(there, key=lambda each: each.price_minor)
