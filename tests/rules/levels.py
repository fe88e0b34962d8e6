"""Levels and sales to try the rules of levels on."""

from datetime import date

from loyalty.core.text import Text
from loyalty.programs.document import Level, Tiers

BRONZE = Level("bronze", Text("Bronzo", "Bronze"), 0, None)
SILVER = Level("silver", Text("Argento", "Silver"), 10_000, 120)
GOLD = Level("gold", Text("Oro", "Gold"), 50_000, 150)
PLATINUM = Level("platinum", Text("Platino", "Platinum"), 100_000, 200)


def tier_rules(
    *levels,
    kind="rolling",
    months=12,
    grace=0,
    drop="one",
    measure="spend",
    unit=None,
):
    """Rules for levels; without any named: Silver, Gold and Platinum, none of which is free."""
    return Tiers(
        measure=measure,
        unit=unit,
        window_kind=kind,
        window_months=months,
        grace_days=grace,
        drop=drop,
        levels=levels or (SILVER, GOLD, PLATINUM),
    )


def counted(sales):
    """What a shop measures when these are all its sales: (day, sum) each."""

    def measure(first, last):
        assert first <= last, "nobody asks about days that run backwards"
        return sum(amount for day, amount in sales if first <= day <= last)

    return measure


def march(day, year=2027):
    return date(year, 3, day)
