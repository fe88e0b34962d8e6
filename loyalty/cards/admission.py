"""Many new customers at once, each with a card: by bulk, for it is not a queue at the counter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards.models import Card, CardToken
from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core import bulk
from loyalty.core.db import table
from loyalty.core.ids import REF_LETTERS, new_id, random_code
from loyalty.core.signing import digest
from loyalty.customers.directory import FIELDS, Profile
from loyalty.customers.models import Customer
from loyalty.ledger import chart
from loyalty.ledger.models import Operation
from loyalty.merchants.models import Directory
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import earning
from loyalty.programs.catalogue import PublishedVersion

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is not known to the shop yet, and when they got their card."""

    profile: Profile
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """A customer who was made, and their card."""

    customer_id: UUID
    card_id: UUID


def admit(
    session: Session, *, duty: Duty, version: PublishedVersion, newcomers: Sequence[Newcomer]
) -> list[Admitted]:
    """A customer and a card of that program for each, in their order, with its accounts.

    Nobody is looked for: whoever calls knows that they are new, and tidied what they say.
    """
    ids = [new_id() for _ in newcomers]
    customers = [_customer(duty, *one) for one in zip(ids, newcomers, strict=True)]
    bulk.insert(session.connection(), table(Customer), customers)
    joined = [one.joined_at for one in newcomers]
    cards = make_cards(
        session,
        duty=duty,
        program_id=version.program_id,
        version=version.number,
        holders=list(zip(ids, joined, strict=True)),
    )
    made = [Admitted(*one) for one in zip(ids, cards, strict=True)]
    _open_accounts(session, version, made)
    return made


def make_cards(
    session: Session,
    *,
    duty: Duty,
    program_id: UUID,
    version: int,
    holders: Sequence[tuple[UUID, datetime]],
) -> list[UUID]:
    """A card for each customer from then on, in their order: codes and enrolment, no accounts yet.

    Unlike `register.enrol` there are no claim links, and the house is not told card by card.
    """
    duty.demand(Permission.ENROL)
    made = [new_id() for _ in holders]
    met = [(card, who, at) for card, (who, at) in zip(made, holders, strict=True)]
    key = {"merchant_id": duty.merchant_id}
    cards = [
        key | {"id": card, "customer_id": who, "program_id": program_id, "created_at": at}
        for card, who, at in met
    ]
    tokens = [_token(duty, card, at) for card, _, at in met]
    for model, rows in (
        (Card, cards),
        (CardToken, tokens),
        (Directory, [_entry(token) for token in tokens]),
        (Operation, [_enrolment(duty, version, card, at) for card, _, at in met]),
    ):
        bulk.insert(session.connection(), table(model), rows)
    return made


def _customer(duty: Duty, customer_id: UUID, one: Newcomer) -> Row:
    known = {field: getattr(one.profile, field) for field in FIELDS}
    return {
        "merchant_id": duty.merchant_id,
        "id": customer_id,
        **known,
        "created_at": one.joined_at,
    }


def _token(duty: Duty, card_id: UUID, at: datetime) -> Row:
    return {
        "merchant_id": duty.merchant_id,
        "id": new_id(),
        "card_id": card_id,
        "token": random_code(REF_LETTERS),
        "code": random_code(CODE_LETTERS),
        "created_at": at,
    }


def _entry(token: Row) -> Row:
    return {
        "kind": "card",
        "digest": digest(token["token"]),
        "merchant_id": token["merchant_id"],
        "target_id": token["card_id"],
    }


def _enrolment(duty: Duty, version: int, card_id: UUID, at: datetime) -> Row:
    return {
        "merchant_id": duty.merchant_id,
        "id": new_id(),
        "kind": "enrolment",
        "card_id": card_id,
        "version": version,
        "actor": duty.actor,
        "via": duty.via,
        "location_id": duty.location_id,
        "device": duty.device,
        "occurred_at": at,
        "recorded_at": at,
    }


def _open_accounts(session: Session, version: PublishedVersion, made: Iterable[Admitted]) -> None:
    units = earning.account_units(version.document)
    chart.open_many(
        session,
        merchant_id=version.merchant_id,
        program_id=version.program_id,
        wanted=[(ids.card_id, unit) for ids in made for unit in units],
    )
