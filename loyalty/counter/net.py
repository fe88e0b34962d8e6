"""What is left of a visit after its refunds, exactly (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from loyalty.core.errors import Invalid, RefundTooLarge
from loyalty.core.text import Text
from loyalty.programs.earning import MILLI, Line


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line as it was sold; `amount_minor` is None when nobody said it."""

    number: int
    sku: str | None
    category: str | None
    quantity_milli: int
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """One refund: by amount, or thousandths of a piece by line number."""

    amount_minor: int | None
    lines: tuple[tuple[int, int], ...]


def left(lines: Sequence[SoldLine], refunds: Sequence[Given]) -> tuple[Line, ...]:
    """The lines as they count after these refunds.

    With N the net of the lines after line refunds and A all refunded by amount, each line counts
    net x (N - A) / N (contract, "A refund"). Raises Invalid for a line that is not there and
    RefundTooLarge.
    """
    returned = _returned(lines, refunds)
    nets = {line.number: _net(line, returned.get(line.number, 0)) for line in lines}
    by_amount = sum(refund.amount_minor or 0 for refund in refunds)
    total = sum((net for net in nets.values() if net is not None), Fraction(0))
    if by_amount > total:
        raise RefundTooLarge(largest_minor=int(total - (by_amount - _last_amount(refunds))))
    part = (total - by_amount) / total if total else Fraction(1)
    return tuple(_line(line, returned.get(line.number, 0), nets, part) for line in lines)


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


def _net(line: SoldLine, returned_milli: int) -> Fraction | None:
    if line.amount_minor is None:
        return None
    return (
        Fraction(line.amount_minor) * (line.quantity_milli - returned_milli) / line.quantity_milli
    )


def _line(
    line: SoldLine, returned_milli: int, nets: dict[int, Fraction | None], part: Fraction
) -> Line:
    net = nets[line.number]
    return Line(
        number=line.number,
        sku=line.sku,
        category=line.category,
        quantity_milli=line.quantity_milli - returned_milli,
        counted=None if net is None else net * part,
        whole=line.quantity_milli % MILLI == 0,
    )


def refunded_minor(before: Sequence[Line], after: Sequence[Line]) -> int | None:
    """The money that a refund gives back: whole minor units of the exact difference, rounded down.

    None when nobody said what was paid.
    """
    if any(line.counted is None for line in before):
        return None
    gone = sum((line.counted or Fraction(0) for line in before), Fraction(0)) - sum(
        (line.counted or Fraction(0) for line in after), Fraction(0)
    )
    return int(gone)
