"""Much work in many short writes, so that a till beside it never waits long."""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from loyalty.core.db import Database

BUDGET_S = 0.03
FIRST, LARGEST = 20, 5_000
_GROWTH_MAX = 2

Work = Callable[[Session, int], int]


def in_portions(
    database: Database,
    work: Work,
    *,
    budget_s: float = BUDGET_S,
    after: Callable[[], None] = lambda: None,
) -> int:
    """Call `work(session, size)` in one write after another until it is through; how much was done.

    `work` does up to `size` things and returns how many it found to do; fewer than `size` means
    that it is through. A write holds the lock for about `budget_s` seconds: `size` follows the
    measured time. `after` is called between the writes; pass the handler's `beat`.
    """
    size, total = FIRST, 0
    while True:
        with database.write() as session:
            began = time.monotonic()  # the waiting for our turn is over: others held the lock then
            done = work(session, size)
        took_s = time.monotonic() - began
        total += done
        after()
        if done < size:
            return total
        size = next_size(size, took_s=took_s, budget_s=budget_s)


def next_size(size: int, *, took_s: float, budget_s: float) -> int:
    """How many to do in the next write: as many as fit, but at most twice as many as now."""
    if took_s <= 0:
        fits = size * _GROWTH_MAX
    else:
        fits = min(size * _GROWTH_MAX, int(size * budget_s / took_s))
    return max(1, min(LARGEST, fits))
