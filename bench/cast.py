"""A shop with many cards and a key, for loads: made through the product's own verbs."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty import schema
from loyalty.cards import register
from loyalty.cards.models import CardToken
from loyalty.core import clock
from loyalty.core.db import Database, use
from loyalty.core.ids import ref
from loyalty.core.settings import Settings
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.merchants import accounts, keys
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import editor
from tests.rigs import postgres

ENGINES = ("sqlite", "postgresql")
NOBODY = Profile()
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
def installation(engine: str) -> Iterator[tuple[dict[str, str], dict[str, int]]]:
    """The environment of an installation, durable as in a shop, and its server's process."""
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        if engine == "sqlite":
            yield {"LOYALTY_DATA": folder}, {}
            return
        with postgres.running(durable=True) as server:
            assert server.keeper is not None
            url = server.create_database()
            yield {"LOYALTY_DATA": folder, "DATABASE_URL": url}, {"database": server.keeper.pid}


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
        merchant_id, program, key = open_shop(database, clock.now())
        duty = staff_duty(merchant_id, merchant_id, Role.OWNER)
        with database.write() as session:
            for _ in range(cards):
                enrol(session, duty, program, clock.now())
        codes = _number_codes(database, merchant_id)
    return Counter(merchant_id, key, codes)


def open_shop(database: Database, at: datetime) -> tuple[UUID, str, str]:
    """A shop with a points program: its id, the program's ref and a key for everything."""
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


def enrol(
    session: Session, duty: Duty, program: str, at: datetime, profile: Profile = NOBODY
) -> dict[str, Any]:
    """A new customer with a card in that program: what the product answers."""
    person = directory.create(session, merchant_id=duty.merchant_id, profile=profile, at=at)
    made = register.enrol(
        session,
        duty=duty,
        customer_ref=ref("cus", person.id),
        program_ref=program,
        intent=None,
        at=at,
    )
    return made.answer


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
