"""How well a scan proves that the card is there (pure)."""

from loyalty.merchants.roles import Duty

_STRENGTH = {"typed": 0, "static": 1, "api": 1, "live": 2}


def proof_of(duty: Duty, scanned: str) -> str:
    """The proof level of a scan: other programs prove `api`, whatever form the text has."""
    return "api" if duty.via == "api" else scanned


def is_enough(given: str, needed: str) -> bool:
    """Whether a proof level reaches another: typed < static = api < live."""
    return _STRENGTH[given] >= _STRENGTH[needed]
