"""The cast: a shop with its people, programs and customers, made through the product's verbs."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from loyalty.cards import register
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import adjustments, redemptions, refunds, visits
from loyalty.counter.requests import (
    AdjustmentRequest,
    Answer,
    LineRequest,
    RefundRequest,
    VisitRequest,
    intent,
)
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.merchants import accounts, keys
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import editor
from tests.programs import POINTS, STAMPS

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PASSWORD = "una frase lunga e sicura"
_numbers = itertools.count(1)


def fresh_key() -> str:
    """An idempotency key that nobody has used."""
    return f"key-{next(_numbers)}"


@dataclass
class CardInHand:
    """A card as its holder has it."""

    ref: str
    code: str
    token: str
    claim: str
    customer: str


@dataclass
class Shop:
    """One merchant, ready to serve; every verb is one write of its own."""

    database: Database
    merchant_id: UUID
    name: str
    owner_email: str
    cashier_email: str
    owner: Duty
    cashier: Duty
    programs: dict[str, str] = field(default_factory=dict)

    def program(
        self, name: str, raw: dict[str, Any], *, publish: bool = True, at: datetime = NOW
    ) -> str:
        """A program of these rules, published unless told otherwise; returns its ref."""
        with self.database.write() as session:
            made = editor.create(
                session,
                merchant_id=self.merchant_id,
                currency="EUR",
                name=name,
                raw=raw,
                at=at,
            )
            if publish:
                editor.publish(
                    session,
                    merchant_id=self.merchant_id,
                    program_id=made.id,
                    number=1,
                    at=at,
                )
        self.programs[name] = ref("prg", made.id)
        return self.programs[name]

    def draft(self, program: str, raw: dict[str, Any], at: datetime = NOW) -> int:
        """A new version of a program that is not in force."""
        with self.database.write() as session:
            found = editor.find(
                session, merchant_id=self.merchant_id, program_ref=self.programs[program]
            )
            scope = {"merchant_id": self.merchant_id, "program_id": found.id}
            return editor.add_version(session, currency="EUR", raw=raw, at=at, **scope)

    def publish(self, program: str, raw: dict[str, Any], at: datetime = NOW) -> int:
        """A new version of a program, in force from `at`."""
        number = self.draft(program, raw, at)
        with self.database.write() as session:
            found = editor.find(
                session, merchant_id=self.merchant_id, program_ref=self.programs[program]
            )
            editor.publish(
                session, merchant_id=self.merchant_id, program_id=found.id, number=number, at=at
            )
        return number

    def card(self, program: str = "points", at: datetime = NOW, **profile: str) -> CardInHand:
        """A new customer with a card in that program."""
        with self.database.write() as session:
            customer = directory.create(
                session,
                merchant_id=self.merchant_id,
                profile=Profile(**profile),
                at=at,
            )
            answer = register.enrol(
                session,
                duty=self.owner,
                customer_ref=ref("cus", customer.id),
                program_ref=self.programs[program],
                intent=intent(fresh_key(), None),
                at=at,
            ).answer
        return CardInHand(
            answer["ref"], answer["code"], answer["token"], answer["claim"], answer["customer"]
        )

    def visit(
        self,
        card: CardInHand,
        amount_minor: int | None = None,
        *,
        lines: list[LineRequest] | None = None,
        coffees: int = 0,
        key: str | None = None,
        at: datetime = NOW,
        scan: str | None = None,
        duty: Duty | None = None,
        **more: Any,
    ) -> Answer:
        """A purchase at the counter."""
        sold = list(lines or [])
        if coffees:
            sold.append(LineRequest(category="coffee", quantity_milli=coffees * 1_000))
        request = VisitRequest(
            scan=scan or card.code,
            amount=None if amount_minor is None else Money(amount_minor, "EUR"),
            lines=tuple(sold),
            **more,
        )
        with self.database.write() as session:
            return visits.accrue(
                session,
                duty=duty or self.cashier,
                request=request,
                intent=intent(key or fresh_key(), repr(request)),
                at=at,
            )

    def void(self, visit: str, *, key: str | None = None, at: datetime = NOW) -> Answer:
        """Undo a visit."""
        with self.database.write() as session:
            return refunds.void(
                session,
                duty=self.cashier,
                visit_ref=visit,
                reason="errore",
                intent=intent(key or fresh_key(), visit),
                at=at,
            )

    def refund(
        self,
        visit: str,
        amount_minor: int | None = None,
        *,
        lines: tuple[tuple[int, int], ...] = (),
        key: str | None = None,
        at: datetime = NOW,
    ) -> Answer:
        """Refund by amount, or by (line, thousandths of a piece)."""
        request = RefundRequest(
            amount=None if amount_minor is None else Money(amount_minor, "EUR"), lines=lines
        )
        with self.database.write() as session:
            return refunds.refund(
                session,
                duty=self.cashier,
                visit_ref=visit,
                request=request,
                intent=intent(key or fresh_key(), repr((visit, request))),
                at=at,
            )

    def reserve(
        self, card: CardInHand, reward: str, *, key: str | None = None, at: datetime = NOW
    ) -> Answer:
        """Reserve a reward."""
        with self.database.write() as session:
            return redemptions.reserve(
                session,
                duty=self.cashier,
                scan=card.code,
                reward=reward,
                intent=intent(key or fresh_key(), (card.code, reward)),
                at=at,
            )

    def fulfil(self, redemption: str, *, at: datetime = NOW) -> Answer:
        """Hand a reserved reward over."""
        with self.database.write() as session:
            return redemptions.fulfil(
                session, duty=self.cashier, redemption_ref=redemption, intent=None, at=at
            )

    def cancel(self, redemption: str, *, key: str | None = None, at: datetime = NOW) -> Answer:
        """Take a redemption back."""
        with self.database.write() as session:
            return redemptions.cancel(
                session,
                duty=self.cashier,
                redemption_ref=redemption,
                reason="ripensamento",
                intent=intent(key or fresh_key(), redemption),
                at=at,
            )

    def adjust(
        self, card: CardInHand, unit: str, units: int, *, at: datetime = NOW, key: str | None = None
    ) -> Answer:
        """Add or take units by hand."""
        with self.database.write() as session:
            return adjustments.adjust(
                session,
                duty=self.owner,
                card_ref=card.ref,
                request=AdjustmentRequest(unit, units, "compleanno"),
                intent=intent(key or fresh_key(), (card.ref, unit, units)),
                at=at,
            )

    def api_key(self, *scopes: str) -> str:
        """An API key with these scopes, all of them if none is named."""
        with self.database.write() as session:
            return keys.create_key(
                session,
                merchant_id=self.merchant_id,
                name="test",
                scopes=scopes or ("all",),
                at=NOW,
            )


_password_hash: list[str] = []


def open_shop(database: Database, *, name: str, owner: str, cashier: str) -> Shop:
    """A shop with an owner and a cashier who can sign in, and the programs points and stamps."""
    from loyalty.merchants.passwords import hash_password  # slow on purpose: hashed once

    if not _password_hash:
        _password_hash.append(hash_password(PASSWORD))
    with database.write() as session:
        merchant = accounts.create_merchant(
            session, name=name, currency="EUR", timezone="Europe/Rome", language="it", at=NOW
        )
        people = {}
        for person, role in ((owner, Role.OWNER), (cashier, Role.CASHIER)):
            token = accounts.invite_staff(
                session,
                merchant_id=merchant.id,
                email=f"{person}@example.it",
                name=person.capitalize(),
                role=role,
                at=NOW,
            )
            people[role] = accounts.accept_link(
                session, token=token, password_hash=_password_hash[0], at=NOW
            )
    duties = {
        role: staff_duty(merchant.id, who.staff_id, role, email=who.email)
        for role, who in people.items()
    }
    shop = Shop(
        database=database,
        merchant_id=merchant.id,
        name=name,
        owner_email=f"{owner}@example.it",
        cashier_email=f"{cashier}@example.it",
        owner=duties[Role.OWNER],
        cashier=duties[Role.CASHIER],
    )
    shop.program("points", POINTS)
    shop.program("stamps", STAMPS)
    return shop
