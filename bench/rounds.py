"""Rounds of a bench: repeated until the machine was ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bench.machine import FOREIGN_MAX, Meter, Usage

T = TypeVar("T")
REPEATS_MAX = 4


class TooBusyError(RuntimeError):
    """The machine did not become quiet; says so in a sentence."""


@dataclass(frozen=True)
class Round(Generic[T]):
    """A result and what it cost."""

    result: T
    usage: Usage


def measured(act: Callable[[], T], roots: Mapping[str, int], *, noisy: bool, name: str) -> Round[T]:
    """`act` on a quiet machine: a round with too much foreign work is thrown away and repeated.

    Raises TooBusyError when the machine does not become quiet, unless `noisy` figures are wanted.
    """
    for _ in range(1 + REPEATS_MAX):
        meter = Meter(roots)
        result = act()
        usage = meter.read()
        if usage.is_quiet or noisy:
            return Round(result, usage)
        print(f"  {name}: thrown away, foreign CPU {usage.foreign:.0%}", flush=True)
    raise TooBusyError(
        f"bench: others kept more than {FOREIGN_MAX:.0%} of this machine busy in"
        f" {1 + REPEATS_MAX} rounds; try again when it is quiet (--noisy prints figures anyway)."
    )
