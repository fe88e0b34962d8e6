"""Why somebody leaves a shop of the street."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.demo.opening import Shop
from loyalty.feedback import exits

_SAID = (
    ("away", "Mi sono trasferita, mi mancherete."),
    ("privacy", None),
    ("rewards", "Bevo tè, e i premi erano tutti di caffè."),
)


def say_why(session: Session, shop: Shop, at: datetime) -> None:
    """The answer to the one question; each shop hears another."""
    reason, words = _SAID[len(shop.plan.key) % len(_SAID)]
    exits.answer(session, merchant_id=shop.merchant_id, reason=reason, words=words, at=at)
