"""One row of the file as a sale, or why it is none; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.core import money
from loyalty.core.signing import fingerprint
from loyalty.imports import cells, words
from loyalty.imports.sheet import Heading, Record, Refusal

TEXT_MAX = 120
EMAIL_MAX = 254
PHONE_MAX = 32


@dataclass(frozen=True, slots=True)
class Shop:
    """What the meaning of a row depends on: the merchant's zone and currency, and the clock."""

    zone: ZoneInfo
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase as the file tells it; texts that the file leaves empty are None.

    Goods that came back have their amount and quantity below 0 (a quantity may be left out, an
    amount may be 0).
    """

    line: int
    customer: str
    occurred_at: datetime
    amount_minor: int
    external_ref: str | None = None
    location: str | None = None
    sku: str | None = None
    item: str | None = None
    category: str | None = None
    quantity_milli: int | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None

    @property
    def is_return(self) -> bool:
        """Whether the goods came back."""
        return self.amount_minor < 0 or (self.quantity_milli or 0) < 0

    def digest(self) -> bytes:
        """Equal exactly for rows that tell of the same purchase, however they were spelled.

        Who the customer is (e-mail, phone, name) is no part of it: a corrected address in a later
        export must not make every purchase a new one.
        """
        return fingerprint([
            self.external_ref, self.customer, self.occurred_at.astimezone(UTC).isoformat(),
            self.amount_minor, self.location, self.sku, self.item, self.category,
            self.quantity_milli,
        ])  # fmt: skip


class RowReader:
    """Turns the records under one heading into sales."""

    def __init__(self, heading: Heading, shop: Shop) -> None:
        comma = heading.has_comma
        places = money.digits(shop.currency)
        self._heading = heading
        self._readers: dict[str, Callable[[str], Any]] = {
            "occurred_at": lambda text: cells.moment(text, shop.zone, latest_at=shop.at),
            "amount": lambda text: cells.amount_minor(text, places, comma=comma),
            "quantity": lambda text: cells.quantity_milli(text, comma=comma),
            "email": lambda text: cells.email(cells.short(text, "email", EMAIL_MAX)),
        }
        for column in ("customer", "external_ref", "location", "sku", "item", "category", "name"):
            self._readers[column] = _text(heading.name(column))
        self._readers["phone"] = _text(heading.name("phone"), PHONE_MAX)
        self._required = ("occurred_at", "amount")

    def read(self, record: Record) -> Sale | Refusal | None:
        """The sale of a row; None for a row without a customer, whatever else it says."""
        places = self._heading.places
        if not record.cells[places["customer"]].strip():
            return None
        values: dict[str, Any] = {}
        for column, place in places.items():
            text = record.cells[place].strip()
            if not text:
                if column in self._required:
                    return Refusal(record.line, column, words.missing(self._heading.name(column)))
                continue
            try:
                values[column] = self._readers[column](text)
            except cells.NotTaken as no:
                return Refusal(record.line, column, no.reason)
        return _sale(record.line, values)


def _text(column: str, longest: int = TEXT_MAX) -> Callable[[str], str]:
    return lambda text: cells.short(text, column, longest)


def _sale(line: int, values: dict[str, Any]) -> Sale | Refusal:
    amount_minor = values.pop("amount")
    quantity_milli = values.pop("quantity", None)
    if amount_minor > 0 > (quantity_milli or 0):
        return Refusal(line, "quantity", words.HALF_A_RETURN)
    return Sale(line=line, amount_minor=amount_minor, quantity_milli=quantity_milli, **values)
