"""A number as pages show it: what it was before, its weeks as a line, and how it is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loyalty.portal.blueprint import blueprint

SPARK_WIDTH, SPARK_HEIGHT = 96, 28  # of the drawing, in its own units
_EDGE = 3  # so that neither the line nor its last dot is cut


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in words; the macro `figures.figure` draws it.

    `change` is against the period before ("+8%"), which `before` names; `counted` says how it is
    counted and `basis` on how many (n) and as of when. `weeks` are its values, the oldest first.
    """

    key: str
    label: str
    value: str
    counted: str
    basis: str
    change: str = ""
    before: str = ""
    trend: Literal["good", "bad", ""] = ""
    weeks: Sequence[int] = ()
    weeks_said: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Spark:
    """A line through some values: the points of a polyline, and where it ends."""

    points: str
    end_x: float
    end_y: float


@blueprint.app_template_filter("spark")
def spark(values: Sequence[int]) -> Spark | None:
    """The drawing, from zero up to the largest value; None for fewer than two."""
    if len(values) < 2:  # noqa: PLR2004  # a line has two ends
        return None
    step = (SPARK_WIDTH - 2 * _EDGE) / (len(values) - 1)
    rise = (SPARK_HEIGHT - 2 * _EDGE) / (max(values) or 1)
    ends = [
        (round(_EDGE + step * place, 1), round(SPARK_HEIGHT - _EDGE - rise * max(value, 0), 1))
        for place, value in enumerate(values)
    ]
    return Spark(" ".join(f"{x},{y}" for x, y in ends), *ends[-1])
