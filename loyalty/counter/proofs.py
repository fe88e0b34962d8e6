"""How well a scan proves that the card is there, and that a live code serves once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import live, live_uses, pin
from loyalty.cards.live import Live
from loyalty.cards.lookup import CardFacts
from loyalty.cards.models import CardDevice
from loyalty.cards.tokens import Scan
from loyalty.core.db import current
from loyalty.core.errors import ProofTooWeak
from loyalty.core.text import Text
from loyalty.merchants.roles import Duty

_STRENGTH = {"typed": 0, "static": 1, "api": 1, "live": 2}
PHONES_MAX = 20  # of one card; the latest count
_PHONES = (
    sa.select(CardDevice.id)
    .where(
        CardDevice.merchant_id == sa.bindparam("merchant_id"),
        CardDevice.card_id.in_(sa.bindparam("card_ids", expanding=True)),
        CardDevice.revoked_at.is_(None),
    )
    .order_by(CardDevice.created_at.desc())
    .limit(PHONES_MAX)
)
_OLD = Text(
    "Questo codice è scaduto, o è una foto: fai riaprire la carta sul telefono e inquadrala di"
    " nuovo. Non si è perso niente.",
    "This code is over, or it is a photo: have the card opened again on the phone and scan it"
    " once more. Nothing is lost.",
)
_LIVE_NEEDED = Text(
    "Per questo premio serve il codice che cambia sul telefono: fai aprire la carta e inquadrala.",
    "This reward needs the code that changes on the phone: have the card opened and scan it.",
)
_PIN_NEEDED = Text(
    "Chi ha questa carta ha scelto un PIN: glielo fai scrivere qui, oppure inquadri il codice che"
    " cambia sul suo telefono.",
    "The holder of this card has chosen a PIN: let them type it here, or scan the code that changes"
    " on their phone.",
)


@dataclass(frozen=True, slots=True)
class Showing:
    """How a card was shown: `at` is when, where that was not now; or the holder's PIN was right."""

    at: datetime | None = None
    is_confirmed: bool = False


NOW = Showing()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a scan proves: its level, the live code behind it, and `is_old` for one that is over."""

    level: str
    live: Live | None = None
    is_old: bool = False


def proof_of(duty: Duty, scanned: str) -> str:
    """The proof level of a scan that is not live: other programs prove `api`, whatever it is."""
    return "api" if duty.via == "api" else scanned


def is_enough(given: str, needed: str) -> bool:
    """Whether a proof level reaches another: typed < static = api < live."""
    return _STRENGTH[given] >= _STRENGTH[needed]


def prove(session: Session, *, duty: Duty, facts: CardFacts, scan: Scan, at: datetime) -> Proof:
    """What a scan of this card proves at a moment; one with digits is live if a phone made them."""
    level = proof_of(duty, scan.proof)
    if not scan.digits:
        return Proof(level)
    secret = current().settings.secret
    phones = _phones(session, facts.merchant_id, [facts.card_id, facts.scanned_card_id])
    seen_at = live.seen_at(secret, scan, at=at)
    found = live.match(secret, phones, scan.digits, at=seen_at)
    return Proof("live", found) if found else Proof(level, is_old=True)


def _phones(session: Session, merchant_id: UUID, card_ids: Sequence[UUID | None]) -> Sequence[UUID]:
    wanted = {"merchant_id": merchant_id, "card_ids": [each for each in card_ids if each]}
    return session.execute(_PHONES, wanted).scalars().all()


def demand(proof: Proof, needed: str) -> str:
    """The level, if it is enough to redeem. Raises ProofTooWeak, for a photo of a code as well."""
    if proof.is_old:
        raise ProofTooWeak(_OLD, needed=needed, given=proof.level)
    if not is_enough(proof.level, needed):
        said = _LIVE_NEEDED if needed == "live" else None
        raise ProofTooWeak(said, needed=needed, given=proof.level)
    return proof.level


def demand_pin(session: Session, proof: Proof, facts: CardFacts, showing: Showing) -> None:
    """Raise ProofTooWeak where the holder has chosen a PIN, and no live code speaks for them."""
    if proof.level == "live" or showing.is_confirmed:
        return
    if pin.is_asked(session, merchant_id=facts.merchant_id, card_id=facts.card_id):
        raise ProofTooWeak(_PIN_NEEDED, needed="pin", given=proof.level)


def demand_to_earn(proof: Proof, needed: str) -> None:
    """Raise ProofTooWeak unless the level is enough; an old live code still shows the card's QR."""
    if not is_enough(proof.level, needed):
        raise ProofTooWeak(_OLD if proof.is_old else None, needed=needed, given=proof.level)


def use_up(session: Session, proof: Proof, *, duty: Duty, act: str, at: datetime) -> Proof:
    """The proof that is left when its live code is used for an act: the second time it is old."""
    if proof.live is None:
        return proof
    code, merchant_id = proof.live, duty.merchant_id
    if live_uses.is_first(session, merchant_id=merchant_id, code=code, act=act, at=at):
        return proof
    return Proof(proof_of(duty, "static"), is_old=True)
