"""One customer's card by the oracle: their sales in time order, then what they brought back.

Written from docs/ledger.md and the import's contract alone; imports nothing of the product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from bench.oracle_rules import Due, Rules

if TYPE_CHECKING:
    from bench.oracle import Line, Purchase


@dataclass
class Lot:
    """Units that came together; `expired` of them were written off, `covered` of these counted."""

    on: date
    units: int
    expired: int = 0
    covered: int = 0
    ends: bool = True


@dataclass
class Sale:
    """A sale, what came back of its lines and of it as a whole, and its lot."""

    purchase: "Purchase"
    lot: Lot
    back: dict[int, int] = field(default_factory=dict)
    back_whole: int = 0

    def lefts(self) -> dict[int, Fraction]:
        """What is left of the money of each line."""
        nets = {line.number: line.cents - self.back.get(line.number, 0) for line in self.lines}
        total = sum(nets.values())
        part = Fraction(total - self.back_whole, total) if total else Fraction(1)
        return {number: net * part for number, net in nets.items()}

    @property
    def lines(self) -> "Sequence[Line]":
        """As they were sold."""
        return self.purchase.lines

    @property
    def left(self) -> int:
        """Whole cents left of it."""
        return int(sum(self.lefts().values(), Fraction(0)))


@dataclass
class Card:
    """A card's units under rules."""

    rules: Rules
    lots: list[Lot] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    full: list[list[tuple[Lot, int]]] = field(default_factory=list)  # what each voucher took
    cents: int = 0
    earned: int = 0
    debt: int = 0

    def buy(self, purchase: "Purchase") -> None:
        """A sale earns, and may fill the card."""
        units = self._worth(purchase.cents, self.cents)
        self.cents += purchase.cents
        self.earned += units
        lot = Lot(purchase.on, units)
        self.lots.append(lot)
        self.sales.append(Sale(purchase, lot))
        if self.rules.stamps and units and self.living(purchase.on) == self.rules.size:
            self.full.append(list(self._take(self.rules.size, purchase.on)))

    def _worth(self, cents: int, before: int) -> int:
        if self.rules.stamps:
            return int(cents > 0)
        return (before + cents) // 100 - before // 100

    def held(self) -> int:
        """Units in all lots."""
        return sum(lot.units for lot in self.lots)

    def living(self, on: date) -> int:
        """Units that could be used on that day."""
        return sum(lot.units for lot in self.lots if not self._is_over(lot, on))

    def expire(self, today: date) -> None:
        """Write off whatever is over on that day."""
        for lot in self.lots:
            if self._is_over(lot, today):
                lot.expired, lot.units = lot.expired + lot.units, 0

    def _is_over(self, lot: Lot, today: date) -> bool:
        """The last day counts in full: of 3 March 2025 for 12 months: over on 4 March 2026."""
        months = self.rules.months
        return lot.ends and months is not None and today > _months_later(lot.on, months)

    def bring(self, returned: "Purchase") -> None:
        """Lower the sales it belongs to, in the order of its rows; then take what is unmatched."""
        self.expire(returned.on)
        lowered: dict[int, tuple[Sale, bool, int]] = {}
        unmatched = 0
        for line in returned.lines:
            rest = line.cents
            for sale, by in self._lower(returned, line):
                before = lowered.get(id(sale), (sale, sale.left + by > 0, 0))
                lowered[id(sale)] = (sale, before[1], before[2] + by)
                rest -= by
            unmatched += rest
        for sale, was_there, by in lowered.values():
            self._take_back(sale, was_there=was_there, by=by, on=returned.on)
        self._give_up(int(unmatched > 0) if self.rules.stamps else unmatched // 100, returned.on)

    def _lower(self, returned: "Purchase", line: "Line") -> Iterator[tuple[Sale, int]]:
        rest = line.cents
        mine = [one for one in self.sales if returned.ref and one.purchase.ref == returned.ref]
        for sale in mine:
            for number in _of_item(sale, line):
                by = min(rest, int(sale.lefts()[number]))
                rest -= by
                sale.back[number] = sale.back.get(number, 0) + by
                if by:
                    yield sale, by
            by = min(rest, sale.left)
            rest -= by
            sale.back_whole += by
            if by:
                yield sale, by
        for sale in reversed(self.sales):
            if sale in mine or sale.purchase.at > returned.at:
                continue
            for number in _of_item(sale, line):
                by = min(rest, int(sale.lefts()[number]))
                rest -= by
                sale.back[number] = sale.back.get(number, 0) + by
                if by:
                    yield sale, by

    def _take_back(self, sale: Sale, *, was_there: bool, by: int, on: date) -> None:
        if self.rules.stamps:
            due = int(was_there and sum(sale.lefts().values()) == 0)
        else:
            due = self.cents // 100 - (self.cents - by) // 100
        self.cents -= by
        lot, coverable = sale.lot, sale.lot.expired - sale.lot.covered
        while self.rules.stamps and due - coverable > (0 if self.debt else self.living(on)):
            if not self.full:
                break
            self._unfill(on)
        own = min(due, lot.units)
        lot.units -= own
        covered = min(due - own, coverable)
        lot.covered += covered
        self._owe(due - own - covered, on)

    def _unfill(self, on: date) -> None:
        """The youngest voucher is cancelled: its stamps come back, expired ones for some days."""
        grace = Lot(on, 0, ends=False)
        for lot, units in sorted(self.full.pop(), key=lambda one: one[0].on):
            repaid = min(self.debt, units)
            self.debt -= repaid
            (grace if self._is_over(lot, on) else lot).units += units - repaid
        self.lots.insert(0, grace)

    def _give_up(self, units: int, on: date) -> None:
        self._owe(units, on)

    def _owe(self, units: int, on: date) -> None:
        self.debt += units - sum(taken for _, taken in self._take(units, on))

    def _take(self, units: int, on: date) -> Iterator[tuple[Lot, int]]:
        """Out of living lots, the soonest first."""
        for lot in list(self.lots):
            part = min(units, lot.units)
            if part and not self._is_over(lot, on):
                lot.units -= part
                units -= part
                yield lot, part


def due(
    bought: "Sequence[Purchase]", brought: "Sequence[Purchase]", rules: Rules, today: date
) -> Due:
    """What a customer must have on that day of the shop."""
    card = Card(rules)
    for purchase in bought:
        card.buy(purchase)
    for returned in brought:
        card.bring(returned)
    card.expire(today)
    carried = 0 if rules.stamps else card.cents % 100
    expired = sum(lot.expired for lot in card.lots)
    balance = card.held() - card.debt
    return Due(len(bought), card.earned, expired, balance, len(card.full), carried)


def _of_item(sale: Sale, line: "Line") -> Iterator[int]:
    """The lines of a sale that are of what came back: sku, else item, else exact amount."""
    for sold in sale.lines:
        if line.sku:
            same = sold.sku == line.sku
        elif line.item:
            same = sold.item == line.item
        else:
            same = sold.cents == line.cents
        if same:
            yield sold.number


def _months_later(given: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short."""
    month = given.month - 1 + months
    year, month, day = given.year + month // 12, month % 12 + 1, given.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
