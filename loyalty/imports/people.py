"""The customers and cards that sales need, made where they are missing, many at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import admission
from loyalty.core import bulk
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.customers.models import Customer
from loyalty.imports.club import Club
from loyalty.imports.sale import Sale
from loyalty.imports.verdict import Recorded
from loyalty.ledger import chart
from loyalty.ledger.models import Account
from loyalty.merchants.roles import Duty

Row = dict[str, Any]


def admit(
    session: Session,
    *,
    club: Club,
    duty: Duty,
    sales: Iterable[Sale],
    recorded: Recorded,
    at: datetime,
) -> dict[str, UUID]:
    """The card of every customer in `sales`, by the customer's own reference."""
    profiles: dict[str, Row] = {}
    for sale in sales:
        _learn(profiles.setdefault(sale.customer, {}), sale)
    customers = recorded.customers | _make_customers(session, club, profiles, recorded, at)
    cards = recorded.cards | _make_cards(
        session, club, duty, [customers[who] for who in profiles], recorded, at
    )
    found = {who: cards[customers[who]] for who in profiles}
    _open_accounts(session, club, list(found.values()))
    return found


def _learn(profile: Row, sale: Sale) -> None:
    """The latest sale that says something about the customer is right: sales come in time order."""
    for column in ("name", "email", "phone"):
        profile[column] = getattr(sale, column) or profile.get(column)


def _make_customers(
    session: Session, club: Club, profiles: dict[str, Row], recorded: Recorded, at: datetime
) -> dict[str, UUID]:
    made = {who: new_id() for who in profiles if who not in recorded.customers}
    rows = [
        {
            "merchant_id": club.merchant_id,
            "id": customer_id,
            "external_ref": who,
            "name": profiles[who]["name"],
            "email": (profiles[who]["email"] or "").lower() or None,
            "phone": profiles[who]["phone"],
            "created_at": at,
        }
        for who, customer_id in made.items()
    ]
    bulk.insert(session.connection(), table(Customer), rows)
    return made


def _make_cards(
    session: Session,
    club: Club,
    duty: Duty,
    customer_ids: list[UUID],
    recorded: Recorded,
    at: datetime,
) -> dict[UUID, UUID]:
    lacking = [who for who in customer_ids if who not in recorded.cards]
    made = admission.make_cards(
        session,
        duty=duty,
        program_id=club.program_id,
        version=club.version,
        holders=[(who, at) for who in lacking],
    )
    return dict(zip(lacking, made, strict=True))


def _open_accounts(session: Session, club: Club, card_ids: list[UUID]) -> None:
    """An older card may lack the account of a unit that came with a later version."""
    there = session.execute(
        sa.select(Account.card_id, Account.unit).where(
            Account.merchant_id == club.merchant_id, Account.card_id.in_(card_ids)
        )
    ).all()
    have = {(card_id, unit) for card_id, unit in there}
    wanted = [(card, unit) for card in card_ids for unit in club.units if (card, unit) not in have]
    chart.open_many(
        session, merchant_id=club.merchant_id, program_id=club.program_id, wanted=wanted
    )
