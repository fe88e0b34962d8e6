"""What becomes of a sale: taken, known already, or refused; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from loyalty.core.money import AMOUNT_MINOR_MAX
from loyalty.core.text import Text
from loyalty.imports import words
from loyalty.imports.basket import Basket, Row
from loyalty.imports.sheet import Refusal


@dataclass(frozen=True, slots=True)
class RefHolder:
    """The visit that has an external_ref: whose it is, and whether an import made it."""

    customer: str | None
    was_imported: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the shop holds already of everything that a batch mentions."""

    identities: set[bytes] = field(default_factory=set)
    refs: dict[str, RefHolder] = field(default_factory=dict)
    customers: dict[str, UUID] = field(default_factory=dict)
    cards: dict[UUID, UUID] = field(default_factory=dict)  # customer to card
    blocked: set[UUID] = field(default_factory=set)  # customers
    named: dict[str, UUID] = field(default_factory=dict)  # own reference to a card merged away


@dataclass(slots=True)
class Sorted:
    """A batch after looking: what to take, which rows are refused, how many were known."""

    taken: list[Basket] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    replayed: int = 0


def sort(baskets: Iterable[Basket], recorded: Recorded) -> Sorted:
    """Sort a batch into taken, refused and replayed, in its order."""
    found = Sorted()
    for basket in baskets:
        new = [row for row in basket.rows if not _is_recorded(row, recorded)]
        found.replayed += len(basket.rows) - len(new)
        if not new:
            continue
        if no := _fault(basket, recorded):
            found.refused += [Refusal(row.sale.line, *no) for row in new]
        else:
            found.taken.append(Basket(tuple(new)))
    return found


def _is_recorded(row: Row, recorded: Recorded) -> bool:
    if row.identity in recorded.identities:
        return True
    holder = recorded.refs.get(row.sale.external_ref or "")
    if holder is None or holder.was_imported:
        return False
    return holder.customer == row.sale.customer


def _fault(basket: Basket, recorded: Recorded) -> tuple[str, Text] | None:
    """The column at fault and why the sale is not taken."""
    holder = recorded.refs.get(basket.external_ref or "")
    if holder is not None:
        same = holder.customer == basket.customer
        return "external_ref", words.REF_CHANGED if same else words.REF_OF_ANOTHER
    if basket.ref_owner not in (None, basket.customer):
        return "external_ref", words.REF_OF_ANOTHER
    if basket.amount_minor > AMOUNT_MINOR_MAX:
        return "amount", words.TOO_MUCH_TOGETHER
    customer_id = recorded.customers.get(basket.customer)
    if customer_id in recorded.blocked:
        return "customer", words.CARD_BLOCKED
    return None
