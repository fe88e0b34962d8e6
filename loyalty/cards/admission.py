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
    """A customer and a card of that program for each, in their order: codes, accounts, enrolment.

    Unlike `register.enrol` there are no claim links, and the house is not told card by card.
    Nobody is looked for: whoever calls knows that they are new, and tidied what they say.
    """
    duty.demand(Permission.ENROL)
    made = [Admitted(new_id(), new_id()) for _ in newcomers]
    met = list(zip(made, newcomers, strict=True))
    tokens = [_token(duty, ids, one) for ids, one in met]
    for model, rows in (
        (Customer, [_customer(duty, ids, one) for ids, one in met]),
        (Card, [_card(duty, version, ids, one) for ids, one in met]),
        (CardToken, tokens),
        (Directory, [_entry(token) for token in tokens]),
        (Operation, [_enrolment(duty, version, ids, one) for ids, one in met]),
    ):
        bulk.insert(session.connection(), table(model), rows)
    _open_accounts(session, version, made)
    return made


def _customer(duty: Duty, ids: Admitted, one: Newcomer) -> Row:
    known = {field: getattr(one.profile, field) for field in FIELDS}
    return {
        "merchant_id": duty.merchant_id,
        "id": ids.customer_id,
        **known,
        "created_at": one.joined_at,
    }


def _card(duty: Duty, version: PublishedVersion, ids: Admitted, one: Newcomer) -> Row:
    return {
        "merchant_id": duty.merchant_id,
        "id": ids.card_id,
        "customer_id": ids.customer_id,
        "program_id": version.program_id,
        "created_at": one.joined_at,
    }


def _token(duty: Duty, ids: Admitted, one: Newcomer) -> Row:
    return {
        "merchant_id": duty.merchant_id,
        "id": new_id(),
        "card_id": ids.card_id,
        "token": random_code(REF_LETTERS),
        "code": random_code(CODE_LETTERS),
        "created_at": one.joined_at,
    }


def _entry(token: Row) -> Row:
    return {
        "kind": "card",
        "digest": digest(token["token"]),
        "merchant_id": token["merchant_id"],
        "target_id": token["card_id"],
    }


def _enrolment(duty: Duty, version: PublishedVersion, ids: Admitted, one: Newcomer) -> Row:
    return {
        "merchant_id": duty.merchant_id,
        "id": new_id(),
        "kind": "enrolment",
        "card_id": ids.card_id,
        "version": version.number,
        "actor": duty.actor,
        "via": duty.via,
        "location_id": duty.location_id,
        "device": duty.device,
        "occurred_at": one.joined_at,
        "recorded_at": one.joined_at,
    }


def _open_accounts(session: Session, version: PublishedVersion, made: Iterable[Admitted]) -> None:
    units = earning.account_units(version.document)
    chart.open_many(
        session,
        merchant_id=version.merchant_id,
        program_id=version.program_id,
        wanted=[(ids.card_id, unit) for ids in made for unit in units],
    )
