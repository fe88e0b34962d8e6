"""The doors of the demo: one-time links for its people, and a card to open on a phone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import claims
from loyalty.cards.models import Card
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.demo.shops import STREET
from loyalty.ledger.models import Account
from loyalty.merchants import accounts
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Role


def shops(session: Session) -> list[tuple[str, str]]:
    """The name and the ref of each shop, for the command line."""
    rows = session.execute(sa.select(Merchant.name, Merchant.id).order_by(Merchant.id)).all()
    return [(name, ref("mer", merchant_id)) for name, merchant_id in rows]


@dataclass(frozen=True, slots=True)
class Door:
    """A link and whose it is."""

    who: str
    what: str  # owner, cashier or card
    url: str


def doors(database: Database, *, at: datetime) -> list[Door]:
    """Fresh links for owners and cashiers, and the card with the most units in each shop."""
    base = database.settings.public_url
    found: list[Door] = []
    with database.write() as session:
        for plan in STREET:
            known = accounts.find_sign_in(session, email=plan.owner[1])
            if known is None:
                continue
            for (name, email), role in ((plan.owner, Role.OWNER), (plan.cashier, Role.CASHIER)):
                token = accounts.invite_staff(
                    session,
                    merchant_id=known.merchant_id,
                    email=email,
                    name=name,
                    role=role,
                    at=at,
                )
                found.append(Door(f"{plan.name}, {name}", role.value, f"{base}/start/{token}"))
            found.append(_card(session, plan.name, known, at))
    return found


def _card(session: Session, shop: str, known: accounts.Person, at: datetime) -> Door:
    card_id = session.execute(
        sa.select(Card.id)
        .join(
            Account,
            sa.and_(Account.merchant_id == Card.merchant_id, Account.card_id == Card.id),
        )
        .where(Card.merchant_id == known.merchant_id, Card.blocked_at.is_(None))
        .order_by(Account.balance.desc(), Card.id)
        .limit(1)
    ).scalar_one()
    claim = claims.make(session, merchant_id=known.merchant_id, card_id=card_id, at=at)
    return Door(shop, "card", claims.claim_url(claim))
