"""The doors of the demo: one-time links for its people, and a card to open on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import claims
from loyalty.cards.models import Card
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.counter.models import Visit
from loyalty.customers.models import Customer
from loyalty.demo.plan import ShopPlan
from loyalty.demo.shops import STREET
from loyalty.merchants import accounts

_REGULAR_DAYS = 60


@dataclass(frozen=True, slots=True)
class Door:
    """A link and whose it is."""

    what: str  # a role, or card
    who: str
    url: str


@dataclass(frozen=True, slots=True)
class Front:
    """A shop of the street with its ref for the command line, and its doors."""

    name: str
    merchant_ref: str
    doors: list[Door]


def fronts(database: Database, *, at: datetime) -> list[Front]:
    """Each shop with a fresh link for every role, and the card of somebody who comes often.

    A demo that an older version filled may lack shops: those that are there.
    """
    with database.write() as session:
        return [front for plan in STREET if (front := _front(session, database, plan, at))]


def _front(session: Session, database: Database, plan: ShopPlan, at: datetime) -> Front | None:
    owner = accounts.find_sign_in(session, email=plan.workers[0].email)
    if owner is None:
        return None
    base = database.settings.public_url
    doors = [
        Door(role, name, f"{base}/start/{token}")
        for role, name, token in _invitations(session, owner.merchant_id, plan, at)
    ]
    doors += _card(session, owner.merchant_id, at)
    return Front(plan.name, ref("mer", owner.merchant_id), doors)


def _invitations(
    session: Session, merchant_id: UUID, plan: ShopPlan, at: datetime
) -> Iterator[tuple[str, str, str]]:
    """For the first of each role: the role, the name, and the token of a new link."""
    firsts = {who.role: who for who in reversed(plan.workers)}
    for who in plan.workers:
        if firsts[who.role] is who:
            token = accounts.invite_staff(
                session,
                merchant_id=merchant_id,
                email=who.email,
                name=who.name,
                role=who.role,
                at=at,
            )
            yield who.role.value, who.name, token


def _card(session: Session, merchant_id: UUID, at: datetime) -> list[Door]:
    """Of those with a name who came lately, the one who came most often; none if nobody did."""
    regular = session.execute(
        sa.select(Card.id, Customer.name)
        .join(Visit, sa.and_(Visit.merchant_id == Card.merchant_id, Visit.card_id == Card.id))
        .join(
            Customer,
            sa.and_(Customer.merchant_id == Card.merchant_id, Customer.id == Card.customer_id),
        )
        .where(
            Card.merchant_id == merchant_id,
            Card.blocked_at.is_(None),
            Card.merged_into_id.is_(None),
            Customer.name.like("% %"),
            Visit.local_on > (at - timedelta(days=_REGULAR_DAYS)).date(),
        )
        .group_by(Card.id, Customer.name)
        .order_by(sa.func.count().desc(), Card.id)
        .limit(1)
    ).first()
    if regular is None:
        return []
    claim = claims.make(session, merchant_id=merchant_id, card_id=regular.id, at=at)
    return [Door("card", regular.name, claims.claim_url(claim))]
