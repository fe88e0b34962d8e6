"""The customers and cards that sales need, made where they are missing, many at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card, CardToken
from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core import bulk
from loyalty.core.db import table
from loyalty.core.ids import REF_LETTERS, new_id, random_code
from loyalty.core.signing import digest
from loyalty.customers.models import Customer
from loyalty.imports.club import Club
from loyalty.imports.sale import Sale
from loyalty.imports.verdict import Recorded
from loyalty.ledger import chart
from loyalty.ledger.models import Account, Operation
from loyalty.merchants.models import Directory
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
    made = {who: new_id() for who in customer_ids if who not in recorded.cards}
    cards: list[Row] = []
    tokens: list[Row] = []
    entries: list[Row] = []
    operations: list[Row] = []
    for customer_id, card_id in made.items():
        key = {"merchant_id": club.merchant_id}
        token = random_code(REF_LETTERS)
        card = key | {"id": card_id, "customer_id": customer_id, "program_id": club.program_id}
        cards.append(card | {"created_at": at})
        codes = {"token": token, "code": random_code(CODE_LETTERS), "created_at": at}
        tokens.append(key | {"id": new_id(), "card_id": card_id} | codes)
        entries.append(key | {"kind": "card", "digest": digest(token), "target_id": card_id})
        operations.append(_enrolment(club, duty, card_id, at))
    for model, rows in (
        (Card, cards), (CardToken, tokens), (Directory, entries), (Operation, operations),
    ):  # fmt: skip
        bulk.insert(session.connection(), table(model), rows)
    return made


def _enrolment(club: Club, duty: Duty, card_id: UUID, at: datetime) -> Row:
    return {
        "merchant_id": club.merchant_id,
        "id": new_id(),
        "kind": "enrolment",
        "card_id": card_id,
        "version": club.version,
        "actor": duty.actor,
        "via": duty.via,
        "occurred_at": at,
        "recorded_at": at,
    }


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
