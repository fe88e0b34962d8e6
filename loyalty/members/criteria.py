"""Which members a list shows and in which order, as plain words of an address (pure)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self

from loyalty.analytics.rhythm import STATES

CONSENTS = ("marketing", "profiling")
SORTS = ("last", "name", "visits", "spend", "balance", "joined")
DEFAULT_SORT = "-last"
WHOLE_MAX = 1_000_000_000
_REF = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")
_SEGMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_MONTH = re.compile(r"0[1-9]|1[0-2]")


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is asked of a member; None asks nothing.

    Days are the shop's and inclusive; `spend_min` and `spend_max` are whole euros (or whatever the
    shop's currency is called). `place` is where they have been lately. Of the days `came_from` to
    `came_to` they were here on at least one, or `came_days`, at `came_at` where that is said.
    `is_down`: the most, or the latest, first.
    """

    state: str | None = None
    segment: str | None = None
    program: str | None = None
    level: str | None = None
    tag: str | None = None
    place: str | None = None
    consent: str | None = None
    birthday: str | None = None
    joined_from: date | None = None
    joined_to: date | None = None
    last_from: date | None = None
    last_to: date | None = None
    came_from: date | None = None
    came_to: date | None = None
    came_days: int | None = None
    came_at: str | None = None
    first_from: date | None = None
    first_to: date | None = None
    visits_min: int | None = None
    visits_max: int | None = None
    spend_min: int | None = None
    spend_max: int | None = None
    reward: str | None = None
    sort: str = "last"
    is_down: bool = True

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Self:
        """As an address says it; what makes no sense asks nothing, for addresses grow old."""
        order = said.get("sort", "")
        name, is_down = order.removeprefix("-"), order.startswith("-")
        found: dict[str, Any] = {
            key: value
            for key, read in _READ.items()
            if (value := read(said.get(key, ""))) is not None
        }
        made = cls(**found)
        return replace(made, sort=name, is_down=is_down) if name in SORTS else made

    def pairs(self) -> dict[str, str]:
        """As an address says it; what asks nothing is left out."""
        said = {
            each.name: _say(getattr(self, each.name))
            for each in fields(self)
            if each.name in _READ and getattr(self, each.name) is not None
        }
        order = f"{'-' if self.is_down else ''}{self.sort}"
        return said if order == DEFAULT_SORT else {**said, "sort": order}

    def filters(self) -> dict[str, str]:
        """The same without the order."""
        return {name: text for name, text in self.pairs().items() if name != "sort"}

    @property
    def asks_of_visits(self) -> bool:
        """Whether a filter goes by what visits add up to."""
        return any(getattr(self, name) is not None for name in _OF_VISITS)

    def without(self, *names: str) -> Self:
        """The same, asking nothing of these."""
        said = {name: text for name, text in self.pairs().items() if name not in names}
        return self.read(said)


def _say(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _one_of(*words: str) -> Callable[[str], str | None]:
    return lambda text: text if text in words else None


def _like(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-26") else None
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(WHOLE_MAX))
    return min(int(text), WHOLE_MAX) if is_number else None


_READ: dict[str, Callable[[str], Any]] = {
    "state": _one_of(*STATES),
    "segment": _like(_SEGMENT),
    "program": _like(_REF),
    "level": _like(_KEY),
    "tag": _like(_REF),
    "place": _like(_REF),
    "consent": _one_of(*CONSENTS),
    "birthday": _like(_MONTH),
    "joined_from": _day,
    "joined_to": _day,
    "last_from": _day,
    "last_to": _day,
    "came_from": _day,
    "came_to": _day,
    "came_days": _whole,
    "came_at": _like(_REF),
    "first_from": _day,
    "first_to": _day,
    "visits_min": _whole,
    "visits_max": _whole,
    "spend_min": _whole,
    "spend_max": _whole,
    "reward": _one_of("waiting"),
}
_OF_VISITS = (
    "first_from",
    "first_to",
    "last_from",
    "last_to",
    "visits_min",
    "visits_max",
    "spend_min",
    "spend_max",
)
