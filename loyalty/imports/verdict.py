"""What becomes of a sale: taken, known already, or refused; pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from loyalty.core.text import Text
from loyalty.imports import words
from loyalty.imports.sheet import Refusal
from loyalty.imports.spool import Spooled

_OCCURRENCE_BYTES = 8


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
    """A batch after looking: what to take, what is refused, how many were known."""

    taken: list[Spooled] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    replayed: int = 0


def identity(one: Spooled) -> bytes:
    """What a row is known by for ever: its values and the how-many-th of equal rows it is."""
    count = one.occurrence.to_bytes(_OCCURRENCE_BYTES, "big")
    return hashlib.sha256(one.digest + count).digest()[:16]


def sort(sales: Iterable[Spooled], recorded: Recorded) -> Sorted:
    """Sort a batch into taken, refused and replayed, in its order."""
    found = Sorted()
    for one in sales:
        if _is_recorded(one, recorded):
            found.replayed += 1
        elif no := _fault(one, recorded):
            found.refused.append(Refusal(one.sale.line, *no))
        else:
            found.taken.append(one)
    return found


def _is_recorded(one: Spooled, recorded: Recorded) -> bool:
    if identity(one) in recorded.identities:
        return True
    holder = recorded.refs.get(one.sale.external_ref or "")
    if holder is None or holder.was_imported:
        return False
    return holder.customer == one.sale.customer


def _fault(one: Spooled, recorded: Recorded) -> tuple[str, Text] | None:
    """The column at fault and why the sale is not taken."""
    sale = one.sale
    holder = recorded.refs.get(sale.external_ref or "")
    if holder is not None:
        same = holder.customer == sale.customer
        return "external_ref", words.REF_CHANGED if same else words.REF_OF_ANOTHER
    if one.ref_owner not in (None, sale.customer):
        return "external_ref", words.REF_OF_ANOTHER
    if one.ref_rows > 1:
        return "external_ref", words.LINES
    customer_id = recorded.customers.get(sale.customer)
    if customer_id in recorded.blocked:
        return "customer", words.CARD_BLOCKED
    return None
