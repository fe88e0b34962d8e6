"""The figures of a shop once more, the slow way and from bare rows: nothing of the product's sums.

Visits come as (customer, day, cents left after refunds or None), each voided one left out. Every
figure is written down here as its definition reads.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from bench.naive import Naive, by_customer

# Who each holder has become is followed by hand; a visit's row says what refunds have left of it.
_VISITS = """
SELECT hex(c.customer_id), v.local_on, v.net_minor
FROM visit v JOIN card c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
JOIN merchant m ON m.id = v.merchant_id
WHERE m.name = ? AND v.voided_at IS NULL"""
_MERGED = "SELECT hex(id), hex(merged_into_id) FROM customer WHERE merged_into_id IS NOT NULL"


@dataclass(frozen=True)
class Sold:
    """One visit."""

    who: str
    on: date
    cents: int | None


def visits(path: Path, shop: str) -> list[Sold]:
    """All visits of a shop out of the file, read without the product."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as plain:
        merged = dict(plain.execute(_MERGED))
        rows = plain.execute(_VISITS, (shop,)).fetchall()
    return list(_sold(rows, merged))


def _sold(rows: list[tuple[str, str, int | None]], merged: dict[str, str]) -> Iterator[Sold]:
    for who, on, left in rows:
        living = who
        while living in merged:
            living = merged[living]
        yield Sold(living, date.fromisoformat(on), left)


class Oracle:
    """What the visits say of the days from `first` to `last`, both included."""

    def __init__(self, sold: list[Sold], first: date, last: date) -> None:
        self.sold, self.first, self.last = sold, first, last
        self.days = by_customer((one.who, one.on) for one in sold)
        self.naive = Naive(self.days)
        self.length = (last - first).days + 1

    def _there(self) -> dict[str, list[date]]:
        within = {
            who: [day for day in days if self.first <= day <= self.last]
            for who, days in self.days.items()
        }
        return {who: days for who, days in within.items() if days}

    def active(self) -> int:
        """Members with a visit."""
        return len(self._there())

    def repeat_rate(self) -> Fraction:
        """In percent: two days or more, of those who were there."""
        there = self._there()
        return Fraction(100 * sum(len(days) > 1 for days in there.values()), len(there))

    def new_visits(self) -> int:
        """First days ever."""
        return sum(self.first <= days[0] <= self.last for days in self.days.values())

    def returning_visits(self) -> int:
        """All other days."""
        return sum(len(days) for days in self._there().values()) - self.new_visits()

    def frequency(self) -> Fraction:
        """Visit days in 30 days for each who was there."""
        there = self._there()
        return Fraction(30 * sum(map(len, there.values())), self.length * len(there))

    def average(self) -> Fraction:
        """What was left of each visit with an amount."""
        paid = self._paid()
        return Fraction(sum(paid), len(paid))

    def _paid(self) -> list[int]:
        return [
            one.cents
            for one in self.sold
            if one.cents is not None and self.first <= one.on <= self.last
        ]

    def churn(self) -> tuple[int, int]:
        """Lost of those at the start."""
        before = self.naive.states(self.first - timedelta(days=1))
        after = self.naive.states(self.last)
        here = [
            who for who, state in before.items() if state in ("active", "cooling", "reactivated")
        ]
        return sum(after[who] in ("lapsed", "lost") for who in here), len(here)

    def lifetime(self) -> Fraction:
        """Average purchase x purchases a year x years."""
        lost, start = self.churn()
        yearly = Fraction(len(self._paid()) * 365, self.length * self.active())
        churn_a_year = Fraction(lost, start) * Fraction(365, self.length)
        years = min(Fraction(5), 1 / churn_a_year) if lost else Fraction(5)
        return self.average() * yearly * years

    def states(self) -> dict[str, int]:
        """How many are in each on the last day."""
        found: dict[str, int] = {}
        for state in self.naive.states(self.last).values():
            found[state] = found.get(state, 0) + 1
        return found

    def second_visit(self, within: int) -> float:
        """Kaplan and Meier, day by day: the share that has come again, of who began in a year."""
        began = {
            who: days
            for who, days in self.days.items()
            if self.last - timedelta(days=364) <= days[0] <= self.last
        }
        staying = 1.0
        for age in range(1, within + 1):
            at_risk = came = 0
            for days in began.values():
                again = days[1] if len(days) > 1 and days[1] <= self.last else None
                lived = ((again or self.last) - days[0]).days
                if lived >= age:
                    at_risk += 1
                    came += again is not None and lived == age
            if at_risk:
                staying *= 1 - came / at_risk
        return 100 * (1 - staying)

    def cohort(self, month: str) -> tuple[int, list[int]]:
        """Who began in a month, and how many of them came in each month until the last."""
        ours = [days for days in self.days.values() if f"{days[0]:%Y-%m}" == month]
        on, back = date.fromisoformat(f"{month}-01"), []
        while on <= self.last:
            back.append(
                sum(
                    any(f"{d:%Y-%m}" == f"{on:%Y-%m}" and d <= self.last for d in days)
                    for days in ours
                )
            )
            on = (on + timedelta(days=31)).replace(day=1)
        return len(ours), back

    def at_stake(self, state: str, without: set[str]) -> tuple[int, Fraction]:
        """How many are in a state, and what they would spend in 90 days at their own pace.

        `without` are those who stand in no list: the shop's mean gap is of all.
        """
        spent: dict[str, int] = {}
        for one in self.sold:
            spent[one.who] = spent.get(one.who, 0) + (one.cents or 0)
        mean, total, many = self.naive.mean_gap(self.last), Fraction(0), 0
        for who, now in self.naive.states(self.last).items():
            days = self.days[who]
            if now == state and len(days) > 2 and who not in without:
                usual = ((days[-1] - days[0]).days + 2 * mean) / (len(days) + 1)
                total += 90 / usual * spent[who] / len(days)
                many += 1
        return many, total
