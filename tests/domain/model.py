"""What the contract says of one unit on one card, written from the contract alone.

It shares no code with the product: days are plain dates, lots are plain lists, and each rule stands
where the contract has it. A refusal is named by its public code.
"""

import calendar
import copy
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.domain.things import Lot, Prize, Refusal, Rules, Sale, months_later

MILLION = 1_000_000
GRACE_DAYS = 7


@dataclass
class Model:
    """One card's account of one unit."""

    rules: Rules
    lots: list = field(default_factory=list)
    debt: int = 0
    millionths: int = 0
    sales: list = field(default_factory=list)
    prizes: list = field(default_factory=list)
    last_visit: date = date.min

    # --- looking

    @property
    def lifetime(self):
        return self.millionths // MILLION

    def available(self, today):
        return 0 if self.debt else sum(lot.left for lot in self._ready(today))

    def pending(self, today):
        return sum(lot.left for lot in self._living(today) if lot.ready > today)

    def expiring(self, today):
        """Units by their last day, soonest first."""
        found = {}
        for lot in self._living(today):
            if lot.left and lot.last_day:
                found[lot.last_day] = found.get(lot.last_day, 0) + lot.left
        return found

    def _living(self, today):
        """Soonest first; of equals the older; those without an end last."""
        open_lots = [lot for lot in self.lots if not lot.is_over(today)]
        return sorted(open_lots, key=lambda lot: lot.last_day or date.max)

    def _ready(self, today):
        return [lot for lot in self._living(today) if lot.ready <= today]

    def _yielding(self, today):
        """The order in which a refund takes: what waits first."""
        living = self._living(today)
        return [lot for lot in living if lot.ready > today] + self._ready(today)

    # --- what a shop does

    def visit(self, sold, today):
        sale = Sale(sold, today, allowed=self._allowed(today))
        self.sales.append(sale)
        before = self.lifetime
        sale.gave = self._worth(sale, sold)
        self.millionths += sale.gave
        earned = self.lifetime - before
        sale.lot = self._bring(earned, today, wait_days=self.rules.wait_days)
        self.last_visit = max(self.last_visit, today)
        for lot in self.lots:
            lot.visited(today)
        while self.rules.fills and earned and self.available(today) >= self.rules.cost:
            self._reserve(today, filled=True)

    def refund(self, number, part, today):
        sale = self.sales[number]
        if sale.voided:
            raise Refusal("already_voided")
        if part > sale.sold - sale.refunded:
            raise Refusal("refund_too_large")
        self._lower(sale, sale.refunded + part, today)

    def void(self, number, today):
        sale = self.sales[number]
        if sale.voided:
            raise Refusal("already_voided")
        self._lower(sale, sale.sold, today)
        sale.voided = True

    def reserve(self, today):
        if self.available(today) < self.rules.cost:
            raise Refusal("insufficient_units")
        self._reserve(today, filled=False)

    def fulfil(self, number, today):
        prize = self.prizes[number]
        if prize.state == "cancelled":
            raise Refusal("already_cancelled")
        if prize.state == "fulfilled":
            raise Refusal("already_used")
        if prize.is_over(today):
            raise Refusal("reward_unavailable")
        prize.state = "fulfilled"

    def cancel(self, number, today):
        prize = self.prizes[number]
        if prize.state == "cancelled":
            raise Refusal("already_cancelled")
        if prize.is_over(today):
            raise Refusal("reward_unavailable")
        self._give_back(prize, today)

    def adjust(self, units, today):
        if units > 0:
            self._bring(units, today)
        elif self.available(today) < -units:
            raise Refusal("insufficient_units")
        else:
            self._drain(self._ready(today), -units)

    # --- how

    def expire(self, today):
        for lot in self.lots:
            if lot.is_over(today):
                lot.lost += lot.left
                lot.left = 0

    def _allowed(self, on):
        """What the day's cap leaves: refunds do not open it again, a voided sale never was."""
        if self.rules.cap_day is None:
            return None
        given = sum(sale.gave for sale in self.sales if sale.on == on and not sale.voided)
        return max(0, self.rules.cap_day * MILLION - given)

    def _worth(self, sale, left):
        """Millionths that so much of a sale gives."""
        rules = self.rules
        times = 2 if rules.double_from is not None and left >= rules.double_from else 1
        worth = -(-left * times * MILLION // rules.per)
        caps = (rules.cap_visit and rules.cap_visit * MILLION, sale.allowed)
        return min([worth, *(cap for cap in caps if cap is not None)])

    def _last_day(self, on):
        if self.rules.kind == "month_end":
            later = months_later(on, self.rules.months)
            return later.replace(day=calendar.monthrange(later.year, later.month)[1])
        return months_later(on, self.rules.months)

    def _bring(self, units, today, *, wait_days=0):
        lot = Lot(0, self._last_day(today))
        if wait_days:
            lot.ready = today + timedelta(days=wait_days)
        if self.rules.kind == "inactivity":
            lot.slides, lot.since = self.rules.months, today
            lot.visited(self.last_visit)
        return self._repay_and_keep(units, lot)

    def _repay_and_keep(self, units, lot):
        repaid = min(self.debt, units)
        self.debt -= repaid
        lot.left = units - repaid
        if not lot.left:
            return None
        self.lots.append(lot)
        return lot

    def _drain(self, lots, units):
        takes = []
        for lot in lots:
            part = min(lot.left, units)
            if part:
                lot.left -= part
                units -= part
                takes.append((lot, part))
        return takes

    def _reserve(self, today, *, filled):
        days = self.rules.voucher_days
        last_day = today + timedelta(days=days) if days else None
        takes = self._drain(self._ready(today), self.rules.cost)
        self.prizes.append(Prize(takes, last_day, filled))

    def _lower(self, sale, refunded, today):
        """Own lot, then what of it expired, then other lots, then debt; a refusal undoes it."""
        before = copy.deepcopy(vars(self))
        debt = self.debt
        self._take(sale, refunded, today)
        if self.debt > debt and self.rules.debt == "clamp":
            self.debt = debt
        if self.debt > debt and self.rules.debt == "block":
            vars(self).update(before)
            raise Refusal("insufficient_units")

    def _take(self, sale, refunded, today):
        self.expire(today)
        before = self.lifetime
        self.millionths -= self._worth(sale, sale.sold - sale.refunded)
        self.millionths += self._worth(sale, sale.sold - refunded)
        sale.refunded = refunded
        due = before - self.lifetime
        own = [sale.lot] if sale.lot else []
        lost = sum(lot.lost for lot in own) - sale.covered
        if self.rules.fills:
            self._unfill(due - lost, today)
        due -= _total(self._drain([lot for lot in self._living(today) if lot in own], due))
        covered = min(due, lost)
        sale.covered += covered
        due -= covered
        due -= _total(self._drain(self._yielding(today), due))
        self.debt += due

    def _unfill(self, due, today):
        """Free stamps first; only if short, the youngest unused voucher of a full card."""
        for prize in reversed(self.prizes):
            if due <= self.available(today) + self.pending(today):
                return
            if prize.filled and prize.state == "reserved" and not prize.is_over(today):
                self._give_back(prize, today)

    def _give_back(self, prize, today):
        prize.state = "cancelled"
        self.expire(today)
        late = 0
        for lot, units in sorted(prize.takes, key=lambda take: take[0].last_day or date.max):
            repaid = min(self.debt, units)
            self.debt -= repaid
            if lot.is_over(today) and not lot.grace:
                late += units - repaid
            else:
                lot.left += units - repaid
        if late:
            last_day = today + timedelta(days=GRACE_DAYS)
            self._repay_and_keep(late, Lot(0, last_day, grace=True))
        self.expire(today)


def _total(takes):
    return sum(units for _, units in takes)
