"""The wallet: all cards of whoever proved an address, across shops, in the browsers that did."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card, WalletRequest, WalletSession
from loyalty.core.db import table
from loyalty.core.ids import new_id, ref
from loyalty.core.signing import digest
from loyalty.customers.models import Customer
from loyalty.merchants.models import Merchant
from loyalty.programs.models import Program

DAYS = 180  # since it was last used
CARDS_MAX = 50
_SEEN_EVERY = timedelta(days=1)
_CARD, _PROGRAM, _MERCHANT = table(Card), table(Program), table(Merchant)


@dataclass(frozen=True, slots=True)
class Wallet:
    """An open wallet: for which address, in which browser since when."""

    id: UUID
    address: str
    opened_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class HeldCard:
    """One card of the wallet, in the shop that gave it."""

    merchant_id: UUID
    card_id: UUID
    customer_id: UUID
    shop: str
    program: str
    blocked_at: datetime | None

    @property
    def ref(self) -> str:
        """The card's public ref."""
        return ref("crd", self.card_id)


def open_wallet(session: Session, *, address: str, browser: str | None, at: datetime) -> str:
    """Open the wallet of a proven address in one more browser; returns what that keeps."""
    secret = secrets.token_urlsafe(32)
    session.add(
        WalletSession(
            id=new_id(),
            secret_hash=digest(secret),
            address=address,
            browser=browser,
            created_at=at,
            seen_at=at,
        )
    )
    session.flush()
    return secret


def renew(session: Session, *, wallet: Wallet, at: datetime) -> str:
    """The address was proven once more in the same browser: a new secret, and fresh again."""
    secret = secrets.token_urlsafe(32)
    session.execute(
        sa.update(WalletSession)
        .where(WalletSession.id == wallet.id)
        .values(secret_hash=digest(secret), created_at=at, seen_at=at)
    )
    return secret


def find(session: Session, *, secret: str, at: datetime) -> Wallet | None:
    """The wallet that this secret opens, unless it was closed or lay unused for half a year."""
    row = session.execute(
        sa.select(WalletSession).where(WalletSession.secret_hash == digest(secret), *_living(at))
    ).scalar_one_or_none()
    return Wallet(row.id, row.address, row.created_at, row.seen_at) if row else None


def _living(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    since = at - timedelta(days=DAYS)
    return (WalletSession.revoked_at.is_(None), WalletSession.seen_at > since)


def wants_note(wallet: Wallet, *, at: datetime) -> bool:
    """Whether it is time to note that the wallet is in use."""
    return at - wallet.seen_at >= _SEEN_EVERY


def saw(session: Session, *, wallet: Wallet, at: datetime) -> None:
    """The wallet is in use: its half year begins anew."""
    session.execute(
        sa.update(WalletSession).where(WalletSession.id == wallet.id).values(seen_at=at)
    )


def is_open_somewhere(session: Session, *, address: str, at: datetime) -> bool:
    """Whether any browser has this wallet open."""
    query = sa.select(WalletSession.id).where(WalletSession.address == address, *_living(at))
    return session.execute(query.limit(1)).first() is not None


def holders(session: Session, *, address: str) -> list[tuple[UUID, UUID]]:
    """Shop and id of every customer who has this address now; by one index, over all shops.

    Whoever was merged into another is that other by now, with the address that one has.
    """
    query = (
        sa.select(Customer.merchant_id, Customer.id)
        .where(
            Customer.email == address,
            Customer.erased_at.is_(None),
            Customer.merged_into_id.is_(None),
        )
        .order_by(Customer.merchant_id, Customer.id)
        .limit(CARDS_MAX)
    )
    return [(row.merchant_id, row.id) for row in session.execute(query)]


def zone_of(session: Session, *, address: str) -> str | None:
    """The time zone of a shop that knows the address; None if none does."""
    shops = [merchant_id for merchant_id, _ in holders(session, address=address)]
    query = sa.select(Merchant.timezone).where(Merchant.id.in_(shops[:1]))
    return session.execute(query).scalar_one_or_none()


def cards(session: Session, *, address: str) -> list[HeldCard]:
    """Every card under this address, shop by shop; those merged into another are that other."""
    found: list[HeldCard] = []
    people = holders(session, address=address)
    for merchant_id in dict.fromkeys(shop for shop, _ in people):
        theirs = [customer_id for shop, customer_id in people if shop == merchant_id]
        held = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=theirs)
        found += _of_shop(session, merchant_id, held)
    return found[:CARDS_MAX]


def _of_shop(session: Session, merchant_id: UUID, held: dict[UUID, list[UUID]]) -> list[HeldCard]:
    whose = {card_id: customer_id for customer_id, mine in held.items() for card_id in mine}
    rows = session.execute(
        sa.select(
            _CARD.c.id, _CARD.c.blocked_at, _PROGRAM.c.name.label("program"), _MERCHANT.c.name
        )
        .join(
            _PROGRAM,
            sa.and_(
                _PROGRAM.c.merchant_id == _CARD.c.merchant_id, _PROGRAM.c.id == _CARD.c.program_id
            ),
        )
        .join(_MERCHANT, _MERCHANT.c.id == _CARD.c.merchant_id)
        .where(
            _CARD.c.merchant_id == merchant_id,
            _CARD.c.id.in_(list(whose)),
            _CARD.c.merged_into_id.is_(None),
        )
        .order_by(_CARD.c.id)
    )
    return [
        HeldCard(merchant_id, row.id, whose[row.id], row.name, row.program, row.blocked_at)
        for row in rows
    ]


def forget(session: Session, *, addresses: Sequence[str]) -> None:
    """Somebody is erased: their address leaves, unless another shop's customer still has it."""
    for address in addresses:
        if not holders(session, address=address):
            for model in (WalletRequest, WalletSession):
                session.execute(sa.delete(model).where(model.address == address))
