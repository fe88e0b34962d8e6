"""Rounds of a bench: repeated until the machine was ours, told as min / median / max."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bench.machine import FOREIGN_MAX, Meter, Usage

T = TypeVar("T")
REPEATS_MAX = 4


@dataclass(frozen=True)
class Round(Generic[T]):
    """A result and what it cost."""

    result: T
    usage: Usage


def measured(act: Callable[[], T], roots: Mapping[str, int], *, noisy: bool, name: str) -> Round[T]:
    """`act` on a quiet machine: a round with too much foreign work is thrown away and repeated.

    Exits when the machine does not become quiet, unless `noisy` figures are asked for.
    """
    for _ in range(1 + REPEATS_MAX):
        meter = Meter(roots)
        result = act()
        usage = meter.read()
        if usage.is_quiet or noisy:
            return Round(result, usage)
        print(f"  {name}: thrown away, foreign CPU {usage.foreign:.0%}", flush=True)
    sys.exit(
        f"bench: others kept more than {FOREIGN_MAX:.0%} of this machine busy in"
        f" {1 + REPEATS_MAX} rounds; try again when it is quiet (--noisy prints figures anyway)."
    )


def spread(figures: Sequence[float], digits: int = 0) -> str:
    """The lowest, the middle and the highest."""
    three = (min(figures), statistics.median(figures), max(figures))
    return " / ".join(f"{figure:,.{digits}f}" for figure in three)


@dataclass(frozen=True)
class Goal:
    """A figure and the bar that it has to reach (`at_least`) or to stay under."""

    name: str
    figure: float
    bar: float
    at_least: bool

    @property
    def is_met(self) -> bool:
        """Whether the figure is good enough."""
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar

    def __str__(self) -> str:
        sign = "at least" if self.at_least else "at most"
        verdict = "met" if self.is_met else "MISSED"
        return f"  {self.name}: {self.figure:,.2f} ({sign} {self.bar:,g}): {verdict}"


def verdict(goals: Sequence[Goal], faults: Sequence[str]) -> int:
    """Print the goals and what is wrong; the exit code."""
    for line in [*map(str, goals), *(f"  WRONG: {fault}" for fault in faults)]:
        print(line, flush=True)
    return 0 if all(goal.is_met for goal in goals) and not faults else 1
