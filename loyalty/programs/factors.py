"""How many times a purchase can be multiplied when bonuses and levels come together (pure)."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import prod

from loyalty.programs.document import EarningRule, VersionDocument, When

_ONE = Fraction(1)
_WEEK = range(1, 8)
Holds = Callable[[When], bool]


def largest(document: VersionDocument, unit: str) -> Fraction:
    """The most by which bonuses and a level can multiply a unit, never below 1.

    Bonuses that exclude each other (by day, hour, product or level) are not multiplied with each
    other; of two kinds of exclusion the stronger is looked at, so it is never too small.
    """
    bonuses = [one for one in document.earn if one.unit == unit and one.multiply_percent]
    levels = document.tiers.levels if document.tiers else ()
    by_level = {level.key: _times(level.multiply_percent) for level in levels}
    top = max(by_level.values(), default=_ONE)
    apart = [_together(bonuses, cases) * top for cases in _moments(bonuses)]
    # Each line has its own bonuses, but a visit as a whole has those of all its lines.
    if not any(one.unit == unit and one.per_kind == "visit" for one in document.earn):
        apart += [_together(bonuses, cases) * top for cases in _products(bonuses)]
    climbing = [_at_level(bonuses, None)]
    climbing += [_at_level(bonuses, key) * times for key, times in by_level.items()]
    return min([*apart, max(climbing)])


def _at_level(bonuses: list[EarningRule], key: str | None) -> Fraction:
    return _product(one for one in bonuses if not one.when.tiers or key in one.when.tiers)


def _moments(bonuses: list[EarningRule]) -> list[list[Holds]]:
    """Every day of the week, and every hour at which most bonuses may hold: where one begins."""
    starts = {one.when.starts for one in bonuses if one.when.starts}
    return [[_on_day(day) for day in _WEEK], [_at(clock) for clock in sorted(starts) or [""]]]


def _products(bonuses: list[EarningRule]) -> list[list[Holds]]:
    """Every category and every product that a line can be, if a bonus names it."""
    skus = frozenset[str]().union(*(one.when.skus for one in bonuses))
    categories = frozenset[str]().union(*(one.when.categories for one in bonuses))
    return [
        [_of_category(name) for name in sorted(categories) or [""]],
        [_of_sku(name) for name in sorted(skus) or [""]],
    ]


def _together(bonuses: list[EarningRule], cases: list[Holds]) -> Fraction:
    """The most that the bonuses of one case come to."""
    met = {tuple(n for n, one in enumerate(bonuses) if holds(one.when)) for holds in cases}
    return max(_product(bonuses[number] for number in numbers) for numbers in met)


def _product(bonuses: Iterable[EarningRule]) -> Fraction:
    """Multiplying bonuses times the best of the rivals; what lessens is left out."""
    held = list(bonuses)
    times = prod(
        (_times(one.multiply_percent) for one in held if one.combine != "best"), start=_ONE
    )
    return times * max(
        (_times(o.multiply_percent) for o in held if o.combine == "best"), default=_ONE
    )


def _times(percent: int | None) -> Fraction:
    return max(_ONE, Fraction(percent or 100, 100))


def _on_day(day: int) -> Holds:
    """Hours that cross midnight belong to the day before as well: Friday night ends on Saturday."""
    before = (day - 2) % 7 + 1
    return lambda when: (
        not when.weekdays or day in when.weekdays or (_crosses(when) and before in when.weekdays)
    )


def _crosses(when: When) -> bool:
    return bool(when.starts and when.ends and when.starts >= when.ends)


def _of_category(name: str) -> Holds:
    return lambda when: not when.categories or name in when.categories


def _of_sku(name: str) -> Holds:
    return lambda when: not when.skus or name in when.skus


def _at(clock: str) -> Holds:
    def holds(when: When) -> bool:
        starts, ends = when.starts, when.ends
        if not starts or not ends:
            return True
        if _crosses(when):
            return clock >= starts or clock < ends
        return starts <= clock < ends

    return holds
