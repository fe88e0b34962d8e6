"""Keeping cards safe: block, unblock, replace a lost one, and forget its holder."""

from dataclasses import replace as replace_facts
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import codes, found, wallets
from loyalty.cards.lookup import CardFacts, by_id, find
from loyalty.cards.models import Card, CardClaim, CardDevice, CardToken
from loyalty.cards.register import new_token
from loyalty.core import mail
from loyalty.customers import directory, living
from loyalty.feedback import remarks
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Duty, Permission


def block(session: Session, *, duty: Duty, card_ref: str, reason: str, at: datetime) -> CardFacts:
    """Stop a card; its units stay. Blocking a blocked card changes nothing."""
    facts = find(session, merchant_id=duty.merchant_id, card_ref=card_ref)
    duty.demand(Permission.BLOCK)
    if facts.blocked_at is None:
        _set_blocked(session, facts, at)
        note(session, duty=duty, act="card.block", target=facts.ref, at=at, reason=reason)
    return find(session, merchant_id=duty.merchant_id, card_ref=card_ref)


def unblock(session: Session, *, duty: Duty, card_ref: str, reason: str, at: datetime) -> CardFacts:
    """Let a blocked card work again, with the codes it has now."""
    facts = find(session, merchant_id=duty.merchant_id, card_ref=card_ref)
    duty.demand(Permission.BLOCK)
    if facts.blocked_at is not None:
        _set_blocked(session, facts, None)
        note(session, duty=duty, act="card.unblock", target=facts.ref, at=at, reason=reason)
    return find(session, merchant_id=duty.merchant_id, card_ref=card_ref)


def _set_blocked(session: Session, facts: CardFacts, blocked_at: datetime | None) -> None:
    session.execute(
        sa.update(Card)
        .where(Card.merchant_id == facts.merchant_id, Card.id == facts.card_id)
        .values(blocked_at=blocked_at)
    )


def replace(session: Session, *, duty: Duty, card_ref: str, reason: str, at: datetime) -> CardFacts:
    """A lost card: new codes; the old ones, their phones and links are shut, nothing is lost.

    So are the codes of cards that were merged into it: nobody can tell which of them was lost.
    """
    facts = find(session, merchant_id=duty.merchant_id, card_ref=card_ref)
    duty.demand(Permission.BLOCK)
    _shut_codes(session, facts, at)
    _shut_phones(session, facts, at)
    _shut_links(session, facts, at)
    new_token(session, session.get_one(Card, (facts.merchant_id, facts.card_id)), at)
    _set_blocked(session, facts, None)
    note(session, duty=duty, act="card.replace", target=facts.ref, at=at, reason=reason)
    return find(session, merchant_id=duty.merchant_id, card_ref=card_ref)


def restore(session: Session, *, duty: Duty, card_ref: str, reason: str, at: datetime) -> CardFacts:
    """The lost card was found: its codes and phones work again, those made since stop.

    Raises StateConflict: NeverReplaced, or NewCardInUse where somebody has it in hand by now.
    """
    facts = find(session, merchant_id=duty.merchant_id, card_ref=card_ref)
    duty.demand(Permission.BLOCK)
    shut_at, made = found.last_replacement(session, facts=facts)
    found.demand_unused(session, facts=facts, made=made)
    found.open_again(session, facts=facts, shut_at=shut_at)
    found.stop(session, facts=facts, made=made, at=at)
    note(session, duty=duty, act="card.restore", target=facts.ref, at=at, reason=reason)
    return find(session, merchant_id=duty.merchant_id, card_ref=card_ref)


def _family(session: Session, facts: CardFacts) -> list[UUID]:
    return codes.family(session, merchant_id=facts.merchant_id, card_id=facts.card_id)


def _shut_codes(session: Session, facts: CardFacts, at: datetime) -> None:
    session.execute(
        sa.update(CardToken)
        .where(
            CardToken.merchant_id == facts.merchant_id,
            CardToken.card_id.in_(_family(session, facts)),
            CardToken.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )


def _shut_phones(session: Session, facts: CardFacts, at: datetime) -> None:
    session.execute(
        sa.update(CardDevice)
        .where(
            CardDevice.merchant_id == facts.merchant_id,
            CardDevice.card_id.in_(_family(session, facts)),
            CardDevice.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )


def _shut_links(session: Session, facts: CardFacts, at: datetime) -> None:
    """A link that was lost with the card must not open the new one."""
    session.execute(
        sa.update(CardClaim)
        .where(
            CardClaim.merchant_id == facts.merchant_id,
            CardClaim.card_id.in_(_family(session, facts)),
            CardClaim.used_at.is_(None),
        )
        .values(used_at=at)
    )


def erase_holder(session: Session, *, duty: Duty, customer_ref: str, at: datetime) -> None:
    """Forget a customer and those merged into them: their cards stop, open on no phone."""
    addresses = directory.addresses(
        session, merchant_id=duty.merchant_id, customer_ref=customer_ref
    )
    customer = directory.erase(
        session, merchant_id=duty.merchant_id, customer_ref=customer_ref, at=at
    )
    whole = [
        customer.id,
        *living.gathered(session, merchant_id=duty.merchant_id, customer_id=customer.id),
    ]
    mail.forget(session, merchant_id=duty.merchant_id, customer_ids=whole, addresses=addresses)
    wallets.forget(session, addresses=addresses)
    remarks.forget(session, merchant_id=duty.merchant_id, customer_ids=whole)
    cards = session.execute(
        sa.select(Card.id).where(Card.merchant_id == duty.merchant_id, Card.customer_id.in_(whole))
    ).scalars()
    for card_id in cards.all():
        facts = by_id(session, merchant_id=duty.merchant_id, card_id=card_id)
        for one in (facts, replace_facts(facts, card_id=card_id)):
            _set_blocked(session, one, at)
            _shut_phones(session, one, at)
            _shut_links(session, one, at)
    note(session, duty=duty, act="customer.erase", target=customer_ref, at=at)
