"""The register of cards: enrol, and find by whatever names a card."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import claims
from loyalty.cards.models import Card, CardToken
from loyalty.cards.tokens import CODE_LETTERS, Scan
from loyalty.core import outbox
from loyalty.core.db import table
from loyalty.core.errors import CardBlocked, ProgramPaused, StateConflict, Unknown
from loyalty.core.ids import REF_LETTERS, new_id, parse_ref, random_code, ref
from loyalty.customers import directory
from loyalty.customers.models import Customer
from loyalty.ledger import chart, store
from loyalty.ledger.models import Operation
from loyalty.ledger.state import Intent
from loyalty.merchants.directory import enter
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.models import Program


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything about a card that an operation at the counter needs, read in one statement."""

    merchant_id: UUID
    card_id: UUID
    customer_id: UUID
    customer_name: str | None
    customer_email: str | None
    program_id: UUID
    program_name: str
    program_status: str
    current_version: int | None
    blocked_at: datetime | None
    currency: str
    timezone: str
    token: str | None
    code: str | None
    revoked_at: datetime | None

    @property
    def ref(self) -> str:
        """The card's public ref."""
        return ref("crd", self.card_id)

    def demand_open(self) -> None:
        """Raise CardBlocked if the card, or the code by which it was named, is blocked."""
        since = self.blocked_at or self.revoked_at
        if since is not None:
            raise CardBlocked(since=since.isoformat())

    def demand_running(self) -> int:
        """The version in force. Raises ProgramPaused."""
        if self.program_status != "published" or self.current_version is None:
            raise ProgramPaused
        return self.current_version


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A fresh or replayed enrolment; `answer` holds refs, the claim's id and the codes."""

    answer: dict[str, Any]
    replayed: bool


_CARD, _TOKEN, _CUSTOMER = table(Card), table(CardToken), table(Customer)
_PROGRAM, _MERCHANT = table(Program), table(Merchant)
_FACTS = (
    sa.select(
        _CARD.c.merchant_id,
        _CARD.c.id.label("card_id"),
        _CARD.c.customer_id,
        _CUSTOMER.c.name.label("customer_name"),
        _CUSTOMER.c.email.label("customer_email"),
        _CARD.c.program_id,
        _PROGRAM.c.name.label("program_name"),
        _PROGRAM.c.status.label("program_status"),
        _PROGRAM.c.current_version,
        _CARD.c.blocked_at,
        _MERCHANT.c.currency,
        _MERCHANT.c.timezone,
        _TOKEN.c.token,
        _TOKEN.c.code,
        _TOKEN.c.revoked_at,
    )
    .join(
        _TOKEN,
        sa.and_(_TOKEN.c.merchant_id == _CARD.c.merchant_id, _TOKEN.c.card_id == _CARD.c.id),
    )
    .join(
        _CUSTOMER,
        sa.and_(
            _CUSTOMER.c.merchant_id == _CARD.c.merchant_id, _CUSTOMER.c.id == _CARD.c.customer_id
        ),
    )
    .join(
        _PROGRAM,
        sa.and_(_PROGRAM.c.merchant_id == _CARD.c.merchant_id, _PROGRAM.c.id == _CARD.c.program_id),
    )
    .join(_MERCHANT, _MERCHANT.c.id == _CARD.c.merchant_id)
    .where(_CARD.c.merchant_id == sa.bindparam("merchant_id"))
)
_BY = {
    "token": _FACTS.where(_TOKEN.c.token == sa.bindparam("value")),
    "code": _FACTS.where(_TOKEN.c.code == sa.bindparam("value")),
    "ref": _FACTS.where(_CARD.c.id == sa.bindparam("value"), _TOKEN.c.revoked_at.is_(None)),
}


def by_scan(session: Session, *, merchant_id: UUID, scan: Scan) -> CardFacts:
    """The merchant's card that a scan names, blocked or not. Raises Unknown("card")."""
    value = parse_ref("crd", scan.value) if scan.kind == "ref" else scan.value
    row = session.execute(_BY[scan.kind], {"merchant_id": merchant_id, "value": value}).first()
    if row is None:
        raise Unknown("card")
    return CardFacts(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name


def find(session: Session, *, merchant_id: UUID, card_ref: str) -> CardFacts:
    """The merchant's card of that ref with its living codes. Raises Unknown("card")."""
    if parse_ref("crd", card_ref) is None:
        raise Unknown("card")
    return by_scan(session, merchant_id=merchant_id, scan=Scan("ref", card_ref))


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
    customer = directory.find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    session.refresh(customer, with_for_update=True)
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
    there = session.execute(
        sa.select(Card.id).where(
            Card.merchant_id == customer.merchant_id,
            Card.customer_id == customer.id,
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
        units=[unit.key for unit in version.document.units],
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


def cards_of(
    session: Session, *, merchant_id: UUID, customer_ids: list[UUID]
) -> dict[UUID, list[UUID]]:
    """The cards of some customers, oldest first."""
    rows = session.execute(
        sa.select(Card.customer_id, Card.id)
        .where(Card.merchant_id == merchant_id, Card.customer_id.in_(customer_ids))
        .order_by(Card.id)
    ).all()
    found: dict[UUID, list[UUID]] = {}
    for customer_id, card_id in rows:
        found.setdefault(customer_id, []).append(card_id)
    return found
