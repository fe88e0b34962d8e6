"""Much work in many short writes, so that a till beside it never waits long."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from loyalty.core.db import Database

BUDGET_S = 0.02  # and a commit, which takes as long as the disk does, however much is written
FIRST, LEAST, LARGEST = 20, 10, 5_000
_GROWTH_MAX = 2

Work = Callable[[Session, int], int]


@dataclass(slots=True)
class Pace:
    """How many things the next write does; kept from one list of things to the next.

    Never very few: a write costs something whatever it does, and on a busy machine that may be all
    that takes long.
    """

    size: int = FIRST

    def follow(self, done: int, *, took_s: float, budget_s: float) -> None:
        """Do fewer at once after a write that took too long, and more by and by."""
        fits = max(LEAST, next_size(done, took_s=took_s, budget_s=budget_s))
        self.size = fits if fits < self.size else (self.size + fits + 1) // 2


def in_portions(
    database: Database,
    work: Work,
    *,
    budget_s: float = BUDGET_S,
    after: Callable[[], None] = lambda: None,
    pace: Pace | None = None,
) -> int:
    """Call `work(session, size)` in one write after another until it is through; how much was done.

    `work` does up to `size` things and returns how many it found to do; fewer than `size` means
    that it is through. A write works for about `budget_s` seconds: `size` follows the measured
    time. `after` is called between the writes; pass the handler's `beat`. Who has several
    lists of the same things passes one `pace` with them all.
    """
    pace, total = pace or Pace(), 0
    while True:
        size = pace.size
        with database.write() as session:
            began = time.monotonic()  # the waiting for our turn is over: others held the lock then
            done = work(session, size)
            took_s = time.monotonic() - began
        total += done
        after()
        if done < size:
            return total
        pace.follow(done, took_s=took_s, budget_s=budget_s)


def next_size(size: int, *, took_s: float, budget_s: float) -> int:
    """How many to do in the next write: as many as fit, but at most twice as many as now."""
    if took_s <= 0:
        fits = size * _GROWTH_MAX
    else:
        fits = min(size * _GROWTH_MAX, int(size * budget_s / took_s))
    return max(1, min(LARGEST, fits))
