"""What a past sale earns in a simulation: `earning.shares`, asked once for equal sales (pure)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from loyalty.core.errors import Invalid
from loyalty.programs import conditions, earning
from loyalty.programs.conditions import ORDINARY, Occasion
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import MILLION, Lines

Rated = tuple[tuple[str, int], ...]
"""Millionths by unit, the cause's money among them; units that nothing gives are left out."""

KEPT_MAX = 20_000
_ENOUGH = Fraction(10**18)  # no minimum is above it, so that a minimum is never what is not met
_NO_DAYS: frozenset[str] = frozenset()


class Rating:
    """Rates sales under one version.

    A shop sells the same things for the same prices over and over, so equal sales come as the same
    lines. What is rated is kept by these, and by all that the rules see of the moment: the level
    held, and which conditions hold.
    """

    def __init__(self, document: VersionDocument, timezone: str) -> None:
        self.day_caps = {
            cap.unit: (document.cap(cap.unit, "day") or 0) * MILLION
            for cap in document.caps
            if cap.per == "day"
        }
        self._document, self._timezone = document, timezone
        self._conditions = [rule.when for rule in document.earn if not rule.when.is_empty]
        self._looks = conditions.looks_at_occasion(document)
        self._asks_birthday = conditions.looks_at_birthday(document)
        # By the lines as an object, which stands beside the answer so that no other takes its id.
        self._kept: dict[tuple[int, int], tuple[Lines, Rated | None]] = {}
        self._alike: dict[tuple[object, ...], int] = {}
        self._seen: dict[tuple[object, ...], tuple[int, Occasion]] = {}

    def rate(
        self, lines: Lines, local: datetime, *, tier: str | None, birthday: str | None
    ) -> Rated | None:
        """What lines earn at that moment in the shop's zone, without the caps of a day.

        None where one visit cannot earn that many: the counter refuses it.
        """
        number, seen = self._see(local, tier, birthday) if self._looks else (0, ORDINARY)
        found = self._kept.get(key := (number, id(lines)))
        if found is None:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            found = self._kept[key] = (lines, self._shares(lines, seen))
        return found[1]

    def capped(
        self,
        lines: Lines,
        local: datetime,
        *,
        tier: str | None,
        birthday: str | None,
        allowance: Mapping[str, int],
    ) -> Rated | None:
        """The same where a day's cap is reached; `allowance` is what it leaves, in millionths."""
        _, seen = self._see(local, tier, birthday)
        return self._shares(lines, replace(seen, allowance=allowance))

    def _see(self, local: datetime, tier: str | None, birthday: str | None) -> tuple[int, Occasion]:
        """The occasion, without caps, and a number that those share which the rules see alike."""
        near = _NO_DAYS
        if birthday is not None and self._asks_birthday:
            near = conditions.birthdays(local.date(), birthday)
        moment = (local.weekday(), local.hour, local.minute, tier, near)
        found = self._seen.get(moment)
        if found is None:
            seen = conditions.occasion(local, self._timezone, tier=tier, birthday=birthday)
            missed = [conditions.unmet(when, seen, _ENOUGH) for when in self._conditions]
            number = self._alike.setdefault((tier, *missed), len(self._alike))
            found = self._seen[moment] = (number, seen)
        return found

    def _shares(self, lines: Lines, seen: Occasion) -> Rated | None:
        try:
            found = earning.by_unit(earning.shares(self._document, lines, seen))
        except Invalid:
            return None
        totals = {unit: earning.total(shares) for unit, shares in found.items()}
        return tuple((unit, millionths) for unit, millionths in totals.items() if millionths)
