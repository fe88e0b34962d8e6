"""The earning rules of a version, sorted once by the unit they give; every sale asks (pure)."""

from dataclasses import dataclass
from functools import lru_cache

from loyalty.programs.document import EarningRule, Tiers, VersionDocument


@dataclass(frozen=True, slots=True, eq=False)
class Percent:
    """A percentage on what the base rules give: of a rule, or of the card's level (rule None).

    `names` is the rule again where it names lines and raises only those; None where it raises all.
    """

    key: str
    percent: int
    rule: EarningRule | None
    names: EarningRule | None = None


@dataclass(frozen=True, slots=True)
class UnitRates:
    """What gives a unit, the percentages on that, and the most that one visit may give of it.

    Those of `multiplied` multiply each other; of `best` the first that holds counts.
    """

    unit: str
    bases: tuple[EarningRule, ...]
    multiplied: tuple[Percent, ...]
    best: tuple[Percent, ...]
    most_a_visit: int | None


@dataclass(frozen=True, slots=True)
class Rates:
    """All units of a version that some base rule gives, the levels' percentages, by level key.

    `has_minimum`: some rule asks for a minimum spend.
    """

    units: tuple[UnitRates, ...]
    levels: dict[str | None, Percent]
    has_minimum: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """A version, known again by being the same object: it never changes."""

    document: VersionDocument

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.document is self.document


def rates(document: VersionDocument) -> Rates:
    """The rules as a sale asks for them; sorted when first asked, then kept."""
    return _rates(_Itself(document))


@lru_cache(maxsize=1_000)
def _rates(version: _Itself) -> Rates:
    document = version.document
    units = dict.fromkeys(rule.unit for rule in document.earn if rule.per_kind)
    return Rates(
        units=tuple(_of_unit(document, unit) for unit in units),
        levels=_levels(document.tiers) if document.tiers else {},
        has_minimum=any(rule.when.min_amount_minor is not None for rule in document.earn),
    )


def _of_unit(document: VersionDocument, unit: str) -> UnitRates:
    mine = [rule for rule in document.earn if rule.unit == unit]
    raising = [
        (rule, _percent(rule, rule.multiply_percent))
        for rule in mine
        if rule.multiply_percent is not None
    ]
    rivals = [(rule, percent) for rule, percent in raising if rule.combine == "best"]
    rivals.sort(key=lambda rival: (-rival[1].percent, -rival[0].priority))
    return UnitRates(
        unit=unit,
        bases=tuple(rule for rule in mine if rule.per_kind),
        multiplied=tuple(percent for rule, percent in raising if rule.combine != "best"),
        best=tuple(percent for _, percent in rivals),
        most_a_visit=document.cap(unit, "visit"),
    )


def _percent(rule: EarningRule, percent: int) -> Percent:
    return Percent(rule.key, percent, rule, rule if rule.when.names_lines else None)


def _levels(tiers: Tiers) -> dict[str | None, Percent]:
    found = {level.key: level.multiply_percent for level in reversed(tiers.levels)}
    return {
        key: Percent(key, percent, None) for key, percent in found.items() if percent is not None
    }
