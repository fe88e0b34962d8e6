"""A program version as frozen values, read from its canonical JSON with every default filled in."""

from dataclasses import dataclass
from typing import Any

from loyalty.core.text import Text

Raw = dict[str, Any]


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
class Reward:
    """Something to redeem; `cost` is units by unit key."""

    key: str
    kind: str
    name: Text
    cost: dict[str, int]
    value_minor: int | None
    cost_minor: int | None
    voucher_days: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the counter refuses or warns about; None means no limit."""

    visits_per_card_day: int | None
    min_seconds: int | None
    amount_minor_max: int | None


@dataclass(frozen=True, slots=True)
class VersionDocument:
    """One version of the rules; `raw` keeps what is not built yet for the checks at publish."""

    units: tuple[Unit, ...]
    earn: tuple[EarningRule, ...]
    stamps: StampCard | None
    rewards: tuple[Reward, ...]
    limits: Limits
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
        return any(
            rule.per_kind == "amount_minor" or rule.when.min_amount_minor is not None
            for rule in self.earn
        )


def load(raw: Raw) -> VersionDocument:
    """The document behind trusted canonical JSON; web.version_schema is its door."""
    proof = raw.get("proof") or {}
    limits = raw.get("limits") or {}
    stamps = raw.get("stamps")
    return VersionDocument(
        units=tuple(_unit(unit) for unit in raw["units"]),
        earn=tuple(_rule(rule) for rule in raw["earn"]),
        stamps=_stamps(stamps) if stamps else None,
        rewards=tuple(_reward(reward) for reward in raw.get("rewards") or []),
        limits=Limits(
            visits_per_card_day=limits.get("visits_per_card_day"),
            min_seconds=limits.get("min_seconds"),
            amount_minor_max=limits.get("amount_minor_max"),
        ),
        proof_earn=proof.get("earn", "typed"),
        proof_redeem=proof.get("redeem", "static"),
        debt=raw.get("debt") or "carry",
        raw=raw,
    )


def _unit(raw: Raw) -> Unit:
    expiry = raw.get("expiry") or {}
    return Unit(
        key=raw["key"],
        label=_name(raw.get("label"), raw["key"]),
        pending_hours=raw.get("pending_hours") or 0,
        expiry=Expiry(expiry.get("kind", "never"), expiry.get("months") or 0),
    )


def _name(raw: dict[str, str] | None, key: str) -> Text:
    """The name in both languages; what has no name is called by its key."""
    given = raw or {}
    return Text(given.get("it") or key, given.get("en") or key)


def _rule(raw: Raw) -> EarningRule:
    per: dict[str, int] = raw.get("per") or {}
    kind, amount = next(iter(per.items()), (None, 1))
    return EarningRule(
        key=raw["key"],
        unit=raw["unit"],
        units=raw.get("units") or 0,
        per_kind=kind,
        per=amount,
        multiply_percent=raw.get("multiply_percent"),
        combine=raw.get("combine") or "multiply",
        priority=raw.get("priority") or 0,
        when=_when(raw.get("when") or {}),
    )


def _when(raw: Raw) -> When:
    return When(
        skus=frozenset(raw.get("skus") or ()),
        categories=frozenset(raw.get("categories") or ()),
        weekdays=frozenset(raw.get("weekdays") or ()),
        starts=raw.get("from"),
        ends=raw.get("to"),
        birthday=raw.get("birthday"),
        tiers=frozenset(raw.get("tiers") or ()),
        min_amount_minor=raw.get("min_amount_minor"),
    )


def _stamps(raw: Raw) -> StampCard:
    return StampCard(
        unit=raw["unit"],
        size=raw["size"],
        reward=raw["reward"],
        on_full=raw.get("on_full") or "issue",
    )


def _reward(raw: Raw) -> Reward:
    return Reward(
        key=raw["key"],
        kind=raw["kind"],
        name=_name(raw.get("name"), raw["key"]),
        cost=dict(raw.get("cost") or {}),
        value_minor=raw.get("value_minor"),
        cost_minor=raw.get("cost_minor"),
        voucher_days=raw.get("voucher_days"),
    )
