"""The wallet's blueprint with every page on it."""

from loyalty.wallet import cards, doors, entry, log, mine
from loyalty.wallet.blueprint import blueprint

__all__ = ["blueprint", "cards", "doors", "entry", "log", "mine"]
