"""Where a wallet and its cards are open, and shutting them: one, all, or all but this one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import claims, codes, keeping, wallets
from loyalty.cards.claims import OpenedCard
from loyalty.cards.models import CardDevice, WalletRequest, WalletSession
from loyalty.cards.wallets import HeldCard, Wallet
from loyalty.core.errors import CardBlocked, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.merchants.roles import Duty, Permission

SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser that has the whole wallet open (`card` empty), or one card."""

    ref: str
    browser: str | None
    opened_at: datetime
    seen_at: datetime | None
    card: str  # the shop's name
    is_here: bool


def phones(session: Session, *, wallet: Wallet) -> list[Phone]:
    """Every browser with this wallet open, then those with one of its cards, the newest first."""
    rows = session.execute(
        sa.select(WalletSession)
        .where(WalletSession.address == wallet.address, WalletSession.revoked_at.is_(None))
        .order_by(WalletSession.id.desc())
        .limit(SHOWN_MAX)
    ).scalars()
    whole = [
        Phone(ref("wal", row.id), row.browser, row.created_at, row.seen_at, "", row.id == wallet.id)
        for row in rows
    ]
    held = wallets.cards(session, address=wallet.address)
    return whole + [phone for card in held for phone in _phones_of(session, card)]


def _phones_of(session: Session, card: HeldCard) -> list[Phone]:
    """Those that got the card by a link; what a wallet has opened closes with the wallet."""
    rows = session.execute(
        sa.select(CardDevice.id, CardDevice.browser, CardDevice.created_at)
        .where(*_open_on(session, card), CardDevice.wallet_session_id.is_(None))
        .order_by(CardDevice.id.desc())
        .limit(SHOWN_MAX)
    )
    return [
        Phone(ref("dvc", row.id), row.browser, row.created_at, None, card.shop, is_here=False)
        for row in rows
    ]


def _open_on(session: Session, card: HeldCard) -> tuple[sa.ColumnElement[bool], ...]:
    family = codes.family(session, merchant_id=card.merchant_id, card_id=card.card_id)
    return (
        CardDevice.merchant_id == card.merchant_id,
        CardDevice.card_id.in_(family),
        CardDevice.revoked_at.is_(None),
    )


def sign_out_one(session: Session, *, wallet: Wallet, phone_ref: str, at: datetime) -> None:
    """Close the wallet, or the one card, in that browser. Raises Unknown("phone")."""
    shown = [phone for phone in phones(session, wallet=wallet) if phone.ref == phone_ref]
    wallet_id, device_id = parse_ref("wal", phone_ref), parse_ref("dvc", phone_ref)
    if not shown:
        raise Unknown("phone")
    if wallet_id is not None:
        _shut_wallets(session, [wallet_id], at)
        _shut_devices(session, wallet, at, CardDevice.wallet_session_id == wallet_id)
    else:
        _shut_devices(session, wallet, at, CardDevice.id == device_id)


def sign_out_here(session: Session, *, wallet: Wallet, at: datetime) -> None:
    """Close this wallet in this browser, with the cards that it has opened here."""
    sign_out_one(session, wallet=wallet, phone_ref=ref("wal", wallet.id), at=at)


def sign_out_everywhere(session: Session, *, wallet: Wallet, at: datetime) -> None:
    """Close the wallet in every browser, and each of its cards on every phone; codes as well."""
    _shut_wallets(session, _all_but(session, wallet.address, None), at)
    _shut_devices(session, wallet, at, sa.true())
    _shut_requests(session, wallet, at)


def _all_but(session: Session, address: str, here: UUID | None) -> list[UUID]:
    rows = session.execute(
        sa.select(WalletSession.id).where(
            WalletSession.address == address, WalletSession.revoked_at.is_(None)
        )
    ).scalars()
    return [one for one in rows if one != here]


def _shut_wallets(session: Session, wallet_ids: Sequence[UUID], at: datetime) -> None:
    session.execute(
        sa.update(WalletSession).where(WalletSession.id.in_(wallet_ids)).values(revoked_at=at)
    )


def _shut_devices(
    session: Session, wallet: Wallet, at: datetime, which: sa.ColumnElement[bool]
) -> None:
    for card in wallets.cards(session, address=wallet.address):
        mine = (*_open_on(session, card), which)
        session.execute(sa.update(CardDevice).where(*mine).values(revoked_at=at))


def _shut_requests(session: Session, wallet: Wallet, at: datetime) -> None:
    session.execute(
        sa.update(WalletRequest)
        .where(WalletRequest.address == wallet.address, WalletRequest.used_at.is_(None))
        .values(used_at=at)
    )


# --- cards ---------------------------------------------------------------------------------------


def open_card(
    session: Session, *, wallet: Wallet, card_ref: str, browser: str | None, at: datetime
) -> OpenedCard:
    """Open one of the wallet's cards in this browser; what it had of this card before ends.

    A blocked card opens too: its page says so. Raises Unknown("card").
    """
    card = _held(session, wallet, card_ref)
    _shut_devices(
        session,
        wallet,
        at,
        sa.and_(CardDevice.wallet_session_id == wallet.id, CardDevice.card_id == card.card_id),
    )
    return claims.open_on_phone(
        session,
        merchant_id=card.merchant_id,
        card_id=card.card_id,
        at=at,
        browser=browser,
        wallet_session_id=wallet.id,
    )


def _held(session: Session, wallet: Wallet, card_ref: str) -> HeldCard:
    for card in wallets.cards(session, address=wallet.address):
        if card.ref == card_ref:
            return card
    raise Unknown("card")


def replace_lost(
    session: Session, *, wallet: Wallet, card_refs: Iterable[str], at: datetime
) -> list[str]:
    """A phone is lost: these cards get new codes, and the wallet closes everywhere but here.

    The old QR codes are dead, what is on the cards stays, vouchers too. Returns the refs of cards
    that were replaced. Raises Unknown("card"), and CardBlocked: what the shop has blocked only the
    shop can free.
    """
    chosen = [_held(session, wallet, card_ref) for card_ref in dict.fromkeys(card_refs)]
    for card in chosen:
        if card.blocked_at is not None:
            raise CardBlocked(since=card.blocked_at.isoformat())
        duty = Duty(
            merchant_id=card.merchant_id,
            actor=ref("cus", card.customer_id),
            via="wallet",
            permissions=frozenset({Permission.BLOCK}),
        )
        keeping.replace(session, duty=duty, card_ref=card.ref, reason="lost phone", at=at)
    _shut_wallets(session, _all_but(session, wallet.address, wallet.id), at)
    elsewhere = sa.or_(
        CardDevice.wallet_session_id.is_(None), CardDevice.wallet_session_id != wallet.id
    )
    _shut_devices(session, wallet, at, elsewhere)
    _shut_requests(session, wallet, at)
    return [card.ref for card in chosen]
