"""What is left of a visit after its refunds, exactly (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    rules: frozenset[str] | None = None  # once it is not known any more what it was


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
    """One refund: by amount, by pieces of lines, or by money of lines.

    `lines` are (number, thousandths of a piece), and their money goes in proportion; `money` is
    (number, thousandths, minor units), as a return tells both. All below 0: a refund taken back.
    """

    amount_minor: int | None
    lines: tuple[tuple[int, int], ...] = ()
    money: tuple[tuple[int, int, int], ...] = ()

    @classmethod
    def kept(cls, amount_minor: int | None, raw: Sequence[Sequence[int]]) -> "Given":
        """A refund as its row keeps it."""
        return cls(
            amount_minor,
            tuple((each[0], each[1]) for each in raw if len(each) == _PIECES),
            tuple((each[0], each[1], each[2]) for each in raw if len(each) == _MONEY),
        )

    def as_rows(self) -> list[list[int]]:
        """Its lines for the row."""
        return [list(each) for each in (*self.lines, *self.money)]

    def undone(self) -> "Given":
        """The same, taken back."""
        return Given(
            None if self.amount_minor is None else -self.amount_minor,
            tuple((number, -milli) for number, milli in self.lines),
            tuple((number, -milli, -minor) for number, milli, minor in self.money),
        )


@dataclass(slots=True)
class _Back:
    """What came back of a line: pieces with their money, and money with its pieces."""

    milli: int = 0
    money_milli: int = 0
    minor: int = 0


Exact = Fraction | int
_PIECES, _MONEY = 2, 3  # how long a refund's line is in its row
_NONE = _Back()


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
        SoldLine(number, line.sku, line.category, line.quantity_milli, amount, _rules_of(line))
        for number, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1)
    ]


def _rules_of(line: Told) -> frozenset[str] | None:
    """Only lines that were kept for long have them."""
    rules = getattr(line, "rules", None)
    return None if rules is None else frozenset(rules)


def renumbered(line: SoldLine, by: int) -> SoldLine:
    """The same line, so many places further."""
    return replace(line, number=line.number + by)


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
    return tuple(_line(line, returned.get(line.number, _NONE), counts, part) for line in lines)


def whole(line: SoldLine, counted: Fraction | None) -> Line:
    """A line of which nothing came back."""
    is_pieces = line.quantity_milli % MILLI == 0
    return Line(
        line.number, line.sku, line.category, line.quantity_milli, counted, is_pieces, line.rules
    )


def paid_left(
    amount_minor: int | None, lines: Sequence[SoldLine], refunds: Sequence[Given]
) -> int | None:
    """What is left of the money paid, in minor units, a begun one included; None when not said."""
    if amount_minor is None:
        return None
    exact = Fraction(sum(nets(lines, refunds).values()))
    return -(-exact.numerator // exact.denominator)


def nets(lines: Sequence[SoldLine], refunds: Sequence[Given]) -> dict[int, Exact]:
    """What is left of the money of each line, by its number."""
    returned = _returned(lines, refunds)
    part = _part(lines, refunds, returned)
    return {line.number: _net(line, returned.get(line.number, _NONE)) * part for line in lines}


def pieces(lines: Sequence[SoldLine], refunds: Sequence[Given]) -> dict[int, int]:
    """Thousandths of a piece left of each line, by its number."""
    returned = _returned(lines, refunds)
    return {line.number: _pieces_left(line, returned.get(line.number, _NONE)) for line in lines}


def _part(lines: Sequence[SoldLine], refunds: Sequence[Given], returned: dict[int, _Back]) -> Exact:
    """The part of each line's net that refunds by amount leave."""
    by_amount = sum(refund.amount_minor or 0 for refund in refunds)
    if not by_amount:
        return 1
    total = Fraction(sum(_net(line, returned.get(line.number, _NONE)) for line in lines))
    if by_amount > total:
        raise RefundTooLarge(largest_minor=int(total - (by_amount - _last_amount(refunds))))
    return (total - by_amount) / total if total else Fraction(1)


def _last_amount(refunds: Sequence[Given]) -> int:
    return refunds[-1].amount_minor or 0 if refunds else 0


def _returned(lines: Sequence[SoldLine], refunds: Sequence[Given]) -> dict[int, _Back]:
    sold = {line.number: line for line in lines}
    returned: dict[int, _Back] = {}
    for refund in refunds:
        for number, milli in refund.lines:
            _back(sold, returned, number).milli += milli
        for number, milli, minor in refund.money:
            back = _back(sold, returned, number)
            back.money_milli += milli
            back.minor += minor
    for number, back in returned.items():
        _demand_within(sold[number], back)
    return returned


def _back(sold: dict[int, SoldLine], returned: dict[int, _Back], number: int) -> _Back:
    if number not in sold:
        raise Invalid({"lines": [_no_line(number)]})
    return returned.setdefault(number, _Back())


def _demand_within(line: SoldLine, back: _Back) -> None:
    """Raise RefundTooLarge where more comes back of a line than there was."""
    if _pieces_left(line, back) < 0:
        largest = str(Fraction(line.quantity_milli, MILLI))
        raise RefundTooLarge(line=line.number, largest_quantity=largest)
    if _net(line, back) < 0:
        raise RefundTooLarge(line=line.number, largest_minor=int(_net(line, back) + back.minor))


def _no_line(number: int) -> Text:
    return Text(f"la visita non ha una riga {number}", f"the visit has no line {number}")


def _pieces_left(line: SoldLine, back: _Back) -> int:
    return line.quantity_milli - back.milli - back.money_milli


def _net(line: SoldLine, back: _Back) -> Exact:
    amount = line.amount_minor or 0
    if not back.milli:
        return amount - back.minor
    return Fraction(amount) * (line.quantity_milli - back.milli) / line.quantity_milli - back.minor


def _line(line: SoldLine, back: _Back, counts: dict[int, Fraction | None], part: Exact) -> Line:
    counted = counts[line.number]
    if counted is not None and line.amount_minor and (back is not _NONE or part != 1):
        counted = counted * _net(line, back) / line.amount_minor * part
    return Line(
        number=line.number,
        sku=line.sku,
        category=line.category,
        quantity_milli=_pieces_left(line, back),
        counted=counted,
        whole=line.quantity_milli % MILLI == 0,
        rules=line.rules,
    )
