"""One customer played through their sales: units, full cards, rewards, levels, pledges (pure)."""

from datetime import date, datetime, timedelta

from loyalty.core.calendar import local_day, zone
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import MILLION, account_units, cause_unit
from loyalty.programs.simulator_levels import Climber, Ladder
from loyalty.programs.simulator_offers import Offer, Stock, offers
from loyalty.programs.simulator_past import Frame, PastCustomer, PastSale
from loyalty.programs.simulator_pots import Pot, UnitTerms
from loyalty.programs.simulator_rating import Rated, Rating
from loyalty.programs.simulator_tally import Month, Tally

GIVEN_MAX = 100  # at one visit, like the cards that the counter lets one visit fill


class Rules:
    """A version made ready for many customers, and the stocks that they share."""

    def __init__(self, document: VersionDocument, frame: Frame) -> None:
        self.document = document
        self.timezone, self.zone = frame.timezone, zone(frame.timezone)
        self.rating = Rating(document, frame.timezone)
        self.units = {unit.key: UnitTerms(unit, frame.timezone) for unit in document.units}
        self.idle = [key for key, terms in self.units.items() if terms.is_idle]
        self.cause = cause_unit(document.cause.key) if document.cause else None
        self.earned = account_units(document)
        self.offers = offers(document, frame.timezone)
        self.stamps = document.stamps if self.offers.full else None
        self.ladder = Ladder.of(document)
        self.stocks = {
            one.reward.key: Stock(one.reward.stock)
            for one in self.offers.every
            if one.reward.stock is not None
        }


class Card:
    """What one customer holds, and how that changes with each sale; sums go to the tally."""

    def __init__(self, rules: Rules, tally: Tally, customer: PastCustomer) -> None:
        self._rules, self._tally, self._customer = rules, tally, customer
        self._pots = {key: Pot(terms) for key, terms in rules.units.items()}
        self._saved = {
            key: Pot(terms) for key, terms in rules.units.items() if key in rules.offers.contested
        }
        self._millionths = dict.fromkeys(rules.earned, 0)
        self._climber = Climber(rules.ladder) if rules.ladder else None
        self._savings = {**self._pots, **self._saved}
        self._out_of_reach = {offer.reward.key: offer for offer in rules.offers.every}
        self._takings: dict[str, list[date]] = {}
        self._taken = self._visits = 0
        self._first: int | None = None
        self._today, self._visits_today = date.min, 0
        self._earned_today: dict[str, int] = {}

    def play(self, until_at: datetime) -> None:
        """Every sale in turn, and then what time does until that moment."""
        sales = self._customer.sales
        for sale in sales:
            local = sale.occurred_at.astimezone(self._rules.zone)
            self._sell(sale, local, local.date())
        days = [local_day(sale.occurred_at, self._rules.timezone) for sale in (sales[0], sales[-1])]
        self._tally.came(*days)
        self._catch_up(until_at, local_day(until_at, self._rules.timezone))
        for key, pot in self._pots.items():
            self._tally.left[key] += pot.free + pot.waiting
            self._tally.waiting[key] += pot.waiting
        self._tally.went(self._visits, self._first, self._level)

    @property
    def _level(self) -> str | None:
        return self._climber.standing.level if self._climber else None

    def _sell(self, sale: PastSale, local: datetime, on: date) -> None:
        """The same steps in the same order as the counter takes them."""
        month = self._tally.sold(sale, on)
        self._catch_up(sale.occurred_at, on)
        self._visits += 1
        earned = self._rate(sale, local)
        if earned is None:
            self._tally.refused += 1
            return
        self._visits_today += 1
        whole = self._earn(earned, sale.occurred_at, on, month)
        if self._rules.stamps is not None and whole.get(self._rules.stamps.unit):
            self._fill(sale.occurred_at, on, month)
        if self._climber is not None:
            self._climber.sold(on, self._counted(sale, earned))
        self._redeem(sale.occurred_at, on, month)
        if self._out_of_reach:
            self._look_ahead(sale.occurred_at)

    def _catch_up(self, at: datetime, on: date) -> None:
        for key, pot in self._pots.items():
            if pot.due_at is not None and pot.due_at <= at:
                self._tally.expired[key] += pot.settle(at)
        for pot in self._saved.values():
            if pot.due_at is not None and pot.due_at <= at:
                pot.settle(at)
        if self._climber is not None:
            self._climber.catch_up(on)
        if on != self._today:
            self._today, self._visits_today = on, 0
            self._earned_today.clear()

    def _rate(self, sale: PastSale, local: datetime) -> Rated | None:
        """Millionths by unit; None for what the program's limits refuse."""
        rating, limits = self._rules.rating, self._rules.document.limits
        most, allowed = limits.amount_minor_max, limits.visits_per_card_day
        if most is not None and (sale.amount_minor or 0) > most:
            return None
        if allowed is not None and self._visits_today >= allowed:
            return None
        tier, birthday = self._level, self._customer.birthday
        found = rating.rate(sale.lines, local, tier=tier, birthday=birthday)
        if found is None or not rating.day_caps:
            return found
        today, caps = self._earned_today, rating.day_caps
        if any(units > caps[key] - today.get(key, 0) for key, units in found if key in caps):
            left = {key: max(0, most - today.get(key, 0)) for key, most in caps.items()}
            found = rating.capped(sale.lines, local, tier=tier, birthday=birthday, allowance=left)
        for key, units in found or ():
            if key in caps:
                today[key] = today.get(key, 0) + units
        return found

    def _earn(self, earned: Rated, at: datetime, on: date, month: Month) -> dict[str, int]:
        """Carry the millionths; the whole units that they complete, by unit."""
        whole: dict[str, int] = {}
        for unit, millionths in earned:
            before = self._millionths[unit]
            self._millionths[unit] = after = before + millionths
            units = after // MILLION - before // MILLION
            if not units:
                continue
            whole[unit] = units
            if unit == self._rules.cause:
                self._tally.pledged_minor += units
                month.cost_minor += units
                continue
            self._tally.earned[unit] += units
            self._pots[unit].add(units, at, on)
            if unit in self._saved:
                self._saved[unit].add(units, at, on)
        for unit in self._rules.idle:
            self._pots[unit].visited(at, on)
            if unit in self._saved:
                self._saved[unit].visited(at, on)
        return whole

    def _counted(self, sale: PastSale, earned: Rated) -> int:
        """What the sale counts towards a level."""
        assert self._rules.ladder is not None, "asked only where there are levels"
        rules = self._rules.ladder.rules
        if rules.measure == "spend":
            return sale.net_minor or 0
        if rules.measure == "units":
            return dict(earned).get(rules.unit or "", 0)
        return 0 if sale.net_minor == 0 else 1  # a visit counts while anything paid is left

    def _fill(self, at: datetime, on: date, month: Month) -> None:
        """Full cards become rewards, as often as the size fits; else the stamps stay."""
        stamps, offer = self._rules.stamps, self._rules.offers.full
        assert stamps is not None, "asked only where a card fills"
        assert offer is not None, "asked only where a card fills"
        pot = self._pots[stamps.unit]
        for _ in range(GIVEN_MAX):
            if pot.free < stamps.size or not self._may_have(offer, at, on):
                return
            self._give(offer, at, on, month)

    def _redeem(self, at: datetime, on: date, month: Month) -> None:
        """Take the cheapest reward that can be had, as long as there is one."""
        for _ in range(GIVEN_MAX):
            for offer in self._rules.offers.others:
                if _holds(self._pots, offer) and self._may_have(offer, at, on):
                    self._give(offer, at, on, month)
                    break
            else:
                return

    def _may_have(self, offer: Offer, at: datetime, on: date) -> bool:
        """Its days, its levels, how often, and the stock; the units apart."""
        reward = offer.reward
        if not offer.is_open(at) or not offer.is_for(self._level):
            return False
        limit = reward.per_customer
        if limit is not None:
            first = on - timedelta(days=limit.days - 1)
            had = sum(day >= first for day in self._takings.get(reward.key, ()))
            if had >= limit.count:
                return False
        stock = self._rules.stocks.get(reward.key)
        return stock is None or stock.allows((at, self._customer.key, self._taken))

    def _give(self, offer: Offer, at: datetime, on: date, month: Month) -> None:
        reward = offer.reward
        for unit, units in reward.cost.items():
            self._pots[unit].spend(units)
            self._tally.redeemed[unit] += units
        if reward.per_customer is not None:
            self._takings.setdefault(reward.key, []).append(on)
        if reward.key in self._rules.stocks:
            self._rules.stocks[reward.key].take((at, self._customer.key, self._taken))
        if reward.kind == "donation":
            self._tally.donated_minor += reward.value_minor or 0
        self._tally.gave(reward, month)
        self._taken += 1
        if self._first is None:
            self._first = self._visits
        if reward.key in self._out_of_reach:
            self._reached(reward.key)

    def _look_ahead(self, at: datetime) -> None:
        """Note the rewards that somebody who had saved up for them could have by now."""
        for key, offer in [*self._out_of_reach.items()]:
            if _holds(self._savings, offer) and offer.is_open(at) and offer.is_for(self._level):
                self._reached(key)

    def _reached(self, key: str) -> None:
        del self._out_of_reach[key]
        self._tally.within_reach[key] += 1


def _holds(pots: dict[str, Pot], offer: Offer) -> bool:
    """Whether there are the units that it costs."""
    for unit, units in offer.costs:  # noqa: SIM110  # asked at every sale: all() costs twice that
        if pots[unit].free < units:
            return False
    return True
