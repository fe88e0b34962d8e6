"""The sums of a simulation while customers are played one after another (pure)."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from loyalty.core.calendar import local_day
from loyalty.programs.document import Reward, VersionDocument
from loyalty.programs.simulator_offers import Stock
from loyalty.programs.simulator_past import Frame, PastSale
from loyalty.programs.simulator_result import (
    FirstReward,
    LevelCount,
    MonthCount,
    RewardCount,
    Simulation,
    UnitCount,
)

_YEAR_MONTHS = 12
_WHOLE_BP = 10_000


class Month:
    """The sums of one month."""

    __slots__ = ("cost_minor", "net_minor", "rewards", "sales")

    def __init__(self) -> None:
        self.sales = self.net_minor = self.rewards = self.cost_minor = 0


_EMPTY = Month()


class Tally:
    """Sums over all customers; to add them up, no order of customers matters."""

    def __init__(self) -> None:
        self.sales = self.refused = self.unsaid = 0
        self.net_minor = self.pledged_minor = self.donated_minor = 0
        self.first_on, self.last_on = date.max, date.min
        self.earned: Counter[str] = Counter()
        self.redeemed: Counter[str] = Counter()
        self.expired: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.waiting: Counter[str] = Counter()
        self.given: Counter[str] = Counter()
        self.within_reach: Counter[str] = Counter()
        self.levels: Counter[str | None] = Counter()
        self.visits: Counter[int] = Counter()  # customers by how many visits they made
        self.firsts: Counter[int] = Counter()  # customers by the visit of their first reward
        self.months: dict[int, Month] = {}

    def sold(self, sale: PastSale, on: date) -> Month:
        """A sale on that day in the shop; returns the sums of its month."""
        month = self.months.get(number := on.year * _YEAR_MONTHS + on.month - 1)
        if month is None:
            month = self.months[number] = Month()
        self.sales += 1
        month.sales += 1
        if sale.net_minor is None:
            self.unsaid += 1
        else:
            self.net_minor += sale.net_minor
            month.net_minor += sale.net_minor
        return month

    def gave(self, reward: Reward, month: Month) -> None:
        """A reward was given."""
        self.given[reward.key] += 1
        month.rewards += 1
        month.cost_minor += cost_of(reward) or 0

    def came(self, first_on: date, last_on: date) -> None:
        """Somebody's sales lie between these days."""
        self.first_on = min(self.first_on, first_on)
        self.last_on = max(self.last_on, last_on)

    def went(self, visits: int, first: int | None, level: str | None) -> None:
        """Somebody has been played to the end: the visit of their first reward, and their level."""
        self.visits[visits] += 1
        self.levels[level] += 1
        if first is not None:
            self.firsts[first] += 1

    def result(
        self, document: VersionDocument, frame: Frame, stocks: Mapping[str, Stock]
    ) -> Simulation:
        """All of it, without warnings."""
        cause = document.cause.key if document.cause else None
        known = sum(self.given[reward.key] * (cost_of(reward) or 0) for reward in document.rewards)
        cost = known + self.pledged_minor
        customers, reached = self.visits.total(), self.firsts.total()
        return Simulation(
            currency=frame.currency,
            first_on=frame.first_on or (self.first_on if self.sales else None),
            last_on=frame.last_on or (self.last_on if self.sales else None),
            sales=self.sales,
            refused=self.refused,
            unsaid=self.unsaid,
            customers=customers,
            median_visits=point(self.visits, 1, 2),
            net_minor=self.net_minor,
            units={unit.key: self._unit(unit.key) for unit in document.units},
            rewards=tuple(self._reward(one, stocks, frame) for one in document.rewards),
            unknown=sum(self.given[one.key] for one in document.rewards if cost_of(one) is None),
            rewards_minor=known,
            pledged_minor={cause: self.pledged_minor} if cause else {},
            donated_minor={cause: self.donated_minor} if cause else {},
            cost_minor=cost,
            share_bp=_share_bp(cost, self.net_minor),
            levels=self._levels(document),
            first_reward=FirstReward(
                reached,
                customers - reached,
                *(point(self.firsts, quarter, 4) for quarter in (1, 2, 3)),
            ),
            months=self._months(),
        )

    def _months(self) -> tuple[MonthCount, ...]:
        """From the first to the last with a sale; those between them without one too."""
        if not self.months:
            return ()
        numbers = range(min(self.months), max(self.months) + 1)
        return tuple(_month(number, self.months.get(number, _EMPTY)) for number in numbers)

    def _unit(self, key: str) -> UnitCount:
        return UnitCount(
            self.earned[key],
            self.redeemed[key],
            self.expired[key],
            self.left[key],
            self.waiting[key],
        )

    def _reward(self, reward: Reward, stocks: Mapping[str, Stock], frame: Frame) -> RewardCount:
        given, each = self.given[reward.key], cost_of(reward)
        stock = stocks.get(reward.key)
        last = stock.last if stock else None
        return RewardCount(
            key=reward.key,
            name=reward.name,
            given=given,
            within_reach=self.within_reach[reward.key],
            cost_minor=None if each is None else given * each,
            sold_out_on=local_day(last[0], frame.timezone) if last else None,
        )

    def _levels(self, document: VersionDocument) -> tuple[LevelCount, ...]:
        if document.tiers is None:
            return ()
        found = [
            LevelCount(level.key, level.name, self.levels[level.key])
            for level in document.tiers.levels
        ]
        nobody = [LevelCount(None, None, self.levels[None])] if self.levels[None] else []
        return (*nobody, *found)


def cost_of(reward: Reward) -> int | None:
    """What one costs the shop, else what it is worth, in minor units; None where nobody says."""
    return reward.value_minor if reward.cost_minor is None else reward.cost_minor


def point(counts: Counter[int], above: int, below: int) -> int | None:
    """The smallest number that at least so large a part of all counted does not exceed."""
    rank, met = -(-counts.total() * above // below), 0
    for number in sorted(counts):
        met += counts[number]
        if met >= rank:
            return number
    return None


def _share_bp(cost_minor: int, net_minor: int) -> int | None:
    """Ten-thousandths, rounded half up."""
    if net_minor <= 0:
        return None
    return (2 * cost_minor * _WHOLE_BP + net_minor) // (2 * net_minor)


def _month(number: int, found: Month) -> MonthCount:
    year, month = divmod(number, _YEAR_MONTHS)
    return MonthCount(
        f"{year:04d}-{month + 1:02d}",
        found.sales,
        found.net_minor,
        found.rewards,
        found.cost_minor,
    )
