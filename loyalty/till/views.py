"""The till's blueprint with every page on it."""

from loyalty.till import (
    adjusting,
    corrections,
    counter,
    installing,
    newcomers,
    people,
    queue,
    remarks,
    rewards,
    search,
    vouchers,
)
from loyalty.till.blueprint import blueprint

__all__ = [
    "adjusting",
    "blueprint",
    "corrections",
    "counter",
    "installing",
    "newcomers",
    "people",
    "queue",
    "remarks",
    "rewards",
    "search",
    "vouchers",
]
