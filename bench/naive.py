"""Where members stand, said once more the slow way and without a line of the product's code.

From bare `(customer, day)` pairs, with fractions: the judge of states at any date.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

Visits = Mapping[str, list[date]]


@dataclass(frozen=True)
class Rules:
    """The limits of the shop, by the house's defaults."""

    new: int = 60
    cooling: Fraction = Fraction("1.5")
    cooling_days: int = 0
    lapsed: Fraction = Fraction("2.5")
    lapsed_days: int = 21
    lost: Fraction = Fraction(5)
    lost_days: int = 180
    back: int = 30


def by_customer(pairs: Iterable[tuple[str, date]]) -> dict[str, list[date]]:
    """Each customer's visit days in order, each once."""
    found: dict[str, set[date]] = {}
    for who, on in pairs:
        found.setdefault(who, set()).add(on)
    return {who: sorted(days) for who, days in found.items()}


class Naive:
    """A shop's visit days, and what they say of a day; means are kept, for they are slow."""

    def __init__(self, visits: Visits, rules: Rules | None = None) -> None:
        self.visits, self.rules = visits, rules or Rules()
        self._means: dict[date, Fraction] = {}

    def mean_gap(self, on: date) -> Fraction:
        """The mean of all gaps that had ended by a day; 30 without any."""
        if on not in self._means:
            gaps = []
            for days in self.visits.values():
                known = [day for day in days if day <= on]
                gaps += [(b - a).days for a, b in itertools.pairwise(known)]
            self._means[on] = Fraction(sum(gaps), len(gaps)) if gaps else Fraction(30)
        return self._means[on]

    def states(self, on: date) -> dict[str, str]:
        """The state of everybody who had been there by that day."""
        return {who: self.state(days, on) for who, days in self.visits.items() if min(days) <= on}

    def state(self, days: list[date], on: date) -> str:
        """First match wins: reactivated, then as they were left."""
        for back in days:
            if on - timedelta(days=self.rules.back) <= back <= on:
                eve = back - timedelta(days=1)
                if self._left(days, eve) in ("lapsed", "lost"):
                    return "reactivated"
        return self._left(days, on)

    def _left(self, days: list[date], on: date) -> str:
        rules, known = self.rules, [day for day in days if day <= on]
        if not known:
            return "nobody yet"
        silence = (on - known[-1]).days
        if len(known) < 3:
            return "new" if silence <= rules.new else "one_off"
        usual = ((known[-1] - known[0]).days + 2 * self.mean_gap(on)) / (len(known) - 1 + 2)
        if silence >= max(rules.lost_days, rules.lost * usual):
            return "lost"
        if silence >= max(rules.lapsed_days, rules.lapsed * usual):
            return "lapsed"
        return "cooling" if silence >= max(rules.cooling_days, rules.cooling * usual) else "active"
