"""A sale as a file tells it: one row, or several that share a ref as its lines; pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from loyalty.imports.sale import Sale

_OCCURRENCE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sale, what it is known by for ever, and whose its ref is.

    `ref_owner` is the customer of the ref's first row, if several rows have the ref.
    """

    sale: Sale
    identity: bytes
    ref_owner: str | None


def identity(digest: bytes, occurrence: int) -> bytes:
    """A row's values, and the how-many-th of equal rows it is."""
    count = occurrence.to_bytes(_OCCURRENCE_BYTES, "big")
    return hashlib.sha256(digest + count).digest()[:16]


@dataclass(frozen=True, slots=True)
class Basket:
    """The rows of one sale in the order of the file, all of one customer; or of one return."""

    rows: tuple[Row, ...]

    @property
    def customer(self) -> str:
        """Whose it is."""
        return self.rows[0].sale.customer

    @property
    def external_ref(self) -> str | None:
        """The till's own number of it."""
        return self.rows[0].sale.external_ref

    @property
    def is_return(self) -> bool:
        """Whether its goods came back."""
        return self.rows[0].sale.is_return

    @property
    def ref_owner(self) -> str | None:
        """Whose the ref is, if several rows have it."""
        return self.rows[0].ref_owner

    @property
    def occurred_at(self) -> datetime:
        """When it was: the first time that a row says."""
        return min(row.sale.occurred_at for row in self.rows)

    @property
    def amount_minor(self) -> int:
        """All of it together, in minor units."""
        return sum(row.sale.amount_minor for row in self.rows)

    @property
    def location(self) -> str | None:
        """Where it was: the first place that a row names."""
        return next((row.sale.location for row in self.rows if row.sale.location), None)
