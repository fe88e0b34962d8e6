"""What each person did at the till in a while, as plain numbers; the rows behind are elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the shop, both inclusive, and the moments at which they begin and end."""

    first_on: date
    last_on: date
    since: datetime
    until: datetime


@dataclass(slots=True)
class Tally:
    """One person's deeds. `given` and `taken` are units by hand, by unit; nothing is voided twice.

    `many_days` counts the days on which they served one card more often than `OFTEN_A_DAY`.
    """

    actor: str
    visits: int = 0
    spend_minor: int = 0
    typed: int = 0
    night: int = 0
    top_card_id: UUID | None = None
    top_card_visits: int = 0
    many_days: int = 0
    by_hand: int = 0
    given: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    undone: int = 0
    undone_minor: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Deeds:
    """Everybody's tallies, the hours in which the shop is usually visited, and what visits give.

    `earned` are the units that all visits together earned, by unit.
    """

    tallies: list[Tally]
    usual_hours: frozenset[int]
    visits: int
    earned: Mapping[str, int]
