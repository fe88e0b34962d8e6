"""Claim links: how a card made at the till reaches a phone, once."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card, CardClaim, CardDevice
from loyalty.core.db import current, rows_changed
from loyalty.core.errors import CardBlocked, Unknown
from loyalty.core.ids import new_id, ref
from loyalty.core.signing import derive_code, digest
from loyalty.merchants.directory import enter, look_up

CLAIM_DAYS = 7
_OPEN = sa.select(CardDevice.merchant_id, CardDevice.id, CardDevice.secret_hash).where(
    CardDevice.card_id == sa.bindparam("card_id"),
    CardDevice.secret_hash == sa.bindparam("secret_hash"),
    CardDevice.revoked_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """A card and the secret that this phone keeps to open it again."""

    merchant_id: UUID
    card_ref: str
    secret: str


@dataclass(frozen=True, slots=True)
class ClaimedCard:
    """Whose card a link would open."""

    merchant_id: UUID
    card_ref: str


def claim_token(claim_id: UUID) -> str:
    """The secret part of the link, derived from the claim's id: it is kept nowhere."""
    return derive_code(current().settings.secret, "card-claim", claim_id.bytes)


def claim_url(claim_id: UUID) -> str:
    """The link to show or send."""
    return f"{current().settings.public_url}/c/open/{claim_token(claim_id)}"


def make(session: Session, *, merchant_id: UUID, card_id: UUID, at: datetime) -> UUID:
    """A new claim, good once within a week; returns its id."""
    claim_id = new_id()
    session.add(
        CardClaim(
            merchant_id=merchant_id,
            id=claim_id,
            card_id=card_id,
            created_at=at,
            expires_at=at + timedelta(days=CLAIM_DAYS),
        )
    )
    session.flush()
    enter(
        session,
        kind="claim",
        text=claim_token(claim_id),
        merchant_id=merchant_id,
        target_id=claim_id,
    )
    return claim_id


def look_at(session: Session, *, token: str, at: datetime) -> ClaimedCard:
    """What the link would open; looking does not use it up. Raises Unknown("claim")."""
    claim = _living(session, token, at)
    return ClaimedCard(claim.merchant_id, ref("crd", claim.card_id))


def open_card(
    session: Session, *, token: str, at: datetime, browser: str | None = None
) -> OpenedCard:
    """Use the link up and give this phone its secret. Raises Unknown("claim"), CardBlocked.

    `browser` in plain words, for the list of phones.
    """
    claim = _living(session, token, at)
    card = session.get_one(Card, (claim.merchant_id, claim.card_id))
    if card.blocked_at is not None:
        raise CardBlocked(since=card.blocked_at.isoformat())
    taken = session.execute(
        sa.update(CardClaim)
        .where(
            CardClaim.merchant_id == claim.merchant_id,
            CardClaim.id == claim.id,
            CardClaim.used_at.is_(None),
        )
        .values(used_at=at)
    )
    if rows_changed(taken) != 1:
        raise Unknown("claim")
    return open_on_phone(
        session, merchant_id=claim.merchant_id, card_id=card.id, at=at, browser=browser
    )


def open_on_phone(
    session: Session,
    *,
    merchant_id: UUID,
    card_id: UUID,
    at: datetime,
    browser: str | None,
    wallet_session_id: UUID | None = None,
) -> OpenedCard:
    """Give a phone the secret that opens this card; whether it may was asked before."""
    secret = secrets.token_urlsafe(32)
    device = let_in(session, merchant_id=merchant_id, card_id=card_id, secret=secret, at=at)
    device.browser, device.wallet_session_id = browser, wallet_session_id
    session.flush()
    return OpenedCard(merchant_id, ref("crd", card_id), secret)


def let_in(
    session: Session, *, merchant_id: UUID, card_id: UUID, secret: str, at: datetime
) -> CardDevice:
    """Let a phone that keeps this secret open the card from now on."""
    device = CardDevice(
        merchant_id=merchant_id,
        id=new_id(),
        card_id=card_id,
        secret_hash=digest(secret),
        created_at=at,
    )
    session.add(device)
    session.flush()
    return device


def _living(session: Session, token: str, at: datetime) -> CardClaim:
    known = look_up(session, kind="claim", text=token)
    claim = session.get(CardClaim, (known.merchant_id, known.target_id)) if known else None
    if claim is None or claim.used_at is not None or claim.expires_at <= at:
        raise Unknown("claim")
    return claim


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone on which a card is open."""

    merchant_id: UUID
    device_id: UUID


def phone_of(session: Session, *, card_id: UUID, secret: str) -> Phone | None:
    """The phone with this secret, if it may see the card; else None."""
    row = session.execute(_OPEN, {"card_id": card_id, "secret_hash": digest(secret)}).first()
    if row is None or not hmac.compare_digest(row.secret_hash, digest(secret)):
        return None
    return Phone(row.merchant_id, row.id)


def put_away(session: Session, *, phone: Phone, at: datetime) -> None:
    """The card is not open on this phone any more, and its live codes are worth nothing."""
    device = session.get_one(CardDevice, (phone.merchant_id, phone.device_id))
    device.revoked_at = device.revoked_at or at


def card_by_token(session: Session, *, token: str) -> str | None:
    """The ref of the card that a QR names, for the public door /C/<token>; never a login."""
    known = look_up(session, kind="card", text=token)
    return ref("crd", known.target_id) if known else None
