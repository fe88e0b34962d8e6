"""The till's blueprint with every page on it."""

from loyalty.till import (
    corrections,
    counter,
    installing,
    newcomers,
    queue,
    rewards,
    vouchers,
)
from loyalty.till.blueprint import blueprint

__all__ = [
    "blueprint",
    "corrections",
    "counter",
    "installing",
    "newcomers",
    "queue",
    "rewards",
    "vouchers",
]
