"""What a shop of the street is like: its people, rules, goods, hours and seasons (plain values)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loyalty.merchants.roles import Role

ALL_YEAR = frozenset(range(1, 13))
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the counter: price in cents, how often it is bought, in which months it is."""

    sku: str
    item: str
    category: str
    price_minor: int
    weight: int = 1
    months: frozenset[int] = ALL_YEAR


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in the shop."""

    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class Season:
    """Days of each year, as (month, day), in which people come `percent` as often as usual."""

    first: tuple[int, int]
    last: tuple[int, int]
    percent: int

    def holds(self, on: date) -> bool:
        """Whether the day is one of them; both ends are."""
        return self.first <= (on.month, on.day) <= self.last


@dataclass(frozen=True, slots=True)
class Trade:
    """How the shop trades: who comes how often, when it is open, what they take home.

    `gap_days` is the usual time between two visits of its median customer; `hours` are whole
    hours, the last one not included; `closed` is a weekday (0 is Monday), `holidays` are days as
    in Season on which nobody can come.
    """

    customers: int
    gap_days: int
    hours: tuple[int, int]
    basket: tuple[int, ...]
    closed: int | None = None
    holidays: tuple[Season, ...] = ()
    seasons: tuple[Season, ...] = ()

    def is_open(self, on: date) -> bool:
        """Whether anybody can come that day."""
        return on.weekday() != self.closed and not any(days.holds(on) for days in self.holidays)

    def pace_percent(self, on: date) -> int:
        """How often people come that day, compared with usual."""
        return next((season.percent for season in self.seasons if season.holds(on)), 100)


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """One shop of the demo. `later` came into force in the course of the story; `draft` did not."""

    key: str
    name: str
    workers: tuple[Worker, ...]
    locations: tuple[str, ...]
    program: str
    rules: Raw
    products: tuple[Product, ...]
    trade: Trade
    later: Raw | None = None
    draft: Raw | None = None
    unit: str = "points"
    look: tuple[str, str] = ("bosco", "star")  # a palette by its key, and what is on a stamp
    gone: Worker | None = None  # worked here until last year
    apologies: tuple[tuple[int, str], ...] = field(default=())  # units given by hand, and why


def team(domain: str, *people: tuple[str, Role]) -> tuple[Worker, ...]:
    """The people of a shop, each with an address there by their first name."""
    return tuple(
        Worker(name, f"{name.split()[0].lower()}@{domain}.example", role) for name, role in people
    )


def said(it: str, en: str) -> Raw:
    """A name in both languages."""
    return {"it": it, "en": en}
