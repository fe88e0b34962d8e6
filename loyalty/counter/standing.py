"""How a card stands at a moment: what its holder and the cashier need to see."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards.lookup import CardFacts
from loyalty.core.clock import rfc3339
from loyalty.core.ids import ref
from loyalty.counter import desk as desks
from loyalty.counter import explain, receipts, redemptions
from loyalty.counter.desk import Desk, Place
from loyalty.ledger import store
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion


def card_standing(session: Session, *, facts: CardFacts, at: datetime) -> dict[str, Any]:
    """Balances with their why, level, rewards and how far they are, open vouchers; JSON-able."""
    desk = look(session, facts=facts, at=at)
    tier = desk.ranks.progress(desk.version, desk.place.day(at))
    whys = explain.balance(session, desk=desk)
    return {
        "ref": facts.ref,
        "customer": ref("cus", facts.customer_id),
        "program": ref("prg", facts.program_id),
        "status": "blocked" if facts.blocked_at else "active",
        "blocked_at": rfc3339(facts.blocked_at) if facts.blocked_at else None,
        "version": desk.version.number,
        "balances": {
            unit: {**found, "why": whys[unit]} for unit, found in receipts.balances(desk).items()
        },
        "impact": receipts.impact(desk.accounts),
        "tier": tier,
        "rewards": receipts.rewards(desk),
        "vouchers": open_vouchers(
            session, merchant_id=facts.merchant_id, card_id=facts.card_id, at=at
        ),
        "terms": desk.version.terms.as_dict(),
    }


def look(session: Session, *, facts: CardFacts, at: datetime) -> Desk:
    """The card on the counter for looking only: nothing is locked, and nothing may be written.

    A level that was to be reviewed by now is seen as the review leaves it, entry written or not.
    """
    book = store.look_at_book(
        session,
        merchant_id=facts.merchant_id,
        card_ids=[facts.card_id],
        timezone=facts.timezone,
    )
    desk = desks.desk_on(session, Place.of(facts), rules_of(session, facts), book, at)
    desks.review(desk, at)
    return desk


def rules_of(session: Session, facts: CardFacts) -> PublishedVersion:
    """The version in force for this card, also while the program is paused."""
    return catalogue.version(
        session,
        merchant_id=facts.merchant_id,
        program_id=facts.program_id,
        number=facts.current_version or 1,
    )


def open_vouchers(
    session: Session, *, merchant_id: UUID, card_id: UUID, at: datetime
) -> list[dict[str, Any]]:
    """The card's usable vouchers with the reward's name."""
    return [
        {
            "code": found.redemption.code,
            "reward": found.reward.key,
            "name": found.reward.name.as_dict(),
            "state": found.state,
            "until": rfc3339(found.redemption.until_at) if found.redemption.until_at else None,
            "redemption": ref("red", found.redemption.id),
        }
        for found in redemptions.of_card(session, merchant_id=merchant_id, card_id=card_id, at=at)
    ]
