"""The wallet's blueprint with every page on it."""

from loyalty.wallet import cards, doors, giving, leaving, log, mine, taking_along
from loyalty.wallet.blueprint import blueprint

__all__ = ["blueprint", "cards", "doors", "giving", "leaving", "log", "mine", "taking_along"]
