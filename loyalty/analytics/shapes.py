"""What a figure looks like in more than one number: through the weeks, and how it is spread (pure).

Each is a list of rows for a table and for what is drawn of it; days are ordinals.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from loyalty.analytics.returning import Activity, Curve, Period

DAY_SPANS_MAX, WEEK_SPANS_MAX = 14, 190  # days of a period that is shown by days, by weeks
WEEK, FOUR_WEEKS = 7, 28
CURVE_DAYS_MAX = 182
_OFTEN = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 9), (10, None))
_GAPS = ((1, 2), (3, 4), (5, 7), (8, 14), (15, 21), (22, 30), (31, 45), (46, 60), (61, 90),
         (91, 180), (181, None))  # fmt: skip
Ends = Sequence[tuple[int, int | None]]


def by_span(did: Activity, period: Period) -> list[dict[str, Any]]:
    """Visit days by days, weeks or four weeks, the oldest first; the last one ends with the period.

    The first may be shorter than the others.
    """
    step = _step(period.days)
    count = -(-period.days // step)
    new, every = [0] * count, [0] * count
    for day, visits in did.by_day.items():
        every[count - 1 - (period.last - day) // step] += visits
    for day, visits in did.new_by_day.items():
        new[count - 1 - (period.last - day) // step] += visits
    found = []
    for place in range(count):
        end = period.last - step * (count - 1 - place)
        begin = max(period.first, end - step + 1)
        found.append(
            {
                "from": date.fromordinal(begin).isoformat(),
                "to": date.fromordinal(end).isoformat(),
                "new": new[place],
                "returning": every[place] - new[place],
            }
        )
    return found


def _step(days: int) -> int:
    if days <= DAY_SPANS_MAX:
        return 1
    return WEEK if days <= WEEK_SPANS_MAX else FOUR_WEEKS


def often(each: Counter[int]) -> list[dict[str, Any]]:
    """How many members were there on so many days."""
    return _spread(each, _OFTEN, "members")


def gaps(counted: Counter[int]) -> list[dict[str, Any]]:
    """How many gaps were so many days long."""
    return _spread(counted, _GAPS, "gaps")


def _spread(counted: Counter[int], ends: Ends, name: str) -> list[dict[str, Any]]:
    return [
        {
            "from": low,
            "to": high,
            name: sum(
                count for value, count in counted.items() if low <= value and _up_to(value, high)
            ),
        }
        for low, high in ends
    ]


def _up_to(value: int, high: int | None) -> bool:
    return high is None or value <= high


def curve(second: Curve) -> list[list[float]]:
    """By each week after the first visit: day, share, and its interval, in percent."""
    found: list[list[float]] = []
    for day in range(WEEK, CURVE_DAYS_MAX + 1, WEEK):
        step = second.at(day)
        if step is None:
            break
        found.append([day, 100 * step.share, 100 * step.low, 100 * step.high])
    return found
