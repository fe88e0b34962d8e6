"""What the contract says of one unit on one card, written from the contract alone.

It shares no code with the product: days are plain dates, lots are plain lists, and each rule stands
where the contract has it. A refusal is named by its public code.
"""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

MILLION = 1_000_000
GRACE_DAYS = 7


class Refusal(Exception):
    """The contract says no; `code` is the public one."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass
class Lot:
    """Units that came together; `lost` of them expired."""

    left: int
    last_day: date | None
    grace: bool = False
    lost: int = 0

    def is_over(self, today):
        return self.last_day is not None and today > self.last_day


@dataclass
class Sale:
    """What was sold, in minor units or pieces, and what of it was refunded."""

    sold: int
    refunded: int = 0
    voided: bool = False
    lot: Lot | None = None
    covered: int = 0  # refunded units that had expired


@dataclass
class Prize:
    """A redemption: what it took from which lots."""

    takes: list
    last_day: date | None
    filled: bool = False
    state: str = "reserved"

    def is_over(self, today):
        return self.state == "reserved" and self.last_day is not None and today > self.last_day


@dataclass
class Rules:
    """`per` minor units (or pieces) give one unit; `size` set: full cards become vouchers."""

    per: int
    cost: int
    months: int | None = None
    voucher_days: int | None = None
    fills: bool = False


@dataclass
class Model:
    """One card's account of one unit."""

    rules: Rules
    lots: list = field(default_factory=list)
    debt: int = 0
    millionths: int = 0
    sales: list = field(default_factory=list)
    prizes: list = field(default_factory=list)

    # --- looking

    @property
    def lifetime(self):
        return self.millionths // MILLION

    def available(self, today):
        return 0 if self.debt else sum(lot.left for lot in self._living(today))

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

    # --- what a shop does

    def visit(self, sold, today):
        sale = Sale(sold)
        self.sales.append(sale)
        before = self.lifetime
        self.millionths += self._worth(sold)
        earned = self.lifetime - before
        sale.lot = self._bring(earned, _months_later(today, self.rules.months))
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
            self._bring(units, _months_later(today, self.rules.months))
        elif self.available(today) < -units:
            raise Refusal("insufficient_units")
        else:
            self._drain(self.lots, -units, today)

    # --- how

    def expire(self, today):
        for lot in self.lots:
            if lot.is_over(today):
                lot.lost += lot.left
                lot.left = 0

    def _worth(self, sold):
        return -(-sold * MILLION // self.rules.per)

    def _bring(self, units, last_day, *, grace=False):
        repaid = min(self.debt, units)
        self.debt -= repaid
        if units == repaid:
            return None
        self.lots.append(Lot(units - repaid, last_day, grace))
        return self.lots[-1]

    def _drain(self, lots, units, today):
        takes = []
        for lot in self._living(today):
            part = min(lot.left, units) if lot in lots else 0
            if part:
                lot.left -= part
                units -= part
                takes.append((lot, part))
        return takes

    def _reserve(self, today, *, filled):
        days = self.rules.voucher_days
        last_day = today + timedelta(days=days) if days else None
        takes = self._drain(self.lots, self.rules.cost, today)
        self.prizes.append(Prize(takes, last_day, filled))

    def _lower(self, sale, refunded, today):
        """Own lot, then what of it expired, then other lots, then debt."""
        self.expire(today)
        before = self.lifetime
        self.millionths -= self._worth(sale.sold - sale.refunded)
        self.millionths += self._worth(sale.sold - refunded)
        sale.refunded = refunded
        due = before - self.lifetime
        own = [sale.lot] if sale.lot else []
        lost = sum(lot.lost for lot in own) - sale.covered
        if self.rules.fills:
            self._unfill(due - lost, today)
        due -= _total(self._drain(own, due, today))
        covered = min(due, lost)
        sale.covered += covered
        due -= covered
        due -= _total(self._drain(self.lots, due, today))
        self.debt += due

    def _unfill(self, due, today):
        """Free stamps first; only if short, the youngest unused voucher of a full card."""
        for prize in reversed(self.prizes):
            if due <= self.available(today):
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
            self._bring(late, today + timedelta(days=GRACE_DAYS), grace=True)
        self.expire(today)


def _total(takes):
    return sum(units for _, units in takes)


def _months_later(on, months):
    if months is None:
        return None
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
