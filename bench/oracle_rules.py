"""What the oracle is asked, and what it answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """One point per 1.00 paid, or one stamp per visit and a voucher for each full card."""

    stamps: bool = False
    size: int = 10
    months: int | None = None  # a unit lasts so long; None: for ever


@dataclass(frozen=True)
class Due:
    """What one customer must have: units earned and expired, balance, vouchers, cents carried."""

    visits: int
    earned: int
    expired: int
    balance: int
    vouchers: int
    carried: int
