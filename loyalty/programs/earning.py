"""What a purchase earns: exact millionths of a unit, and which rules made it so (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.programs import meant
from loyalty.programs.conditions import ORDINARY, Occasion, unmet
from loyalty.programs.document import EarningRule, VersionDocument
from loyalty.programs.rates import Percent, Rates, UnitRates, rates

MILLION = 1_000_000
MILLI = 1_000
VISIT_MILLIONTHS_MAX = 10**9 * MILLION
CAUSE_PREFIX = "cause."  # a cause is a unit of the ledger: minor units of money, for somebody else
_TOO_MANY = Text("una visita non può dare così tanto", "one visit cannot earn that many units")
_NOTHING = Fraction(0)
_ONE = Fraction(1)


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
    # Where it is not known any more what was sold: the keys of the rules that named it then.
    rules: frozenset[str] | None = None

    @property
    def is_left(self) -> bool:
        """Whether anything of the line is left: not a free item, not refunded away."""
        return self.quantity_milli > 0 and self.counted != 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one rule adds to a unit, in millionths, and what it counted (minor units or pieces).

    `kind` is "base", "bonus" (a percentage on what the base rules give), "tier" (the level's
    percentage), "cap" (below zero: what a cap cuts off) or "cause". A base rule that gives nothing
    names the condition that did not hold in `unmet`.
    """

    kind: str
    key: str
    unit: str
    millionths: int
    counted: Fraction = _NOTHING
    rule: EarningRule | None = None
    percent: int | None = None
    unmet: str | None = None


Lines = tuple[Line, ...]
Percents = tuple[list[Percent], list[Percent]]


def cause_unit(key: str) -> str:
    """The unit in which the ledger keeps a cause: minor units of money."""
    return CAUSE_PREFIX + key


def is_cause(unit: str) -> bool:
    """Whether a unit of the ledger is a cause's money."""
    return unit.startswith(CAUSE_PREFIX)


def account_units(document: VersionDocument) -> list[str]:
    """The units for which a card needs an account: those declared, and the cause's money."""
    units = [unit.key for unit in document.units]
    return [*units, cause_unit(document.cause.key)] if document.cause else units


def shares(document: VersionDocument, lines: Lines, occasion: Occasion = ORDINARY) -> list[Share]:
    """What each rule gives in this purchase, unit by unit, zero shares of base rules included.

    Each line contributes ceil(amount x units x 10^6 x product of percents / (per x 100^k))
    millionths; a cap cuts the visit's sum of a unit (contract, "How it counts"). Raises Invalid
    for more units than one visit can earn.
    """
    known = rates(document)
    left = tuple(line for line in lines if line.is_left)
    total = _sum(_amounts(left)) if known.has_minimum else _NOTHING
    found: list[Share] = []
    for one in known.units:
        mine = _of_unit(one, _percents(known, one, occasion, total), left, occasion, total)
        found += mine + _cut(one, mine, occasion)
    found += _pledged(document, left)
    if any(share.millionths > VISIT_MILLIONTHS_MAX for share in found):
        raise Invalid({"amount": [_TOO_MANY]})
    return found


def _amounts(left: Lines) -> list[Fraction]:
    return [line.counted for line in left if line.counted is not None]


def _sum(amounts: Sequence[Fraction]) -> Fraction:
    """The same as sum(), without the work of fractions for what most sales are: whole amounts."""
    if len(amounts) < 2:  # noqa: PLR2004  # nothing to add
        return amounts[0] if amounts else _NOTHING
    if all(amount.denominator == 1 for amount in amounts):
        return Fraction(sum(amount.numerator for amount in amounts))
    return sum(amounts, _NOTHING)


def _of_unit(
    unit: UnitRates, percents: Percents, left: Lines, occasion: Occasion, total: Fraction
) -> list[Share]:
    """The base rules of a unit, then the percentages on all that they give."""
    base: list[Share] = []
    extra: dict[Percent, int] = {}
    for rule in unit.bases:
        missed = unmet(rule.when, occasion, total)
        mine = () if missed else _lines_of(rule, left)
        base.append(_base(rule, mine, missed))
        for parts, concerned in _parts(rule, mine, percents):
            _multiply(parts, concerned, extra)
    return base + [_bonus(unit.unit, percent, added) for percent, added in extra.items()]


def _percents(known: Rates, unit: UnitRates, occasion: Occasion, total: Fraction) -> Percents:
    """The percentages in force that multiply each other, and those of which the best counts."""

    def holds(one: Percent) -> bool:
        return one.rule is None or unmet(one.rule.when, occasion, total) is None

    multiplied = [one for one in unit.multiplied if holds(one)]
    level = known.levels.get(occasion.tier)
    if level is not None:
        multiplied.append(level)
    return multiplied, [one for one in unit.best if holds(one)]


def _base(rule: EarningRule, mine: Lines, missed: str | None) -> Share:
    """What a base rule gives by itself, before any percentage."""
    if rule.per_kind == "visit":
        counted = _ONE if mine else _NOTHING
        millionths = _parts_of(counted, rule)
        return Share("base", rule.key, rule.unit, millionths, counted, rule, None, missed)
    amounts = [_counts(rule, line) for line in mine]
    return Share(
        "base",
        rule.key,
        rule.unit,
        sum(_parts_of(amount, rule) for amount in amounts),
        _sum(amounts),
        rule,
        None,
        missed if missed or mine else "items",
    )


def _parts(
    rule: EarningRule, mine: Lines, percents: Percents
) -> list[tuple[tuple[int, int], list[Percent]]]:
    """Each amount that is rounded by itself, and the percentages on it.

    Amounts are (numerator, denominator) of millionths, line by line; a visit is one amount, under
    whatever concerns any line of it.
    """
    multiplied, best = percents
    if not mine or not (multiplied or best):
        return []
    if rule.per_kind == "visit":
        return [(_exact(_ONE, rule), _concerned(percents, mine))]
    return [(_exact(_counts(rule, line), rule), _concerned(percents, (line,))) for line in mine]


def _concerned(percents: Percents, lines: Lines) -> list[Percent]:
    """The percentages that concern any of these lines; of those of which the best counts, it."""
    multiplied, best = percents
    found = [one for one in multiplied if one.names is None or _lines_of(one.names, lines)]
    for one in best:
        if one.names is None or _lines_of(one.names, lines):
            found.append(one)
            break
    return found


def _multiply(parts: tuple[int, int], percents: list[Percent], extra: dict[Percent, int]) -> None:
    """Each percentage is owed what it adds to the sum before it; the last sum is the contract's."""
    above, below = parts
    before = -(-above // below)
    for one in percents:
        above, below = above * one.percent, below * 100
        after = -(-above // below)
        extra[one] = extra.get(one, 0) + after - before
        before = after


def _bonus(unit: str, percent: Percent, millionths: int) -> Share:
    kind = "bonus" if percent.rule else "tier"
    return Share(kind, percent.key, unit, millionths, rule=percent.rule, percent=percent.percent)


def _cut(unit: UnitRates, mine: list[Share], occasion: Occasion) -> list[Share]:
    """What the caps of a visit and of the day cut off; the excess is not carried."""
    most_today = occasion.allowance.get(unit.unit)
    if unit.most_a_visit is None and most_today is None:
        return []
    total, cut = sum(share.millionths for share in mine), []
    per_visit = None if unit.most_a_visit is None else unit.most_a_visit * MILLION
    for key, most in (("visit", per_visit), ("day", most_today)):
        if most is not None and total > most:
            cut.append(Share("cap", key, unit.unit, most - total))
            total = most
    return cut


def _pledged(document: VersionDocument, left: Lines) -> list[Share]:
    """The cause's part of the sale, in millionths of a minor unit, at most its cap."""
    cause = document.cause
    if cause is None:
        return []
    above, below = cause.rate
    counted = _amounts(left)
    given = sum(
        -(-amount.numerator * above * MILLION // (amount.denominator * below)) for amount in counted
    )
    if cause.cap_minor is not None:
        given = min(given, cause.cap_minor * MILLION)
    return [Share("cause", cause.key, cause_unit(cause.key), given, _sum(counted))]


def _lines_of(rule: EarningRule, lines: Lines) -> Lines:
    """The lines that a rule looks at."""
    if rule.when.skus or rule.when.categories:
        return tuple([line for line in lines if _is_named(rule, line)])
    return lines


def _is_named(rule: EarningRule, line: Line) -> bool:
    if line.rules is not None:
        return rule.key in line.rules
    return meant.names(rule.when, line.sku, line.category)


def _counts(rule: EarningRule, line: Line) -> Fraction:
    if rule.per_kind == "amount_minor":
        return line.counted if line.counted is not None else _NOTHING
    if not line.whole:
        return _ONE
    # A piece begun still counts: else returning half a piece would take two, and the rest earn one.
    pieces = -(-line.quantity_milli // MILLI)
    return _ONE if pieces == 1 else Fraction(pieces)


def _exact(amount: Fraction, rule: EarningRule) -> tuple[int, int]:
    return amount.numerator * rule.units * MILLION, amount.denominator * rule.per


def _parts_of(amount: Fraction, rule: EarningRule) -> int:
    above, below = _exact(amount, rule)
    return -(-above // below)


def by_unit(found: list[Share]) -> dict[str, list[Share]]:
    """The shares grouped by the unit they give, in the order of the rules."""
    groups: dict[str, list[Share]] = {}
    for share in found:
        groups.setdefault(share.unit, []).append(share)
    return groups


def total(found: list[Share]) -> int:
    """What these shares come to, in millionths."""
    return sum(share.millionths for share in found)


def whole_units(before: int, shares_of_unit: list[Share]) -> list[int]:
    """Whole units that each share brings when added in turn to the millionths carried before.

    They add up to floor((before + all) / 10^6) - floor(before / 10^6).
    """
    units, exact = [], before
    for share in shares_of_unit:
        units.append((exact + share.millionths) // MILLION - exact // MILLION)
        exact += share.millionths
    return units
