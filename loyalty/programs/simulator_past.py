"""Past sales as a simulation plays them, customer by customer in the order of time (pure)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from loyalty.programs.earning import Lines


class PastSale(NamedTuple):
    """A sale as it stands today; a million of them are made, so it is the lightest kind of value.

    `lines` are what is left after refunds, as the rules count it; equal sales should share one
    object, which is rated once. `amount_minor` is what was paid, `net_minor` what is left of that,
    in minor units; None where nobody said what was paid.
    """

    occurred_at: datetime
    lines: Lines
    amount_minor: int | None
    net_minor: int | None


class PastCustomer(NamedTuple):
    """Somebody, their birthday (MM-DD, None if unknown or not asked for) and their sales.

    `key` tells customers apart and puts two in order who bought at the same moment. The sales are
    in the order of time.
    """

    key: bytes
    birthday: str | None
    sales: Sequence[PastSale]


Past = Callable[[], Iterable[PastCustomer]]
"""Everybody once, in any order; asked again for each reward whose stock ran out."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The shop (currency, zone) and the days that are played.

    What is left on the cards and which levels are held is told as of the moment `until_at`.
    `first_on` and `last_on` bound the days (both inclusive); None for as far as sales go.
    """

    currency: str
    timezone: str
    until_at: datetime
    first_on: date | None = None
    last_on: date | None = None
