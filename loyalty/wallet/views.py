"""The wallet's blueprint with every page on it."""

from loyalty.wallet import (
    cards,
    confirmations,
    consent_texts,
    doors,
    friends,
    giving,
    join,
    leaving,
    living,
    log,
    mine,
    pins,
    taking_along,
)
from loyalty.wallet.blueprint import blueprint

__all__ = [
    "blueprint",
    "cards",
    "confirmations",
    "consent_texts",
    "doors",
    "friends",
    "giving",
    "join",
    "leaving",
    "living",
    "log",
    "mine",
    "pins",
    "taking_along",
]
