"""The card's holder confirms with the PIN that they have chosen."""

from loyalty.cards import pin
from loyalty.cards.lookup import CardFacts
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import ProofTooWeak
from loyalty.core.text import Text
from loyalty.counter.proofs import NOW, Showing
from loyalty.merchants.passwords import verify_password

_WRONG = Text(
    "Il PIN della carta non è giusto, o riposa un quarto d'ora dopo cinque tentativi. Il codice che"
    " cambia sul telefono va sempre bene.",
    "The card's PIN is not right, or it rests for a quarter of an hour after five tries. The code"
    " that changes on the phone is always fine.",
)


def confirmed(facts: CardFacts, digits: str | None) -> Showing:
    """The card as it was shown now, with the holder's PIN if they typed it. Raises ProofTooWeak."""
    if not digits:
        return NOW
    card = {"merchant_id": facts.merchant_id, "card_id": facts.card_id}
    with write() as session:
        kept = pin.take_try(session, at=clock.now(), **card)
    if not verify_password(kept, digits):
        raise ProofTooWeak(_WRONG, needed="pin", given="typed")
    with write() as session:
        pin.was_right(session, **card)
    return Showing(is_confirmed=True)
