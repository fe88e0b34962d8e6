"""A member's own rhythm: usual gap, silence, and the state they come to on a day (pure).

Days are ordinals of the shop's calendar. Whole numbers decide: what is compared is multiplied out.
The usual gap is (days from first to last visit day + 2 x the shop's mean gap) / (visit days + 1).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

NEW, ONE_OFF, ACTIVE, COOLING = "new", "one_off", "active", "cooling"
LAPSED, LOST, REACTIVATED = "lapsed", "lost", "reactivated"
STATES = (NEW, ONE_OFF, ACTIVE, COOLING, LAPSED, LOST, REACTIVATED)
GONE = frozenset({LAPSED, LOST})
HABIT_DAYS = 3  # visit days from which on there is a habit to speak of
MEAN_GAP_DAYS = Fraction(30)  # of a shop where nobody has come twice yet
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """When a member is what; the owner may change them.

    A state begins once the silence has both so many days and so many tenths of the usual gap, both
    inclusive; 0 of either asks nothing. `back_days`: how long somebody who came back is said to
    have done so.
    """

    new_days: int = 60
    cooling_days: int = 0
    cooling_tenths: int = 15
    lapsed_days: int = 21
    lapsed_tenths: int = 25
    lost_days: int = 180
    lost_tenths: int = 50
    back_days: int = 30

    @property
    def is_fixed(self) -> bool:
        """Whether days alone decide, the same for everybody."""
        return not (self.cooling_tenths or self.lapsed_tenths or self.lost_tenths)


USUAL = Limits()


def fixed(*, cooling_days: int, lapsed_days: int, lost_days: int, new_days: int = 60) -> Limits:
    """The same days for everybody, whatever their rhythm."""
    return Limits(
        new_days=new_days,
        cooling_days=cooling_days,
        cooling_tenths=0,
        lapsed_days=lapsed_days,
        lapsed_tenths=0,
        lost_days=lost_days,
        lost_tenths=0,
    )


def usual_gap(first: int, last: int, visit_days: int, mean: Fraction) -> Fraction:
    """After how many days they usually come again, drawn towards the shop's mean."""
    return (last - first + 2 * mean) / (visit_days + 1)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What members are measured by on one day: the shop's mean gap as known then, and its limits.

    The mean is `mean_days / gaps`, kept apart so that thousands are measured in whole numbers.
    """

    on: int
    mean_days: int
    gaps: int
    limits: Limits = USUAL

    @property
    def mean(self) -> Fraction:
        """The mean of all gaps between neighbouring visit days, in days."""
        return Fraction(self.mean_days, self.gaps)

    def left(self, first: int, last: int, visit_days: int) -> str:
        """The state in which their last visit leaves them, whoever may have come back."""
        limits, silence = self.limits, self.on - last
        if visit_days < HABIT_DAYS:
            return NEW if silence <= limits.new_days else ONE_OFF
        waited = silence * (visit_days + 1) * self.gaps * _TENTHS
        usual = (last - first) * self.gaps + 2 * self.mean_days
        if silence >= limits.lost_days and waited >= usual * limits.lost_tenths:
            return LOST
        if silence >= limits.lapsed_days and waited >= usual * limits.lapsed_tenths:
            return LAPSED
        if silence >= limits.cooling_days and waited >= usual * limits.cooling_tenths:
            return COOLING
        return ACTIVE


def yardstick(on: int, days: int, gaps: int, limits: Limits = USUAL) -> Yardstick:
    """The yardstick of a shop whose `gaps` add up to `days`; without any gap it is 30 days."""
    return Yardstick(on, days, gaps, limits) if gaps else Yardstick(on, 30, 1, limits)


Measures = Callable[[int], Yardstick]


def came_back(
    days: Sequence[int], *, first: int, before: int, least: int, measures: Measures
) -> bool:
    """Whether one of these visit days ended a silence in which they had been given up.

    `days` begins with the last one before those in question; of `before` visit days it is the last.
    Nobody is given up before `least` days. `measures` gives the yardstick of a day: each return is
    judged as the day before it knew.
    """
    for number in range(1, len(days)):
        last, back = days[number - 1], days[number]
        if back - last <= least:
            continue
        if measures(back - 1).left(first, last, before + number - 1) in GONE:
            return True
    return False


def state(days: Sequence[int], known: int, measure: Yardstick, measures: Measures) -> str:
    """Where a member stands on the yardstick's day; the first `known` of their visit days count.

    First of all who came back of late, then as their last visit leaves them. Without a visit: new.
    """
    if known == 0:
        return NEW
    since = measure.on - measure.limits.back_days
    if known > HABIT_DAYS and days[known - 1] >= since:
        begin = known - 1
        while begin > HABIT_DAYS and days[begin - 1] >= since:
            begin -= 1
        some, least = days[begin - 1 : known], measure.limits.lapsed_days
        if came_back(some, first=days[0], before=begin, least=least, measures=measures):
            return REACTIVATED
    return measure.left(days[0], days[known - 1], known)
