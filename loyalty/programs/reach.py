"""What can ever be reached under the rules of a version: units to earn, levels to hold (pure)."""

from loyalty.programs.document import EarningRule, Level, Tiers, VersionDocument

_YEAR_MONTHS = 12
_YEAR_DAYS_MAX = 366
_MONTH_DAYS_MAX = 31


def levels(document: VersionDocument) -> frozenset[str]:
    """The keys of the levels that somebody can hold.

    Levels that count units nobody earns are out of reach, also where only those levels earn them.
    """
    rules = document.tiers
    if rules is None:
        return frozenset()
    every = frozenset(level.key for level in rules.levels)
    first = frozenset(level.key for level in rules.levels if level.starts <= 0)
    if rules.measure != "units" or document.unit(rules.unit or "") is None:
        return every  # a unit that is not there is a fault of its own
    # Whoever earns the unit at the first level gets to all of them; who does not, to no other.
    return every if rules.unit in units(document, first) else first


def units(document: VersionDocument, held: frozenset[str]) -> frozenset[str]:
    """The units that some rule gives to somebody at these levels, or at none."""
    return frozenset(rule.unit for rule in document.earn if _gives(rule, held))


def _gives(rule: EarningRule, held: frozenset[str]) -> bool:
    return rule.multiply_percent is None and (not rule.when.tiers or bool(rule.when.tiers & held))


def meets(bonus: EarningRule, base: EarningRule) -> bool:
    """Whether some sale could be under both rules, as far as products and levels tell."""
    pairs = (
        (bonus.when.skus, base.when.skus),
        (bonus.when.categories, base.when.categories),
        (bonus.when.tiers, base.when.tiers),
    )
    return all(not ours or not theirs or ours & theirs for ours, theirs in pairs)


def window_days_max(rules: Tiers) -> int:
    """How many days the window of the levels has at most."""
    years, months = divmod(rules.window_months, _YEAR_MONTHS)
    return years * _YEAR_DAYS_MAX + months * _MONTH_DAYS_MAX


def beyond(document: VersionDocument, level: Level) -> int | None:
    """The most that the limits let a window hold, where the level asks for more; else None."""
    rules = document.tiers
    most = _most_a_day(document, rules) if rules else None
    if rules is None or most is None:
        return None
    held = most * window_days_max(rules)
    return held if level.starts > held else None


def _most_a_day(document: VersionDocument, rules: Tiers) -> int | None:
    """What a day can add to the measure at most; None where nothing limits it."""
    limits = document.limits
    visits, amount = limits.visits_per_card_day, limits.amount_minor_max
    if rules.measure == "visits":
        return visits
    if rules.measure == "units":
        return units_a_day(document, rules.unit or "")
    # Before discounts more can count than was paid.
    return visits * amount if visits and amount and document.discounts == "after" else None


def units_a_day(document: VersionDocument, unit: str) -> int | None:
    """What caps let a day earn of a unit; None without a cap."""
    visits, per_visit = document.limits.visits_per_card_day, document.cap(unit, "visit")
    by_visits = visits * per_visit if visits and per_visit else None
    found = [most for most in (document.cap(unit, "day"), by_visits) if most is not None]
    return min(found, default=None)
