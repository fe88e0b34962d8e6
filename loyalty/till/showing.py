"""What a code proved when the till saw it, kept until the sale is rung up."""

from dataclasses import dataclass

from loyalty.cards import live, pin
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import read_scan
from loyalty.core import clock
from loyalty.core.db import current
from loyalty.core.errors import ProofTooWeak
from loyalty.counter import proofs
from loyalty.web import guard, reads
from loyalty.web.locale import pick


@dataclass(frozen=True, slots=True)
class Shown:
    """The text that the sheet's forms send, and what a reward still asks for, or nothing."""

    scan: str
    asked: str
    asks_pin: bool


def shown(facts: CardFacts, scan: str, needed: str) -> Shown:
    """Judge a code now; of one that is live the forms say when it was seen."""
    read, at = read_scan(scan), clock.now()
    proof = proofs.prove(reads.session(), duty=guard.duty(), facts=facts, scan=read, at=at)
    if proof.live is not None and not read.seen:
        scan = live.sealed(current().settings.secret, read, at=at)
    card = {"merchant_id": facts.merchant_id, "card_id": facts.card_id}
    asks_pin = proof.live is None and pin.is_asked(reads.session(), **card)
    try:
        proofs.demand(proof, needed)
    except ProofTooWeak as no:
        return Shown(scan, pick(no.sentence), asks_pin)
    return Shown(scan, "", asks_pin)
