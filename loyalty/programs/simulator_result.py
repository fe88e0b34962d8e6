"""What a simulation found, in whole numbers, and as JSON (pure)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from loyalty.core.money import Money
from loyalty.core.text import Text

REDEEMING = "as_soon_as_possible"
ASSUMPTIONS = (
    Text(
        "Chi può avere un premio lo prende subito, alla cassa, e di quelli che può avere sempre il"
        " meno caro.",
        "Whoever can have a reward takes it at once, at the till, and of those within reach always"
        " the cheapest.",
    ),
    Text(
        "Ogni premio preso viene usato: nessun buono va perso.",
        "Every reward taken is used: no voucher is lost.",
    ),
    Text(
        "Tutti cominciano da zero, senza unità né livello, con la prima vendita di questi giorni.",
        "Everybody starts from nothing, without units or level, with the first sale of these days.",
    ),
    Text(
        "Di una vendita conta quello che resta dopo i rimborsi, come se il resto non fosse mai"
        " stato venduto; le vendite annullate non contano.",
        "Of a sale what is left after its refunds counts, as if the rest had never been sold;"
        " voided sales do not count.",
    ),
    Text(
        "Nessuno compra di più né di meno per via del programma: le vendite sono quelle di allora.",
        "Nobody buys more or less because of the program: the sales are those of the time.",
    ),
)


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Units of one kind: earned = redeemed + expired + left; of `left`, `waiting` wait still."""

    earned: int
    redeemed: int
    expired: int
    left: int
    waiting: int

    def as_dict(self) -> dict[str, int]:
        """By name."""
        return {
            "earned": self.earned,
            "redeemed": self.redeemed,
            "expired": self.expired,
            "left": self.left,
            "waiting": self.waiting,
        }


@dataclass(frozen=True, slots=True)
class RewardCount:
    """How often a reward was given, and what that cost the shop: None where nobody knows.

    `within_reach` customers got it, or could have had they saved up for it. `sold_out_on` is the
    day on which the last of its stock was given.
    """

    key: str
    name: Text
    given: int
    within_reach: int
    cost_minor: int | None
    sold_out_on: date | None

    def as_dict(self, currency: str) -> dict[str, Any]:
        """By name, JSON-able."""
        return {
            "key": self.key,
            "name": self.name.as_dict(),
            "given": self.given,
            "within_reach": self.within_reach,
            "cost": _money(self.cost_minor, currency),
            "sold_out_on": self.sold_out_on.isoformat() if self.sold_out_on else None,
        }


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many customers stood at a level in the end; key and name are None for no level."""

    key: str | None
    name: Text | None
    customers: int

    def as_dict(self) -> dict[str, Any]:
        """By name, JSON-able."""
        return {
            "key": self.key,
            "name": self.name.as_dict() if self.name else None,
            "customers": self.customers,
        }


@dataclass(frozen=True, slots=True)
class FirstReward:
    """How many visits the first reward took those who got one; its own visit is counted.

    Half of them needed at most `median`, a quarter at most `lower`, three quarters at most `upper`
    visits; None where nobody got one.
    """

    reached: int
    never: int
    lower: int | None
    median: int | None
    upper: int | None

    def as_dict(self) -> dict[str, int | None]:
        """By name."""
        return {
            "reached": self.reached,
            "never": self.never,
            "lower": self.lower,
            "median": self.median,
            "upper": self.upper,
        }


@dataclass(frozen=True, slots=True)
class MonthCount:
    """One month of the shop ("2026-05"): sales, what they came to, rewards given, what they cost.

    `cost_minor` is rewards and pledges of the month.
    """

    month: str
    sales: int
    net_minor: int
    rewards: int
    cost_minor: int

    def as_dict(self, currency: str) -> dict[str, Any]:
        """By name, JSON-able."""
        return {
            "month": self.month,
            "sales": self.sales,
            "net": _money(self.net_minor, currency),
            "rewards": self.rewards,
            "cost": _money(self.cost_minor, currency),
        }


@dataclass(frozen=True, slots=True)
class Caution:
    """Something about the result that whoever drafts the rules should hear."""

    code: str
    said: Text

    def as_dict(self) -> dict[str, str]:
        """`{"code", "it", "en"}`, like the warnings of a receipt."""
        return {"code": self.code, **self.said.as_dict()}


@dataclass(frozen=True, slots=True)
class Simulation:
    """A version played over past sales.

    `sales` counts all that were played: `refused` of them the counter would have refused, `unsaid`
    had no amount. `cost_minor` is rewards and pledges; `unknown` rewards were given of which nobody
    knows the cost. `share_bp` is the cost in ten-thousandths of the net sales, rounded half up,
    None without sales. Money from sales for a cause is pledged, from rewards donated.
    """

    currency: str
    first_on: date | None
    last_on: date | None
    sales: int
    refused: int
    unsaid: int
    customers: int
    median_visits: int | None
    net_minor: int
    units: dict[str, UnitCount]
    rewards: tuple[RewardCount, ...]
    unknown: int
    rewards_minor: int
    pledged_minor: dict[str, int]
    donated_minor: dict[str, int]
    cost_minor: int
    share_bp: int | None
    levels: tuple[LevelCount, ...]
    first_reward: FirstReward
    months: tuple[MonthCount, ...]
    warnings: tuple[Caution, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The whole, JSON-able; money as `{"amount_minor", "currency"}`."""
        return {
            "from": self.first_on.isoformat() if self.first_on else None,
            "to": self.last_on.isoformat() if self.last_on else None,
            "redeeming": REDEEMING,
            "assumptions": [said.as_dict() for said in ASSUMPTIONS],
            "sales": self.sales,
            "refused": self.refused,
            "without_amount": self.unsaid,
            "customers": self.customers,
            "median_visits": self.median_visits,
            "net": _money(self.net_minor, self.currency),
            "cost": self._cost(),
            "units": {key: found.as_dict() for key, found in self.units.items()},
            "rewards": [found.as_dict(self.currency) for found in self.rewards],
            "tiers": [found.as_dict() for found in self.levels],
            "first_reward": self.first_reward.as_dict(),
            "months": [found.as_dict(self.currency) for found in self.months],
            "warnings": [found.as_dict() for found in self.warnings],
        }

    def _cost(self) -> dict[str, Any]:
        return {
            "total": _money(self.cost_minor, self.currency),
            "share_bp": self.share_bp,
            "rewards": _money(self.rewards_minor, self.currency),
            "rewards_of_unknown_cost": self.unknown,
            "pledged": self._by_cause(self.pledged_minor),
            "donated": self._by_cause(self.donated_minor),
        }

    def _by_cause(self, found: dict[str, int]) -> dict[str, Any]:
        return {key: _money(minor, self.currency) for key, minor in found.items()}


def _money(minor: int | None, currency: str) -> dict[str, object] | None:
    return None if minor is None else Money(minor, currency).as_dict()
