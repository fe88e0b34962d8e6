"""A program version as frozen values; programs.loading reads them from canonical JSON."""

from dataclasses import dataclass
from typing import Any

from loyalty.core.text import Text

Raw = dict[str, Any]
RETURN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Expiry:
    """How long units last: kind never, rolling, month_end, year_end or inactivity."""

    kind: str
    months: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What a card holds: points, stamps, or what the merchant calls them."""

    key: str
    label: Text
    pending_hours: int
    expiry: Expiry


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a rule; an empty one always holds."""

    skus: frozenset[str]
    categories: frozenset[str]
    weekdays: frozenset[int]
    starts: str | None
    ends: str | None
    birthday: str | None
    tiers: frozenset[str]
    min_amount_minor: int | None

    @property
    def names_lines(self) -> bool:
        """Whether the rule looks at single lines."""
        return bool(self.skus or self.categories)

    @property
    def is_empty(self) -> bool:
        """Whether the rule always holds."""
        return self == _ALWAYS


_ALWAYS = When(frozenset(), frozenset(), frozenset(), None, None, None, frozenset(), None)


@dataclass(frozen=True, slots=True)
class EarningRule:
    """`units` for each `per` of `per_kind` (amount_minor, item, visit), or a percentage on them."""

    key: str
    unit: str
    units: int
    per_kind: str | None
    per: int
    multiply_percent: int | None
    combine: str
    priority: int
    when: When


@dataclass(frozen=True, slots=True)
class StampCard:
    """`size` stamps fill the card; on_full "issue" gives the voucher at once, "keep" waits."""

    unit: str
    size: int
    reward: str
    on_full: str


@dataclass(frozen=True, slots=True)
class Cap:
    """No more than `units` of a unit `per` "visit" or "day"."""

    unit: str
    per: str
    units: int


@dataclass(frozen=True, slots=True)
class Level:
    """A tier: reached when the measure is at least `starts`; a percentage on what visits earn."""

    key: str
    name: Text
    starts: int
    multiply_percent: int | None


@dataclass(frozen=True, slots=True)
class Tiers:
    """Levels, lowest first, by `measure` ("spend" in minor units, "units" of `unit`, "visits").

    The window is "rolling" or "calendar", of so many months; drop is "one" level or "straight".
    """

    measure: str
    unit: str | None
    window_kind: str
    window_months: int
    grace_days: int
    drop: str
    levels: tuple[Level, ...]

    def level(self, key: str | None) -> Level | None:
        """The level of that key, if there is one."""
        return next((level for level in self.levels if level.key == key), None)


@dataclass(frozen=True, slots=True)
class Cause:
    """A share `rate` = (numerator, denominator) of each sale, pledged to a beneficiary.

    It becomes payable `payable_after_days` after the sale; `cap_minor` limits one sale's pledge.
    """

    key: str
    beneficiary: str
    tax_code: str | None
    rate: tuple[int, int]
    payable_after_days: int
    cap_minor: int | None


@dataclass(frozen=True, slots=True)
class PerCustomer:
    """At most `count` redemptions of a reward in `days` of the shop's calendar, today included."""

    count: int
    days: int


@dataclass(frozen=True, slots=True)
class Reward:
    """Something to redeem; `cost` is units by unit key.

    `starts` and `ends` are a date (the last day counts in full) or an RFC 3339 moment.
    """

    key: str
    kind: str
    name: Text
    cost: dict[str, int]
    value_minor: int | None
    cost_minor: int | None
    voucher_days: int | None
    percent: int | None = None
    stock: int | None = None
    tiers: frozenset[str] = frozenset()
    starts: str | None = None
    ends: str | None = None
    per_customer: PerCustomer | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the counter refuses or warns about; None means no limit."""

    visits_per_card_day: int | None
    min_seconds: int | None
    amount_minor_max: int | None


@dataclass(frozen=True, slots=True)
class VersionDocument:
    """One version of the rules, with every default filled in.

    `tax` is "gross" or "net", `discounts` "after" or "before", `debt` "carry", "clamp" or "block".
    """

    units: tuple[Unit, ...]
    earn: tuple[EarningRule, ...]
    caps: tuple[Cap, ...]
    stamps: StampCard | None
    tiers: Tiers | None
    cause: Cause | None
    rewards: tuple[Reward, ...]
    limits: Limits
    tax: str
    discounts: str
    proof_earn: str
    proof_redeem: str
    debt: str
    raw: Raw

    def unit(self, key: str) -> Unit | None:
        """The unit of that key, if declared."""
        return next((unit for unit in self.units if unit.key == key), None)

    def reward(self, key: str) -> Reward | None:
        """The reward of that key, if there is one."""
        return next((reward for reward in self.rewards if reward.key == key), None)

    def money_rules(self, unit: str) -> tuple[EarningRule, ...]:
        """The base rules by which money earns this unit."""
        return tuple(
            rule for rule in self.earn if rule.unit == unit and rule.per_kind == "amount_minor"
        )

    @property
    def counts_money(self) -> bool:
        """Whether any rule looks at what was paid."""
        by_spend = self.tiers is not None and self.tiers.measure == "spend"
        return (
            by_spend
            or self.cause is not None
            or any(
                rule.per_kind == "amount_minor" or rule.when.min_amount_minor is not None
                for rule in self.earn
            )
        )

    def cap(self, unit: str, per: str) -> int | None:
        """The lowest cap on a unit per "visit" or "day", in units; None without one."""
        return min(
            (cap.units for cap in self.caps if (cap.unit, cap.per) == (unit, per)), default=None
        )

    @property
    def return_days(self) -> int:
        """Days in which a refund may take back what only that sale made true."""
        return self.cause.payable_after_days if self.cause else RETURN_DAYS
