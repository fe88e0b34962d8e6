"""The wallet's blueprint with every page on it."""

from loyalty.wallet import (
    all_cards,
    asking,
    cards,
    confirmations,
    consent_texts,
    doors,
    entry,
    friends,
    giving,
    join,
    leaving,
    letters,
    living,
    log,
    mine,
    pins,
    taking_along,
)
from loyalty.wallet.blueprint import blueprint

__all__ = [
    "all_cards",
    "asking",
    "blueprint",
    "cards",
    "confirmations",
    "consent_texts",
    "doors",
    "entry",
    "friends",
    "giving",
    "join",
    "leaving",
    "letters",
    "living",
    "log",
    "mine",
    "pins",
    "taking_along",
]
