"""Whether something worked: the share of two groups apart, with an interval (pure).

Newcombe's hybrid score interval (Statistics in Medicine 1998, method 10), which holds at the ends
too; several experiments are pooled by the weights of Mantel and Haenszel, with their intervals
combined by squares (Zou and Donner, Statistics in Medicine 2008).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations
WINDOW_DAYS = 28
NONE_WIDTH_MAX = 0.1
TOO_FEW, NONE, EFFECT = "too_few", "none", "effect"
Stratum = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two shares and its 95 % interval, all from -1 to 1."""

    difference: float
    low: float
    high: float


NOTHING_KNOWN = Difference(0.0, -1.0, 1.0)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share; of nobody it is everything from 0 to 1."""
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(a: int, n_a: int, b: int, n_b: int) -> Difference:
    """By how much the share `a` of `n_a` exceeds `b` of `n_b`; with nobody in one, all is open."""
    if n_a == 0 or n_b == 0:
        return NOTHING_KNOWN
    share_a, share_b = a / n_a, b / n_b
    (low_a, high_a), (low_b, high_b) = wilson(a, n_a), wilson(b, n_b)
    difference = share_a - share_b
    below = sqrt((share_a - low_a) ** 2 + (high_b - share_b) ** 2)
    above = sqrt((high_a - share_a) ** 2 + (share_b - low_b) ** 2)
    return Difference(difference, max(-1.0, difference - below), min(1.0, difference + above))


def pooled(strata: Iterable[Stratum]) -> Difference:
    """The same over several experiments `(a, n_a, b, n_b)`, each compared within itself.

    One experiment alone gives what `newcombe` gives; those with an empty group say nothing.
    """
    told = [one for one in strata if one[1] and one[3]]
    if not told:
        return NOTHING_KNOWN
    weights = [n_a * n_b / (n_a + n_b) for _, n_a, _, n_b in told]
    parts = [
        (weight / sum(weights), newcombe(*one)) for weight, one in zip(weights, told, strict=True)
    ]
    difference = sum(share * part.difference for share, part in parts)
    below = sqrt(sum((share * (part.difference - part.low)) ** 2 for share, part in parts))
    above = sqrt(sum((share * (part.high - part.difference)) ** 2 for share, part in parts))
    return Difference(difference, max(-1.0, difference - below), min(1.0, difference + above))


def verdict(found: Difference, *, day: int) -> str:
    """`effect`, `none` or `too_few`; `day` is how many days have passed since the send.

    An effect may be one for the worse: the interval excludes 0 on either side.
    """
    if day < WINDOW_DAYS:
        return TOO_FEW
    if found.low > 0 or found.high < 0:
        return EFFECT
    return NONE if found.high - found.low <= NONE_WIDTH_MAX else TOO_FEW
