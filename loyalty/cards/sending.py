"""A card on its way to its holder's phone: a link to show, or by mail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import claims, lookup
from loyalty.cards.claims import CLAIM_DAYS
from loyalty.cards.lookup import CardFacts
from loyalty.cards.models import CardClaim
from loyalty.core import mail
from loyalty.core.errors import Refused, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers.models import Customer
from loyalty.merchants import attempts
from loyalty.merchants.acts import note
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Permission

MAILS_A_DAY = 3  # to one address, whoever asks


class NoAddress(Refused):
    """Nobody knows where to write."""

    code = "no_address"
    words = Text(
        "Non c'è un'e-mail: scrivila nei dati, oppure mostra il link.",
        "There is no e-mail: add it to the details, or show the link.",
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A link that opens a card on a phone, once."""

    url: str
    expires_at: datetime


def make_link(session: Session, *, duty: Duty, card_ref: str, at: datetime) -> str:
    """A link for whoever holds the card; its ref. Raises Unknown("card"), CardBlocked."""
    duty.demand(Permission.ENROL)
    facts = _open_card(session, duty, card_ref)
    claim_id = claims.make(session, merchant_id=facts.merchant_id, card_id=facts.card_id, at=at)
    note(session, duty=duty, act="card.link", target=facts.ref, at=at)
    return ref("clm", claim_id)


def link(session: Session, *, merchant_id: UUID, card_ref: str, claim_ref: str) -> Link:
    """A link that has been made and not been used. Raises Unknown."""
    facts = lookup.find(session, merchant_id=merchant_id, card_ref=card_ref)
    claim_id = parse_ref("clm", claim_ref)
    found = session.get(CardClaim, (merchant_id, claim_id)) if claim_id else None
    if found is None or found.card_id != facts.card_id or found.used_at is not None:
        raise Unknown("claim")
    return Link(claims.claim_url(found.id), found.expires_at)


def send_link(session: Session, *, duty: Duty, card_ref: str, at: datetime) -> None:
    """Owe the holder's address a link. Raises Unknown, CardBlocked, NoAddress, and TooMany."""
    duty.demand(Permission.ENROL)
    facts = _open_card(session, duty, card_ref)
    if not facts.customer_email:
        raise NoAddress
    name = f"card link {facts.customer_email}"
    attempts.spend(session, name=name, allowed=MAILS_A_DAY, minutes=24 * 60, at=at)
    claim_id = claims.make(session, merchant_id=facts.merchant_id, card_id=facts.card_id, at=at)
    holder = session.get_one(Customer, (facts.merchant_id, facts.customer_id))
    shop = session.get_one(Merchant, facts.merchant_id)
    mail.post(
        session,
        kind="card_link",
        to=facts.customer_email,
        language=holder.language or shop.language,
        facts={"shop": shop.name, "link": claims.claim_url(claim_id), "days": CLAIM_DAYS},
        at=at,
        whose=(facts.merchant_id, facts.customer_id),
    )
    note(session, duty=duty, act="card.send", target=facts.ref, at=at)


def _open_card(session: Session, duty: Duty, card_ref: str) -> CardFacts:
    facts = lookup.find(session, merchant_id=duty.merchant_id, card_ref=card_ref)
    facts.demand_open()
    return facts
