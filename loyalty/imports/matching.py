"""Which sales a return lowers: the latest of its item, then the one before it, and so on (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from loyalty.counter import net
from loyalty.counter.models import Visit
from loyalty.counter.net import Exact, Given, SoldLine
from loyalty.counter.requests import LineRequest
from loyalty.imports.basket import Basket
from loyalty.imports.sale import Sale
from loyalty.programs.earning import MILLI


@dataclass(slots=True)
class SoldVisit:
    """A living visit with its lines as sold, the items they name, and what changed it since.

    `found` is what the return under way gives back of it.
    """

    recorded: Visit
    sold: list[SoldLine]
    items: list[str | None]
    given: list[Given]
    change_ids: list[UUID]
    found: list[Given] = field(default_factory=list)

    def nets(self) -> dict[int, Exact]:
        """What is left of the money of each line."""
        return net.nets(self.sold, [*self.given, *self.found])

    def pieces(self) -> dict[int, int]:
        """Thousandths of a piece left of each line."""
        return net.pieces(self.sold, [*self.given, *self.found])


@dataclass(slots=True)
class Matched:
    """What a return comes to: which visits it lowers, and what of it no sale answers for.

    `targets` say for each row which visits it lowers; an empty one has its line in `unmatched`.
    """

    lowered: dict[UUID, SoldVisit] = field(default_factory=dict)
    unmatched: list[LineRequest] = field(default_factory=list)
    targets: list[list[UUID]] = field(default_factory=list)


@dataclass(slots=True)
class _Rest:
    """What of a row has not found its sale yet: minor units, and thousandths of a piece if said."""

    minor: int
    milli: int | None


def match(basket: Basket, visits: Sequence[SoldVisit]) -> Matched:
    """Find the sales of a return; `visits` are the customer's, the latest first.

    A return that shares a sale's ref lowers that sale, its own item first. Any other lowers the
    latest sale of its item (sku, else item, else exact amount) that is not after it; what is more
    than is left there lowers the one before, and so on (contract, "Return").
    """
    found, at = Matched(), basket.occurred_at
    ref = basket.external_ref
    own = [one for one in visits if ref and one.recorded.external_ref == ref]
    earlier = [one for one in visits if one.recorded.occurred_at <= at and one not in own]
    for row in basket.rows:
        sale, targets = row.sale, []
        quantity = sale.quantity_milli
        rest = _Rest(-sale.amount_minor, None if quantity is None else abs(quantity))
        for visit, given in _lowered(sale, rest, own, earlier):
            visit.found.append(given)
            found.lowered[visit.recorded.id] = visit
            targets.append(visit.recorded.id)
        if rest.minor or not targets:
            found.unmatched.append(_line(sale, rest))
        found.targets.append(targets)
    return found


def _lowered(
    sale: Sale, rest: _Rest, own: Sequence[SoldVisit], earlier: Sequence[SoldVisit]
) -> Iterator[tuple[SoldVisit, Given]]:
    """By how much the row lowers which visit, as long as something of it is left."""
    for visit in own:
        yield from _by_lines(sale, rest, visit)
        whole = min(rest.minor, int(sum(visit.nets().values())))
        if whole:
            rest.minor -= whole
            yield visit, Given(whole)
    for visit in earlier:
        yield from _by_lines(sale, rest, visit)


def _by_lines(sale: Sale, rest: _Rest, visit: SoldVisit) -> Iterator[tuple[SoldVisit, Given]]:
    for line, item in zip(visit.sold, visit.items, strict=True):
        if not rest.minor:
            return
        if _is_of(sale, line, item) and (money := _of_line(visit, line, rest)):
            yield visit, Given(None, (), (money,))


def _is_of(sale: Sale, line: SoldLine, item: str | None) -> bool:
    if sale.sku is not None:
        return line.sku == sale.sku
    if sale.item is not None:
        return item == sale.item
    return line.amount_minor == -sale.amount_minor


def _of_line(visit: SoldVisit, line: SoldLine, rest: _Rest) -> tuple[int, int, int] | None:
    """What comes back of a line: its pieces too, but one while any of its money is left."""
    there = visit.nets()[line.number]
    minor = min(int(there), rest.minor)
    if not minor:
        return None
    pieces = visit.pieces()[line.number]
    milli = pieces * minor // int(there) if rest.milli is None else min(rest.milli, pieces)
    if minor != there:
        milli = max(0, min(milli, pieces - 1))
    rest.minor -= minor
    rest.milli = None if rest.milli is None else rest.milli - milli
    return line.number, milli, minor


def _line(sale: Sale, rest: _Rest) -> LineRequest:
    """What no sale answers for, as a line."""
    return LineRequest(sale.sku, sale.item, sale.category, rest.milli or MILLI, rest.minor)


def together(parts: Sequence[Given]) -> list[Given]:
    """One refund for what came back of lines, one for what came back by amount."""
    money = tuple(each for part in parts for each in part.money)
    amount = sum(part.amount_minor or 0 for part in parts)
    found = [Given(None, (), money)] if money else []
    return [*found, Given(amount)] if amount else found
