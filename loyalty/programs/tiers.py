"""Levels: reached at once, kept or lost at a review, in whole days of the shop (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.core.calendar import add_months, month_end
from loyalty.programs.document import Tiers

Measure = Callable[[date, date], int]
"""The qualifying sum (minor units, units or visits) of the days first..last, both inclusive."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The level somebody holds (its key), and until when at least.

    It was reached or confirmed on `since_on` and is looked at again once `review_on` is over; None
    where nothing can be lost. After a review that failed it is still held through `grace_until`.
    """

    level: str | None
    since_on: date | None
    review_on: date | None
    grace_until: date | None


NO_STANDING = Standing(None, None, None, None)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a standing, and the sum that decided it.

    kind is "up", "kept", "grace", "down", "revoked" (the sale was refunded) or "rules" (a new
    version). `on` is the day it holds from; of "kept" and "grace" the last day that was counted.
    """

    kind: str
    before: Standing
    after: Standing
    on: date
    measured: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where somebody stands: the sum of today's window, and what is missing.

    `missing` is to the level `next` (both None at the top). `keep_missing` is what the review, or
    the end of the grace, still asks for: 0 when there is enough, None when nothing can be lost.
    """

    key: str | None
    measured: int
    next: str | None
    missing: int | None
    review_on: date | None
    keep_missing: int | None
    grace_until: date | None


def entry(rules: Tiers) -> Standing:
    """Where everybody starts: the level that asks for nothing if there is one, else none."""
    return Standing(_key(rules, _entry_rank(rules)), None, None, None)


def percent(rules: Tiers, standing: Standing) -> int | None:
    """The multiplier of the held level; None without one."""
    level = rules.level(standing.level)
    return level.multiply_percent if level else None


def window(rules: Tiers, on: date) -> tuple[date, date]:
    """The days that count on a day: first and last (the day itself), both inclusive."""
    if rules.window_kind == "calendar":
        return _block(rules, on)[0], on
    return add_months(on, -rules.window_months) + _DAY, on


def review_day(rules: Tiers, on: date) -> date:
    """The day whose end decides about a level reached on that day."""
    if rules.window_kind == "calendar":
        return _block(rules, on)[1]
    return month_end(add_months(on, rules.window_months))


def after_sale(rules: Tiers, standing: Standing, *, measure: Measure, on: date) -> Change | None:
    """What a sale of that day brings: a higher level, or a level in grace kept; never a lower one.

    Reviews that are over by `on` come first (`due`).
    """
    measured = measure(*window(rules, on))
    reached = _reached(rules, measured)
    if reached > _rank(rules, standing.level):
        return Change("up", standing, _raised(rules, standing, reached, on), on, measured)
    if standing.review_on is None or standing.grace_until is None:
        return None
    # A sale written late still counts; the days are those of the review and its grace.
    last = min(max(on, standing.review_on), standing.grace_until)
    stretched = measure(window(rules, standing.review_on)[0], last)
    if _reached(rules, stretched) < _rank(rules, standing.level):
        return None
    return Change("kept", standing, _confirmed(rules, standing, last), last, stretched)


def due(
    rules: Tiers, standing: Standing, *, measure: Measure, today: date, limit: int = 100
) -> list[Change]:
    """Every review whose day is over before `today`, in order, each judged by the days up to it.

    At most `limit` changes; the rest comes when asked again from the last one.
    """
    changes: list[Change] = []
    while len(changes) < limit:
        change = _due(rules, standing, measure, today)
        if change is None:
            break
        changes.append(change)
        standing = change.after
    return changes


def after_refund(
    rules: Tiers, standing: Standing, *, before: Standing, measure: Measure, on: date
) -> Change | None:
    """Take back a level that only a refunded sale had brought; None if it is held without it.

    `before` is the standing before the earliest rise that the sale, or a later one in its return
    window, brought. Falling back to its level gives exactly `before` back, dates too; `due` then
    makes the reviews that this standing has missed.
    """
    # The day it was reached counts as well: that the window has moved on since is no refund, and
    # is left to the review.
    days = {on, standing.since_on or on}
    measured = max(measure(*window(rules, day)) for day in days)
    rank = max(_rank(rules, before.level), _reached(rules, measured))
    if rank >= _rank(rules, standing.level):
        return None
    if _key(rules, rank) == before.level:
        after = before
    else:
        after = _held(rules, rank, standing.since_on, standing.review_on)
    return Change("revoked", standing, after, on, measured)


def under_new_rules(
    old: Tiers | None, new: Tiers | None, standing: Standing, *, measure: Measure, on: date
) -> Change | None:
    """What a version with other levels makes of a standing: higher at once, lower never.

    `measure` counts by the new rules. Reviews that are over by `on` come first, by the old ones.
    """
    if new is None:
        gone = Change("rules", standing, NO_STANDING, on, 0)
        return gone if standing != NO_STANDING else None
    after = _carried(old, new, standing, on) if old else entry(new)
    measured = measure(*window(new, on))
    reached = _reached(new, measured)
    if reached > _rank(new, after.level):
        after = _raised(new, after, reached, on)
    return Change("rules", standing, after, on, measured) if after != standing else None


def progress(rules: Tiers, standing: Standing, *, measure: Measure, on: date) -> Progress:
    """What a card says on that day about the level, the next one and the review."""
    measured = measure(*window(rules, on))
    above = _rank(rules, standing.level) + 1
    following = rules.levels[above] if above < len(rules.levels) else None
    return Progress(
        key=standing.level,
        measured=measured,
        next=following.key if following else None,
        missing=max(0, following.starts - measured) if following else None,
        review_on=standing.review_on,
        keep_missing=_keep_missing(rules, standing, measure, on),
        grace_until=standing.grace_until,
    )


def _keep_missing(rules: Tiers, standing: Standing, measure: Measure, on: date) -> int | None:
    level = rules.level(standing.level)
    if level is None or standing.review_on is None:
        return None
    first = window(rules, standing.review_on)[0]
    # Right after a level was reached, the days that its review will count may be still to come.
    return max(0, level.starts - (measure(first, on) if first <= on else 0))


def _rank(rules: Tiers, key: str | None) -> int:
    """The place of a level from below, the lowest is 0; -1 for none."""
    return next((rank for rank, level in enumerate(rules.levels) if level.key == key), -1)


def _key(rules: Tiers, rank: int) -> str | None:
    return rules.levels[rank].key if rank >= 0 else None


def _reached(rules: Tiers, measured: int) -> int:
    """The rank that a sum holds; refunds may leave less than nothing, which counts as nothing."""
    return sum(level.starts <= max(measured, 0) for level in rules.levels) - 1


def _entry_rank(rules: Tiers) -> int:
    return _reached(rules, 0)


def _block(rules: Tiers, on: date) -> tuple[date, date]:
    """First and last day of the calendar's block of months around a day."""
    into = (on.year * 12 + on.month - 1) % rules.window_months
    first = add_months(on.replace(day=1), -into)
    return first, month_end(add_months(first, rules.window_months - 1))


def _next_review(rules: Tiers, over: date) -> date:
    """The review after one that ended with that day: of the calendar, the next block's."""
    return review_day(rules, over + _DAY if rules.window_kind == "calendar" else over)


def _held(rules: Tiers, rank: int, since_on: date | None, review_on: date | None) -> Standing:
    """A standing without grace; at the entry level there is nothing to review."""
    reviewed = review_on if rank > _entry_rank(rules) else None
    return Standing(_key(rules, rank), since_on, reviewed, None)


def _raised(rules: Tiers, standing: Standing, rank: int, on: date) -> Standing:
    """A higher level, reviewed no sooner than the lower one would have been."""
    return _held(rules, rank, on, max(review_day(rules, on), standing.review_on or date.min))


def _confirmed(rules: Tiers, standing: Standing, on: date) -> Standing:
    return Standing(standing.level, on, _next_review(rules, on), None)


def _due(rules: Tiers, standing: Standing, measure: Measure, today: date) -> Change | None:
    """The one next review or end of a grace that is over; None if there is none."""
    review_on, over = standing.review_on, standing.grace_until or standing.review_on
    rank = _rank(rules, standing.level)
    if review_on is None or over is None or over >= today or rank <= _entry_rank(rules):
        return None
    measured = measure(window(rules, review_on)[0], over)
    if _reached(rules, measured) >= rank:
        return Change("kept", standing, _confirmed(rules, standing, over), over, measured)
    if rules.grace_days and standing.grace_until is None:
        until = review_on + timedelta(days=rules.grace_days)
        waiting = Standing(standing.level, standing.since_on, review_on, until)
        return Change("grace", standing, waiting, over, measured)
    # One level down is never below what the sum holds: it holds less than the level lost.
    lower = rank - 1 if rules.drop == "one" else _reached(rules, measured)
    from_on = over + _DAY
    after = _held(rules, lower, from_on, review_day(rules, from_on))
    return Change("down", standing, after, from_on, measured)


def _carried(old: Tiers, new: Tiers, standing: Standing, on: date) -> Standing:
    """The same standing in the words of the new rules, with a review that is never earlier."""
    rank = max(_mapped(old, new, standing.level), _entry_rank(new))
    if rank <= _entry_rank(new):
        return _held(new, rank, standing.since_on, None)
    if standing.review_on is None:
        return _held(new, rank, standing.since_on or on, review_day(new, on))
    review_on = standing.review_on
    if new.window_kind == "calendar":
        # A review in the middle of a block would count only a part of it.
        review_on = review_day(new, review_on)
    grace_until = standing.grace_until if review_on == standing.review_on else None
    return Standing(_key(new, rank), standing.since_on, review_on, grace_until)


def _mapped(old: Tiers, new: Tiers, key: str | None) -> int:
    """The rank, under the new rules, of a level held under the old ones."""
    level = old.level(key)
    if level is None or new.level(key):
        return _rank(new, key)
    if (old.measure, old.unit) == (new.measure, new.unit):
        return _reached(new, level.starts)
    return min(_rank(old, key), len(new.levels) - 1)
