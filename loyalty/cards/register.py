"""The register of cards: enrol somebody, with codes and a link for the phone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import claims, lookup
from loyalty.cards.models import Card, CardToken
from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core import outbox
from loyalty.core.errors import ProgramPaused, StateConflict, Unknown
from loyalty.core.ids import REF_LETTERS, new_id, parse_ref, random_code, ref
from loyalty.customers import directory, living
from loyalty.customers.models import Customer
from loyalty.ledger import chart, store
from loyalty.ledger.models import Operation
from loyalty.ledger.state import Intent
from loyalty.merchants.directory import enter
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue, earning
from loyalty.programs.models import Program


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A fresh or replayed enrolment; `answer` holds refs, the claim's id and the codes."""

    answer: dict[str, Any]
    replayed: bool


def enrol(
    session: Session,
    *,
    duty: Duty,
    customer_ref: str,
    program_ref: str,
    intent: Intent | None,
    at: datetime,
) -> Enrolment:
    """Give a customer a card: accounts, codes and a claim link. The same key gives the same card.

    Raises Unknown, ProgramPaused (never published), and StateConflict naming the card they have.
    """
    duty.demand(Permission.ENROL)
    if intent and (answer := store.replay(session, duty.merchant_id, intent)):
        return Enrolment(answer, replayed=True)
    customer = _lock_customer(session, duty.merchant_id, customer_ref)
    if intent and (answer := store.replay(session, duty.merchant_id, intent)):
        return Enrolment(answer, replayed=True)
    program = _running_program(session, duty.merchant_id, program_ref)
    _demand_no_card(session, customer, program)
    card = _open_card(session, customer, program, at)
    token = new_token(session, card, at)
    claim_id = claims.make(session, merchant_id=card.merchant_id, card_id=card.id, at=at)
    answer = {
        "ref": ref("crd", card.id),
        "customer": ref("cus", customer.id),
        "program": ref("prg", program.id),
        "code": token.code,
        "token": token.token,
        "claim": ref("clm", claim_id),
    }
    _record(session, duty, card, program, intent, answer, at)
    return Enrolment(answer, replayed=False)


def _lock_customer(session: Session, merchant_id: UUID, customer_ref: str) -> Customer:
    """Two enrolments of one person wait for each other here."""
    customer = directory.lock(session, merchant_id=merchant_id, customer_ref=customer_ref)
    living.demand_living(session, customer=customer)
    return customer


def _running_program(session: Session, merchant_id: UUID, program_ref: str) -> Program:
    program_id = parse_ref("prg", program_ref)
    program = session.get(Program, (merchant_id, program_id)) if program_id else None
    if program is None:
        raise Unknown("program")
    if program.current_version is None:
        raise ProgramPaused
    return program


def _demand_no_card(session: Session, customer: Customer, program: Program) -> None:
    """Nobody has two cards in a program, those of people merged into them included."""
    theirs = lookup.cards_of(
        session, merchant_id=customer.merchant_id, customer_ids=[customer.id]
    ).get(customer.id, [])
    there = session.execute(
        sa.select(Card.id).where(
            Card.merchant_id == customer.merchant_id,
            Card.id.in_(theirs),
            Card.program_id == program.id,
        )
    ).scalar_one_or_none()
    if there is not None:
        raise StateConflict(card=ref("crd", there))


def _open_card(session: Session, customer: Customer, program: Program, at: datetime) -> Card:
    card = Card(
        merchant_id=customer.merchant_id,
        id=new_id(),
        customer_id=customer.id,
        program_id=program.id,
        created_at=at,
    )
    session.add(card)
    session.flush()
    number = program.current_version
    assert number is not None, "checked by _running_program"
    version = catalogue.version(
        session, merchant_id=card.merchant_id, program_id=program.id, number=number
    )
    chart.open_accounts(
        session,
        merchant_id=card.merchant_id,
        program_id=program.id,
        card_id=card.id,
        units=earning.account_units(version.document),
    )
    return card


def new_token(session: Session, card: Card, at: datetime) -> CardToken:
    """Fresh codes for a card, in its QR and to type."""
    token = CardToken(
        merchant_id=card.merchant_id,
        id=new_id(),
        card_id=card.id,
        token=random_code(REF_LETTERS),
        code=random_code(CODE_LETTERS),
        created_at=at,
    )
    session.add(token)
    session.flush()
    enter(
        session,
        kind="card",
        text=token.token,
        merchant_id=card.merchant_id,
        target_id=card.id,
    )
    return token


def _record(
    session: Session,
    duty: Duty,
    card: Card,
    program: Program,
    intent: Intent | None,
    answer: dict[str, Any],
    at: datetime,
) -> None:
    session.add(
        Operation(
            merchant_id=card.merchant_id,
            id=new_id(),
            kind="enrolment",
            key_hash=intent.key_hash if intent else None,
            body_hash=intent.body_hash if intent else None,
            answer=answer,
            card_id=card.id,
            version=program.current_version,
            actor=duty.actor,
            via=duty.via,
            location_id=duty.location_id,
            device=duty.device,
            occurred_at=at,
            recorded_at=at,
        )
    )
    session.flush()
    outbox.add(
        session,
        merchant_id=card.merchant_id,
        kind="card.enrolled",
        facts={"card": answer["ref"]},
        at=at,
    )
