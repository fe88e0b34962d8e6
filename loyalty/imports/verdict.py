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
    """The visit that has an external_ref: whose, of how much, whether an import made it."""

    visit_id: UUID
    customer: str | None
    was_imported: bool
    is_void: bool = False
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the shop holds already of everything that a batch mentions."""

    identities: set[bytes] = field(default_factory=set)
    refs: dict[str, RefHolder] = field(default_factory=dict)
    customers: dict[str, UUID] = field(default_factory=dict)
    cards: dict[UUID, UUID] = field(default_factory=dict)  # customer to card
    blocked: set[UUID] = field(default_factory=set)  # customers
    named: dict[str, UUID] = field(default_factory=dict)  # own reference to a card merged away


@dataclass(frozen=True, slots=True)
class Added:
    """Rows that came later to a sale that an import had recorded."""

    basket: Basket
    visit_id: UUID


@dataclass(slots=True)
class Sorted:
    """A batch after looking: what to take, which rows are refused, how many were known.

    `taken` are new sales, `added` new rows of older ones, `returned` what came back.
    """

    taken: list[Basket] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    returned: list[Basket] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    replayed: int = 0

    @property
    def changes(self) -> list[Basket]:
        """What makes something recorded count anew: rows that came later, and returns."""
        return [*(one.basket for one in self.added), *self.returned]

    @property
    def baskets(self) -> list[Basket]:
        """Everything that goes in, whatever it is."""
        return [*self.taken, *self.changes]

    def refuse(self, basket: Basket, column: str, why: Text) -> None:
        """All rows of a basket are refused."""
        self.refused += [Refusal(row.sale.line, column, why) for row in basket.rows]


def sort(baskets: Iterable[Basket], recorded: Recorded) -> Sorted:
    """Sort a batch into what is taken, refused and replayed, in its order."""
    found = Sorted()
    for basket in baskets:
        new = Basket(tuple(row for row in basket.rows if not _is_recorded(row, recorded)))
        found.replayed += len(basket.rows) - len(new.rows)
        if not new.rows:
            continue
        if no := _fault(new, recorded):
            found.refuse(new, *no)
        elif new.is_return:
            found.returned.append(new)
        elif holder := recorded.refs.get(new.external_ref or ""):
            found.added.append(Added(new, holder.visit_id))
        else:
            found.taken.append(new)
    return found


def _is_recorded(row: Row, recorded: Recorded) -> bool:
    if row.identity in recorded.identities:
        return True
    holder = recorded.refs.get(row.sale.external_ref or "")
    if holder is None or holder.was_imported:
        return False
    return holder.customer == row.sale.customer


def _fault(basket: Basket, recorded: Recorded) -> tuple[str, Text] | None:
    """The column at fault and why the rows are not taken."""
    holder = recorded.refs.get(basket.external_ref or "")
    if holder is not None and holder.customer != basket.customer:
        return "external_ref", words.REF_OF_ANOTHER
    if basket.ref_owner not in (None, basket.customer):
        return "external_ref", words.REF_OF_ANOTHER
    if holder is not None and holder.is_void:
        return "external_ref", words.REF_VOIDED
    there = holder.amount_minor if holder is not None else 0
    if not basket.is_return and there + basket.amount_minor > AMOUNT_MINOR_MAX:
        return "amount", words.TOO_MUCH_TOGETHER
    customer_id = recorded.customers.get(basket.customer)
    if customer_id in recorded.blocked:
        return "customer", words.CARD_BLOCKED
    return None
