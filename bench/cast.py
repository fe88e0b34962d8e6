"""A shop with many cards and a key, for loads: made through the product's own verbs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty import schema
from loyalty.audit import audit
from loyalty.cards import register
from loyalty.cards.models import CardToken
from loyalty.core import clock
from loyalty.core.db import Database, use
from loyalty.core.ids import ref
from loyalty.core.settings import Settings
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.ledger.models import Operation
from loyalty.merchants import accounts, keys
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import editor

FIRST_CODE = 1_000_000_000
POINTS: dict[str, Any] = {
    "units": [
        {
            "key": "points",
            "label": {"it": "punti", "en": "points"},
            "expiry": {"kind": "rolling", "months": 12},
        }
    ],
    "earn": [{"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}],
    "rewards": [
        {
            "key": "breakfast",
            "kind": "product",
            "name": {"it": "colazione in omaggio", "en": "a free breakfast"},
            "cost": {"points": 10},
        }
    ],
    "proof": {"redeem": "typed"},
}


@dataclass(frozen=True)
class Counter:
    """What a load needs: the merchant, the key, and the codes from FIRST_CODE on, one a card."""

    merchant_id: UUID
    key: str
    codes: tuple[str, ...]

    @property
    def merchant(self) -> str:
        """The merchant's public ref."""
        return ref("mer", self.merchant_id)

    def write_codes(self, path: Path) -> Path:
        """The codes, one a line, for the load generator."""
        path.write_text("\n".join(self.codes) + "\n", "ascii")
        return path


@contextmanager
def opened(environment: Mapping[str, str]) -> Iterator[Database]:
    """The database of an installation, in use while the block runs."""
    database = Database(Settings.from_environment(environment))
    use(database)
    try:
        yield database
    finally:
        use(None)
        database.dispose()


def open_counter(environment: Mapping[str, str], *, cards: int) -> Counter:
    """A migrated installation with one shop and so many cards."""
    with opened(environment) as database:
        schema.migrate(database)
        merchant_id, program, key = _open_shop(database)
        duty = staff_duty(merchant_id, merchant_id, Role.OWNER)
        with database.write() as session:
            for _ in range(cards):
                _enrol(session, duty, program)
        codes = _number_codes(database, merchant_id)
    return Counter(merchant_id, key, codes)


def _open_shop(database: Database) -> tuple[UUID, str, str]:
    at = clock.now()
    with database.write() as session:
        shop = accounts.create_merchant(
            session, name="Bench", currency="EUR", timezone="Europe/Rome", language="it", at=at
        )
        made = editor.create(
            session, merchant_id=shop.id, currency="EUR", name="Points", raw=POINTS, at=at
        )
        editor.publish(session, merchant_id=shop.id, program_id=made.id, number=1, at=at)
        key = keys.create_key(session, merchant_id=shop.id, name="load", scopes=["all"], at=at)
        return shop.id, ref("prg", made.id), key


def _enrol(session: Session, duty: Duty, program: str) -> None:
    at = clock.now()
    person = directory.create(session, merchant_id=duty.merchant_id, profile=Profile(), at=at)
    register.enrol(
        session,
        duty=duty,
        customer_ref=ref("cus", person.id),
        program_ref=program,
        intent=None,
        at=at,
    )


def _number_codes(database: Database, merchant_id: UUID) -> tuple[str, ...]:
    """Codes in a row, so that a generator that only knows numbers can pick a card."""
    with database.write() as session:
        wanted = sa.select(CardToken.id).where(CardToken.merchant_id == merchant_id)
        tokens = session.scalars(wanted.order_by(CardToken.id)).all()
        rows = [
            {"merchant_id": merchant_id, "id": token_id, "code": str(FIRST_CODE + number)}
            for number, token_id in enumerate(tokens)
        ]
        if rows:
            session.execute(sa.update(CardToken), rows)
    return tuple(row["code"] for row in rows)


def operations(database: Database) -> int:
    """How many visits the ledger holds."""
    with database.read() as session:
        visits = sa.select(sa.func.count()).where(Operation.kind == "visit")
        return session.execute(visits).scalar_one()


def findings(database: Database) -> list[str]:
    """What the audit finds; empty when the books are clean."""
    with database.read() as session:
        return [str(finding) for finding in audit(session)]
