"""Whether a change is better or worse for the customer, one aspect at a time (pure)."""

from datetime import date, datetime

from loyalty.programs import bounds
from loyalty.programs.document import (
    Cause,
    EarningRule,
    Expiry,
    Level,
    Reward,
    StampCard,
    Unit,
    When,
)

Signs = frozenset[int]
"""The ways in which something changed: 1 for better, -1 for worse; both, one or none of them."""

SAME: Signs = frozenset()
BETTER: Signs = frozenset({1})
WORSE: Signs = frozenset({-1})
MIXED: Signs = frozenset({1, -1})
_DAY_MINUTES = 24 * 60
_WHOLE = 100
_YEAR = 12  # months that waiting for the end of a year can add
_EVER = 10**6  # months
# Which days of birthday lie within which others; a week and a month each have days of their own.
_BIRTHDAYS = {
    "day": frozenset({"day"}),
    "week": frozenset({"day", "week"}),
    "month": frozenset({"day", "month"}),
    None: frozenset({"day", "week", "month", "always"}),
}
_DEBTS = ("block", "carry", "clamp")


def direction(signs: Signs) -> str:
    """The word for it: "better", "worse", or "changed" where it is both or neither."""
    if signs == BETTER:
        return "better"
    return "worse" if signs == WORSE else "changed"


def more(before: int | None, after: int | None) -> Signs:
    """More is better; None is no limit."""
    old, new = _limit(before), _limit(after)
    if old == new:
        return SAME
    return BETTER if new > old else WORSE


def less(before: int | None, after: int | None) -> Signs:
    """Less is better; None is nothing asked."""
    return more(after or 0, before or 0)


def turned(signs: Signs) -> Signs:
    """The other way round."""
    return frozenset(-sign for sign in signs)


def _limit(value: int | None) -> tuple[bool, int]:
    return (value is None, value or 0)


def wider(before: frozenset[object], after: frozenset[object]) -> Signs:
    """More possibilities are better."""
    if before == after:
        return SAME
    if before <= after:
        return BETTER
    return WORSE if after <= before else MIXED


def _open(before: frozenset[object], after: frozenset[object]) -> Signs:
    """The same for a list of what counts, where an empty one leaves everything open."""
    if not before or not after:
        return more(len(before) or None, len(after) or None)
    return wider(before, after)


def when(before: When, after: When) -> Signs:
    """Conditions: fewer are better."""
    return (
        _open(before.skus, after.skus)
        | _open(before.categories, after.categories)
        | _open(before.weekdays, after.weekdays)
        | _open(before.tiers, after.tiers)
        | wider(_minutes(before), _minutes(after))
        | wider(_birthdays(before), _birthdays(after))
        | less(before.min_amount_minor, after.min_amount_minor)
    )


def _minutes(of: When) -> frozenset[object]:
    if not of.starts or not of.ends:
        return frozenset(range(_DAY_MINUTES))
    first, last = _minute(of.starts), _minute(of.ends)
    if first < last:
        return frozenset(range(first, last))
    return frozenset(range(first, _DAY_MINUTES)) | frozenset(range(last))


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _birthdays(of: When) -> frozenset[object]:
    return frozenset(_BIRTHDAYS[of.birthday])


def rule(before: EarningRule, after: EarningRule) -> Signs:
    """A rule that earns, or a percentage; less than all of it is a charge."""
    kinds = ((one.unit, one.per_kind, one.multiply_percent is None) for one in (before, after))
    if len(set(kinds)) > 1:
        return MIXED
    conditions = when(before.when, after.when)
    if before.multiply_percent is None or after.multiply_percent is None:
        return conditions | more(before.units * after.per, after.units * before.per)
    if max(before.multiply_percent, after.multiply_percent) < _WHOLE:
        conditions = turned(conditions)
    ranks = [int(one.combine != "best") for one in (before, after)]
    order = MIXED if before.priority != after.priority else SAME
    percents = more(before.multiply_percent, after.multiply_percent)
    return conditions | percents | more(*ranks) | order


def is_charge(one: EarningRule | None) -> bool:
    """Whether a rule takes away: a percentage below the whole."""
    return one is not None and one.multiply_percent is not None and one.multiply_percent < _WHOLE


def unit(before: Unit, after: Unit) -> Signs:
    """Units: used sooner and lasting longer is better."""
    waits = less(before.pending_hours, after.pending_hours)
    return waits | expiry(before.expiry, after.expiry)


def expiry(before: Expiry, after: Expiry) -> Signs:
    """Longer is better; kinds are compared by the least and the most that they may last."""
    (least, most), (new_least, new_most) = _months(before), _months(after)
    pairs = ((least, new_least), (most, new_most))
    return frozenset(1 if new > old else -1 for old, new in pairs if new != old)


def _months(of: Expiry) -> tuple[int, int]:
    if of.kind == "never":
        return _EVER, _EVER
    extra = {"month_end": 1, "year_end": _YEAR, "inactivity": _EVER}.get(of.kind, 0)
    return of.months, of.months + extra


def stamps(before: StampCard, after: StampCard) -> Signs:
    """A card that fills: fewer stamps are better."""
    others = [(card.unit, card.reward, card.on_full) for card in (before, after)]
    return less(before.size, after.size) | (SAME if others[0] == others[1] else MIXED)


def cause(before: Cause, after: Cause) -> Signs:
    """The cause: more for the same beneficiary is better."""
    whom = [(one.key, one.beneficiary, one.tax_code) for one in (before, after)]
    shares = (before.rate[0] * after.rate[1], after.rate[0] * before.rate[1])
    given = more(*shares) | more(before.cap_minor, after.cap_minor)
    return given if whom[0] == whom[1] else MIXED


def mixed(_before: object, _after: object) -> Signs:
    """For what cannot be compared."""
    return MIXED


def level(before: Level, after: Level) -> Signs:
    """A level: sooner reached and more given is better."""
    return less(before.starts, after.starts) | more(
        before.multiply_percent or _WHOLE, after.multiply_percent or _WHOLE
    )


def reward(before: Reward, after: Reward) -> Signs:
    """A reward: cheaper, worth more, for more people and for longer is better."""
    if before.kind != after.kind or set(before.cost) != set(after.cost):
        return MIXED
    signs = _limits(before, after)
    for key, units in before.cost.items():
        signs |= less(units, after.cost[key])
    if after.kind in ("amount_off", "donation"):
        signs |= more(before.value_minor or 0, after.value_minor or 0)
    return signs | more(before.percent or 0, after.percent or 0)


def _limits(before: Reward, after: Reward) -> Signs:
    limits = (before.per_customer, after.per_customer)
    counts = [limit.count if limit else None for limit in limits]
    days = [limit.days if limit else 0 for limit in limits]
    return (
        more(before.stock, after.stock)
        | _open(before.tiers, after.tiers)
        | _edge(before.starts, after.starts, later_is_better=False)
        | _edge(before.ends, after.ends, later_is_better=True)
        | more(before.voucher_days, after.voucher_days)
        | more(*counts)
        | (less(*days) if None not in counts else SAME)
    )


def _edge(before: str | None, after: str | None, *, later_is_better: bool) -> Signs:
    """An edge of a window: none at all is best."""
    if before == after:
        return SAME
    if before is None or after is None:
        return BETTER if after is None else WORSE
    old, new = bounds.read(before), bounds.read(after)
    if old is None or new is None or _day(old) == _day(new):
        return MIXED  # within one day the shop's zone decides, which rules do not know
    return BETTER if (_day(new) > _day(old)) == later_is_better else WORSE


def _day(edge: date) -> date:
    return edge.date() if isinstance(edge, datetime) else edge


def debt(before: str, after: str) -> Signs:
    """What happens to a debt: written off is better than carried, carried better than refused."""
    return more(_DEBTS.index(before), _DEBTS.index(after))
