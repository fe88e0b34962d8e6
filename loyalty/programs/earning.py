"""What a purchase earns: exact millionths of a unit for each rule (pure)."""

from dataclasses import dataclass
from fractions import Fraction

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.programs.document import EarningRule, VersionDocument

MILLION = 1_000_000
MILLI = 1_000
VISIT_MILLIONTHS_MAX = 10**9 * MILLION
_TOO_MANY = Text("una visita non può dare così tanto", "one visit cannot earn that many units")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a purchase as it counts now; `counted` is its amount in minor units, exact.

    `quantity_milli` is thousandths of a piece. `counted` is None when nobody said what was paid.
    """

    number: int
    sku: str | None
    category: str | None
    quantity_milli: int
    counted: Fraction | None
    whole: bool = True  # a quantity sold by weight counts as one piece

    @property
    def is_left(self) -> bool:
        """Whether anything of the line is left: not a free item, not refunded away."""
        return self.quantity_milli > 0 and self.counted != 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one rule gives: millionths of its unit, and what it counted (minor units or pieces)."""

    rule: EarningRule
    millionths: int
    counted: Fraction


def shares(document: VersionDocument, lines: tuple[Line, ...]) -> list[Share]:
    """The share of each base rule in this purchase, zero shares included.

    Each line contributes ceil(amount x units x 10^6 / per) millionths (contract, "How it counts").
    """
    found = [_share(rule, lines) for rule in document.earn if rule.per_kind]
    if any(share.millionths > VISIT_MILLIONTHS_MAX for share in found):
        raise Invalid({"amount": [_TOO_MANY]})
    return found


def _share(rule: EarningRule, lines: tuple[Line, ...]) -> Share:
    counted = [_counts(rule, line) for line in lines if line.is_left and _concerns(rule, line)]
    if rule.per_kind == "visit":
        counted = [Fraction(1)] if counted else []
    total = sum(_ceil(amount * rule.units * MILLION / rule.per) for amount in counted)
    return Share(rule, total, sum(counted, Fraction(0)))


def _concerns(rule: EarningRule, line: Line) -> bool:
    """Skus and categories together: the line must satisfy each list that is given."""
    when = rule.when
    return (not when.skus or line.sku in when.skus) and (
        not when.categories or line.category in when.categories
    )


def _counts(rule: EarningRule, line: Line) -> Fraction:
    if rule.per_kind == "amount_minor":
        return line.counted if line.counted is not None else Fraction(0)
    if not line.whole:
        return Fraction(1)
    # A piece begun still counts: else returning half a piece would take two, and the rest earn one.
    return Fraction(-(-line.quantity_milli // MILLI))


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def by_unit(found: list[Share]) -> dict[str, list[Share]]:
    """The shares grouped by the unit they give, in the order of the rules."""
    groups: dict[str, list[Share]] = {}
    for share in found:
        groups.setdefault(share.rule.unit, []).append(share)
    return groups


def whole_units(before: int, shares_of_unit: list[Share]) -> list[int]:
    """Whole units that each share brings when added in turn to the millionths carried before.

    They add up to floor((before + all) / 10^6) - floor(before / 10^6).
    """
    units, exact = [], before
    for share in shares_of_unit:
        units.append((exact + share.millionths) // MILLION - exact // MILLION)
        exact += share.millionths
    return units
