"""The wallet's blueprint with every page on it."""

from loyalty.wallet import (
    cards,
    confirmations,
    consent_texts,
    doors,
    friends,
    join,
    living,
    log,
    pins,
)
from loyalty.wallet.blueprint import blueprint

__all__ = [
    "blueprint",
    "cards",
    "confirmations",
    "consent_texts",
    "doors",
    "friends",
    "join",
    "living",
    "log",
    "pins",
]
