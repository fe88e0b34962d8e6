"""A lost card that was found again: which codes were shut for it, and which were made since."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import codes
from loyalty.cards.lookup import CardFacts
from loyalty.cards.models import CardDevice, CardToken
from loyalty.core.clock import rfc3339
from loyalty.core.errors import StateConflict
from loyalty.core.text import Text
from loyalty.ledger.models import Operation

_USED = ("visit", "redemption")


class NeverReplaced(StateConflict):
    """facts: card."""

    words = Text(
        "Questa carta non è stata sostituita: i suoi codici sono quelli che ha.",
        "This card has not been replaced: its codes are those it has.",
    )


class NewCardInUse(StateConflict):
    """facts: card, since (RFC 3339)."""

    words = Text(
        "La carta nuova è già in uso: continua con quella, la vecchia resta chiusa.",
        "The new card is in use already: go on with that one, the old one stays shut.",
    )


def last_replacement(session: Session, *, facts: CardFacts) -> tuple[datetime, list[UUID]]:
    """When codes of the card were last shut, and the codes made since. Raises NeverReplaced."""
    rows = session.execute(
        sa.select(CardToken.id, CardToken.revoked_at).where(
            CardToken.merchant_id == facts.merchant_id, CardToken.card_id == facts.card_id
        )
    )
    tokens = sorted(rows, key=lambda token: token.id)
    shut = [token for token in tokens if token.revoked_at is not None]
    made = [
        token.id for token in tokens if token.revoked_at is None and shut and token.id > shut[-1].id
    ]
    if not made:
        raise NeverReplaced(card=facts.ref)
    return max(token.revoked_at for token in shut), made


def demand_unused(session: Session, *, facts: CardFacts, made: Collection[UUID]) -> None:
    """Raise NewCardInUse if the card was scanned, or came to a phone, since those codes exist."""
    used = sa.select(Operation.recorded_at.label("at")).where(
        Operation.merchant_id == facts.merchant_id,
        Operation.card_id == facts.card_id,
        Operation.kind.in_(_USED),
        Operation.id > min(made),
    )
    opened = sa.select(CardDevice.created_at.label("at")).where(
        CardDevice.merchant_id == facts.merchant_id,
        CardDevice.card_id == facts.card_id,
        CardDevice.id > min(made),
    )
    times = [
        at
        for query in (used.order_by(Operation.id), opened.order_by(CardDevice.id))
        if (at := session.execute(query.limit(1)).scalar_one_or_none()) is not None
    ]
    if times:
        raise NewCardInUse(card=facts.ref, since=rfc3339(min(times)))


def open_again(session: Session, *, facts: CardFacts, shut_at: datetime) -> None:
    """Codes and phones of the card, and of those merged into it, that were shut then work again."""
    cards = codes.family(session, merchant_id=facts.merchant_id, card_id=facts.card_id)
    for model in (CardToken, CardDevice):
        session.execute(
            sa.update(model)
            .where(
                model.merchant_id == facts.merchant_id,
                model.card_id.in_(cards),
                model.revoked_at == shut_at,
            )
            .values(revoked_at=None)
            .execution_options(synchronize_session=False)
        )


def stop(session: Session, *, facts: CardFacts, made: Collection[UUID], at: datetime) -> None:
    """Shut codes that are not needed any more."""
    session.execute(
        sa.update(CardToken)
        .where(CardToken.merchant_id == facts.merchant_id, CardToken.id.in_(made))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
