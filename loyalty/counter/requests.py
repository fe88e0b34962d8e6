"""What the edges hand to the counter, already parsed and frozen."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalty.core.errors import CurrencyMismatch, Invalid
from loyalty.core.money import AMOUNT_MINOR_MAX, Money
from loyalty.core.signing import digest, fingerprint
from loyalty.core.text import Text
from loyalty.ledger.state import Intent

LINES_MAX = 500
_AMOUNT_RANGE = Text(
    f"da 0 a {AMOUNT_MINOR_MAX} centesimi", f"from 0 to {AMOUNT_MINOR_MAX} minor units"
)


@dataclass(frozen=True, slots=True)
class LineRequest:
    """One line of a sale; `quantity_milli` is thousandths of a piece."""

    sku: str | None = None
    item: str | None = None
    category: str | None = None
    quantity_milli: int = 1_000
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """A sale at the counter. `amount` is what was paid, gross; None is not 0."""

    scan: str
    amount: Money | None = None
    lines: tuple[LineRequest, ...] = ()
    tax: Money | None = None
    discount: Money | None = None
    location: str | None = None
    occurred_at: datetime | None = None
    external_ref: str | None = None
    kept_offline: bool = False  # a till without network kept it; the receipt says so


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund, by amount or by lines: (line number from 1, thousandths of a piece)."""

    amount: Money | None = None
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustmentRequest:
    """Units to add (positive) or take (negative), and why, as the customer will read it."""

    unit: str
    units: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A receipt as JSON-able values, and whether it had been given before."""

    body: dict[str, Any] = field(default_factory=dict)
    replayed: bool = False


def intent(key: str, body: object) -> Intent:
    """The digests of an idempotency key and of everything that the request says."""
    return Intent(key_hash=digest(key), body_hash=fingerprint(body))


def amount_in(money: Money | None, currency: str, name: str) -> int | None:
    """The minor units of an amount in the merchant's currency.

    Raises CurrencyMismatch, and Invalid below 0 or above 10,000,000.00.
    """
    if money is None:
        return None
    if money.currency != currency:
        raise CurrencyMismatch(expected=currency, given=money.currency)
    if not 0 <= money.amount_minor <= AMOUNT_MINOR_MAX:
        raise Invalid({name: [_AMOUNT_RANGE]})
    return money.amount_minor
