"""When a rule holds: weekday, hours, birthday, tier and minimum, as of one sale (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from loyalty.core.calendar import zone
from loyalty.programs.document import VersionDocument, When

BIRTHDAY_WEEK_DAYS = 7
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Occasion:
    """What of a sale's moment and of its customer the rules look at.

    It is kept with the visit, so that a refund rates the sale as it was. `weekday` 1 is Monday,
    `clock` is "HH:MM" in the shop, `birthday` holds which of "day", "week" and "month" it was.
    `allowance` is what a day's cap leaves, in millionths by unit.
    """

    weekday: int = 1
    clock: str = "12:00"
    tier: str | None = None
    birthday: frozenset[str] = frozenset()
    allowance: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with the visit."""
        return {
            "weekday": self.weekday,
            "clock": self.clock,
            "tier": self.tier,
            "birthday": sorted(self.birthday),
            "allowance": dict(self.allowance),
        }

    @classmethod
    def kept(cls, raw: dict[str, Any] | None) -> "Occasion":
        """The occasion of a visit, as it was kept; without one the rules looked at nothing."""
        if raw is None:
            return ORDINARY
        return cls(
            raw["weekday"],
            raw["clock"],
            raw["tier"],
            frozenset(raw["birthday"]),
            raw["allowance"],
        )


ORDINARY = Occasion()


def looks_at_occasion(document: VersionDocument) -> bool:
    """Whether any rule depends on more than the lines of a sale."""
    return (
        document.tiers is not None
        or any(cap.per == "day" for cap in document.caps)
        or any(_looks(rule.when) for rule in document.earn)
    )


def _looks(when: When) -> bool:
    return bool(when.weekdays or when.starts or when.birthday or when.tiers)


def looks_at_birthday(document: VersionDocument) -> bool:
    """Whether any rule asks for the customer's birthday."""
    return any(rule.when.birthday for rule in document.earn)


def occasion(
    occurred_at: datetime,
    timezone: str,
    *,
    tier: str | None = None,
    birthday: str | None = None,
    allowance: Mapping[str, int] | None = None,
) -> Occasion:
    """The occasion of a sale at that moment; `birthday` is the customer's, as MM-DD."""
    local = occurred_at.astimezone(zone(timezone))
    return Occasion(
        weekday=local.isoweekday(),
        clock=f"{local.hour:02d}:{local.minute:02d}",
        tier=tier,
        birthday=birthdays(local.date(), birthday),
        allowance=allowance or {},
    )


def birthdays(on: date, birthday: str | None) -> frozenset[str]:
    """Which of "day", "week" (seven days from it) and "month" that date is; 29 February is 28."""
    if birthday is None:
        return frozenset()
    month, day = int(birthday[:2]), int(birthday[3:])
    found = {"month"} if on.month == month else set()
    begun = _latest(on, month, min(day, 28) if month == 2 else day)  # noqa: PLR2004  # February
    if on == begun:
        found.add("day")
    if on - begun < timedelta(days=BIRTHDAY_WEEK_DAYS):
        found.add("week")
    return frozenset(found)


def _latest(on: date, month: int, day: int) -> date:
    """The last birthday that is not after `on`."""
    this_year = date(on.year, month, day)
    return this_year if this_year <= on else date(on.year - 1, month, day)


def unmet(when: When, of: Occasion, total: Fraction) -> str | None:
    """The first condition that does not hold, by name; None if all do.

    `total` is what the sale counts, in minor units. Skus and categories are looked at line by line.
    """
    if when.weekdays and _day_of_window(when, of) not in when.weekdays:
        return "weekdays"
    if when.starts is not None and when.ends is not None and not _within(when, of.clock):
        return "hours"
    if when.birthday is not None and when.birthday not in of.birthday:
        return "birthday"
    if when.tiers and of.tier not in when.tiers:
        return "tiers"
    if when.min_amount_minor is not None and total < when.min_amount_minor:
        return "minimum"
    return None


def _within(when: When, clock: str) -> bool:
    starts, ends = when.starts, when.ends
    assert starts is not None, "asked only with hours"
    assert ends is not None, "asked only with hours"
    if starts < ends:
        return starts <= clock < ends
    return clock >= starts or clock < ends


def _day_of_window(when: When, of: Occasion) -> int:
    """Hours that cross midnight belong to the day on which they began: Friday night ends late."""
    crosses = when.starts is not None and when.ends is not None and when.ends <= when.starts
    if crosses and when.ends is not None and of.clock < when.ends:
        return (of.weekday - 2) % _WEEK + 1
    return of.weekday
