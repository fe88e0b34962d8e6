"""What is left of a visit after its refunds, exactly (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from loyalty.core.errors import Invalid, RefundTooLarge
from loyalty.core.text import Text
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import MILLI, Line


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line as it was sold; `amount_minor` is None when nobody said it, a fraction when shared."""

    number: int
    sku: str | None
    category: str | None
    quantity_milli: int
    amount_minor: int | Fraction | None


class Told(Protocol):
    """A line as it was told to us or kept."""

    @property
    def sku(self) -> str | None:
        """The product's own code."""
        ...

    @property
    def category(self) -> str | None:
        """The kind of product."""
        ...

    @property
    def quantity_milli(self) -> int:
        """Thousandths of a piece."""
        ...

    @property
    def amount_minor(self) -> int | None:
        """What was paid for it, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Paid:
    """The money of a sale in minor units; None is not said."""

    amount_minor: int | None
    tax_minor: int | None = None
    discount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """One refund: by amount, or thousandths of a piece by line number."""

    amount_minor: int | None
    lines: tuple[tuple[int, int], ...]


def base_of(document: VersionDocument, paid: Paid) -> Fraction | None:
    """What of a sale counts, in minor units; None when nobody said what was paid.

    net = amount - tax, before = amount + discount; absent counts as 0 (contract, "A line").
    """
    if paid.amount_minor is None:
        return None
    base = paid.amount_minor
    if document.tax == "net":
        base -= paid.tax_minor or 0
    if document.discounts == "before":
        base += paid.discount_minor or 0
    return Fraction(base)


def sold(amount_minor: int | None, lines: Sequence[Told]) -> list[SoldLine]:
    """The lines of a sale, numbered from 1; a sale without lines is one line of one piece.

    Where no line says its amount, the sale's is shared out by the piece: it counts as a whole.
    """
    if not lines:
        return [SoldLine(1, None, None, MILLI, amount_minor)]
    amounts: list[int | Fraction | None] = [line.amount_minor for line in lines]
    if amount_minor is not None and all(amount is None for amount in amounts):
        pieces = sum(line.quantity_milli for line in lines)
        amounts = [Fraction(amount_minor * line.quantity_milli, pieces) for line in lines]
    return [
        SoldLine(number, line.sku, line.category, line.quantity_milli, amount)
        for number, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1)
    ]


def counting(lines: Sequence[SoldLine], base: Fraction | None) -> dict[int, Fraction | None]:
    """What each line counts of the base, by its number: in proportion to its amount.

    What was given for nothing counts for nothing, whatever the base.
    """
    paid = sum(line.amount_minor or 0 for line in lines)
    if base is None or not paid or paid == base:
        return {
            line.number: None if line.amount_minor is None else Fraction(line.amount_minor)
            for line in lines
        }
    return {line.number: Fraction(line.amount_minor or 0) * base / paid for line in lines}


def left(
    lines: Sequence[SoldLine],
    refunds: Sequence[Given],
    base: Fraction | None = None,
) -> tuple[Line, ...]:
    """The lines as they count after these refunds; `base` is what the whole sale counted.

    With N the net of the lines after line refunds and A all refunded by amount, each line counts
    net x (N - A) / N (contract, "A refund"). Raises Invalid for a line that is not there and
    RefundTooLarge.
    """
    counts = counting(lines, base)
    if not refunds:
        return tuple(whole(line, counts[line.number]) for line in lines)
    returned = _returned(lines, refunds)
    part = _part(lines, refunds, returned)
    return tuple(_line(line, returned.get(line.number, 0), counts, part) for line in lines)


def whole(line: SoldLine, counted: Fraction | None) -> Line:
    """A line of which nothing came back."""
    is_pieces = line.quantity_milli % MILLI == 0
    return Line(line.number, line.sku, line.category, line.quantity_milli, counted, is_pieces)


def paid_left(
    amount_minor: int | None, lines: Sequence[SoldLine], refunds: Sequence[Given]
) -> int | None:
    """What is left of the money paid, in minor units, a begun one included; None when not said."""
    if amount_minor is None:
        return None
    returned = _returned(lines, refunds)
    nets = (_net(line, returned.get(line.number, 0)) for line in lines)
    exact = sum(nets, Fraction(0)) * _part(lines, refunds, returned)
    return -(-exact.numerator // exact.denominator)


def _part(
    lines: Sequence[SoldLine], refunds: Sequence[Given], returned: dict[int, int]
) -> Fraction:
    """The part of each line's net that refunds by amount leave."""
    by_amount = sum(refund.amount_minor or 0 for refund in refunds)
    nets = (_net(line, returned.get(line.number, 0)) for line in lines)
    total = sum(nets, Fraction(0))
    if by_amount > total:
        raise RefundTooLarge(largest_minor=int(total - (by_amount - _last_amount(refunds))))
    return (total - by_amount) / total if total else Fraction(1)


def _last_amount(refunds: Sequence[Given]) -> int:
    return refunds[-1].amount_minor or 0 if refunds else 0


def _returned(lines: Sequence[SoldLine], refunds: Sequence[Given]) -> dict[int, int]:
    sold = {line.number: line.quantity_milli for line in lines}
    returned: dict[int, int] = {}
    for refund in refunds:
        for number, quantity_milli in refund.lines:
            if number not in sold:
                raise Invalid({"lines": [_no_line(number)]})
            returned[number] = returned.get(number, 0) + quantity_milli
    for number, quantity_milli in returned.items():
        if quantity_milli > sold[number]:
            raise RefundTooLarge(line=number, largest_quantity=str(Fraction(sold[number], MILLI)))
    return returned


def _no_line(number: int) -> Text:
    return Text(f"la visita non ha una riga {number}", f"the visit has no line {number}")


def _net(line: SoldLine, returned_milli: int) -> Fraction:
    amount = Fraction(line.amount_minor or 0)
    return amount * (line.quantity_milli - returned_milli) / line.quantity_milli


def _line(
    line: SoldLine, returned_milli: int, counts: dict[int, Fraction | None], part: Fraction
) -> Line:
    counted, kept = counts[line.number], line.quantity_milli - returned_milli
    return Line(
        number=line.number,
        sku=line.sku,
        category=line.category,
        quantity_milli=kept,
        counted=None if counted is None else counted * kept / line.quantity_milli * part,
        whole=line.quantity_milli % MILLI == 0,
    )
