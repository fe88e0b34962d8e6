"""The till's blueprint with every page on it."""

from loyalty.till import corrections, counter, newcomers, remarks, rewards, search, vouchers
from loyalty.till.blueprint import blueprint

__all__ = [
    "blueprint",
    "corrections",
    "counter",
    "newcomers",
    "remarks",
    "rewards",
    "search",
    "vouchers",
]
