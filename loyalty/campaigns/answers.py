"""What somebody says to a letter: no more of these, or yes again; at once, however often."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import suppression, tokens
from loyalty.campaigns.models import Message
from loyalty.campaigns.tokens import Named
from loyalty.core.db import table
from loyalty.core.ids import ref
from loyalty.customers import consents, living, mailing, texts
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.models import Customer
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import system_duty

_MESSAGE, _MERCHANT = table(Message), table(Merchant)
SOURCE = "mail"  # of what is said by the link in a letter


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose link it is, and whether they get letters now; nothing personal."""

    merchant_id: UUID
    gets_letters: bool


def look(session: Session, *, token: str) -> Standing:
    """How things stand; looking changes nothing, so scanners may. Raises Unknown("message")."""
    named = tokens.read(session, token=token)
    who = _living(session, named)
    allowed = mailing.reach(session, merchant_id=named.merchant_id, customer_ids=[who])
    barred = suppression.among(
        session,
        merchant_id=named.merchant_id,
        people=[(one, suppression.hash_of(one.email)) for one in allowed.values()],
    )
    return Standing(named.merchant_id, who in allowed and who not in barred)


def leave(session: Session, *, token: str, language: str, at: datetime) -> Standing:
    """No more letters from this shop: the consent is taken back and the address suppressed.

    A second time changes nothing. Raises Unknown("message").
    """
    named = tokens.read(session, token=token)
    _suppress(session, named, at)
    if not _is_forgotten(session, named):
        _say(session, named, language=language, given=False, at=at)
    return Standing(named.merchant_id, gets_letters=False)


def come_back(session: Session, *, token: str, language: str, at: datetime) -> Standing:
    """Yes again, by somebody who holds a letter that was sent to their address.

    Only what they themselves had ended is lifted; a bounce and a complaint stay. Raises
    Unknown("message").
    """
    named = tokens.read(session, token=token)
    if not _is_forgotten(session, named):
        for hashed in _hashes(session, named):
            suppression.forgive(session, merchant_id=named.merchant_id, address_hash=hashed)
        _say(session, named, language=language, given=True, at=at)
    return look(session, token=token)


def _suppress(session: Session, named: Named, at: datetime) -> None:
    """The address that the letter went to, and the one that they have now."""
    for hashed in _hashes(session, named):
        suppression.add(
            session,
            merchant_id=named.merchant_id,
            address_hash=hashed,
            reason=suppression.UNSUBSCRIBED,
            at=at,
        )


def _hashes(session: Session, named: Named) -> set[bytes]:
    query = sa.select(_MESSAGE.c.address_hash).where(
        _MESSAGE.c.merchant_id == named.merchant_id, _MESSAGE.c.id == named.message_id
    )
    customer = session.get_one(Customer, (named.merchant_id, _living(session, named)))
    now = suppression.hash_of(customer.email) if customer.email else None
    return {one for one in (session.execute(query).scalar_one(), now) if one is not None}


def _say(session: Session, named: Named, *, language: str, given: bool, at: datetime) -> None:
    """Nothing is written where it is so already."""
    who = _living(session, named)
    now = consents.of(session, merchant_id=named.merchant_id, customer_ref=ref("cus", who))
    if now[Purpose.MARKETING] is given:
        return
    shop = session.execute(
        sa.select(_MERCHANT.c.name).where(_MERCHANT.c.id == named.merchant_id)
    ).scalar_one()
    said = texts.publish(session, merchant_id=named.merchant_id, shop_name=shop, at=at)
    text_id = said[Purpose.MARKETING].named_in(language)
    consents.record(
        session,
        duty=system_duty(named.merchant_id, via="mail"),
        customer_ref=ref("cus", who),
        consent=Consent(Purpose.MARKETING, given, text_id, SOURCE),
        at=at,
    )


def _is_forgotten(session: Session, named: Named) -> bool:
    customer = session.get_one(Customer, (named.merchant_id, _living(session, named)))
    return customer.erased_at is not None


def _living(session: Session, named: Named) -> UUID:
    return living.resolve(session, merchant_id=named.merchant_id, customer_id=named.customer_id)
