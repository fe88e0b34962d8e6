"""A shop for a bench: an installation of its own on either engine, a merchant and programs."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.oracle import Due, Rules
from loyalty import schema
from loyalty.audit import audit
from loyalty.core.db import Database, Id, use
from loyalty.core.ids import parse_ref, ref
from loyalty.core.settings import Settings
from loyalty.merchants import accounts
from loyalty.programs import editor
from loyalty.tables import METADATA
from tests.rigs import postgres

ENGINES = ("sqlite", "postgresql")


@contextmanager
def installation(engine: str) -> Iterator[dict[str, str]]:
    """The environment of a fresh, migrated installation, durable as in a shop."""
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        environment = {"LOYALTY_DATA": folder}
        if engine == "sqlite":
            yield _migrated(environment)
            return
        with postgres.running(durable=True) as server:
            yield _migrated(environment | {"DATABASE_URL": server.create_database()})


def _migrated(environment: dict[str, str]) -> dict[str, str]:
    with opened(environment) as database:
        schema.migrate(database)
    return environment


@contextmanager
def opened(environment: dict[str, str]) -> Iterator[Database]:
    """The database of an installation, in use while the block runs."""
    database = Database(Settings.from_environment(environment))
    use(database)
    try:
        yield database
    finally:
        use(None)
        database.dispose()


def open_program(
    session: Session, *, zone: str, currency: str, raw: dict[str, Any], at: datetime
) -> str:
    """A new merchant with one published program; returns the merchant's ref."""
    merchant = accounts.create_merchant(
        session, name="Bench", currency=currency, timezone=zone, language="en", at=at
    )
    program = editor.create(
        session, merchant_id=merchant.id, currency=currency, name="Bench", raw=raw, at=at
    )
    editor.publish(session, merchant_id=merchant.id, program_id=program.id, number=1, at=at)
    return ref("mer", merchant.id)


def document(rules: Rules) -> dict[str, Any]:
    """The version of a program that says what the oracle's rules say."""
    expiry = {"kind": "rolling", "months": rules.months} if rules.months else {"kind": "never"}
    if not rules.stamps:
        unit = {"key": "points", "label": {"it": "punti", "en": "points"}, "expiry": expiry}
        earn = {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}
        return {"units": [unit], "earn": [earn]}
    unit = {"key": "stamps", "label": {"it": "timbri", "en": "stamps"}, "expiry": expiry}
    earn = {"key": "visit", "unit": "stamps", "units": 1, "per": {"visit": 1}}
    reward = {
        "key": "gift",
        "kind": "product",
        "name": {"it": "un regalo", "en": "a gift"},
        "cost": {"stamps": rules.size},
    }
    full = {"unit": "stamps", "size": rules.size, "reward": "gift", "on_full": "issue"}
    return {"units": [unit], "earn": [earn], "rewards": [reward], "stamps": full}


_HELD = """
    SELECT customer.external_ref,
      (SELECT count(*) FROM visit
       WHERE visit.merchant_id = card.merchant_id AND visit.card_id = card.id),
      (SELECT coalesce(sum(units), 0) FROM ledger_entry entry
       WHERE entry.merchant_id = account.merchant_id AND entry.account_id = account.id
         AND entry.kind = 'earn'),
      (SELECT coalesce(-sum(units), 0) FROM ledger_entry entry
       WHERE entry.merchant_id = account.merchant_id AND entry.account_id = account.id
         AND entry.kind = 'expire'),
      account.balance,
      (SELECT count(*) FROM redemption
       WHERE redemption.merchant_id = card.merchant_id AND redemption.card_id = card.id
         AND redemption.state <> 'cancelled'),
      account.earned_millionths % 1000000 / 10000
    FROM card
    JOIN customer ON customer.merchant_id = card.merchant_id AND customer.id = card.customer_id
    JOIN ledger_account account
      ON account.merchant_id = card.merchant_id AND account.card_id = card.id
    WHERE card.merchant_id = :merchant AND (:everything = 1 OR card.program_id = :program)
"""


def holdings(
    database: Database, merchant_ref: str, program_ref: str | None = None
) -> dict[str, Due]:
    """What each customer has, straight from the tables; of one program or of the only one."""
    program_id = parse_ref("prg", program_ref) if program_ref else None
    query = sa.text(_HELD).bindparams(
        sa.bindparam("merchant", parse_ref("mer", merchant_ref), Id),
        sa.bindparam("program", program_id, Id),
        sa.bindparam("everything", int(program_id is None), sa.Integer),
    )
    with database.read() as session:
        return {row[0]: Due(*(int(figure) for figure in row[1:])) for row in session.execute(query)}


def fingerprint(database: Database, merchant_ref: str) -> dict[str, str]:
    """A digest of all rows of the merchant in every table, whatever their order."""
    merchant_id = parse_ref("mer", merchant_ref)
    tables = [table for table in METADATA.sorted_tables if "merchant_id" in table.c]
    with database.read() as session:
        return {table.name: _digest(session, table.name, merchant_id) for table in tables}


def _digest(session: Session, table: str, merchant_id: UUID | None) -> str:
    # As the driver gives them: what the columns mean does not matter here.
    query = sa.text(f"SELECT * FROM {table} WHERE merchant_id = :merchant")
    rows = session.execute(
        query.bindparams(sa.bindparam("merchant", merchant_id, Id)),
        execution_options={"yield_per": 5_000},
    )
    total, count = 0, 0
    for row in rows:
        plain = repr(tuple(row)).encode()
        total ^= int.from_bytes(hashlib.blake2b(plain, digest_size=16).digest(), "big")
        count += 1
    return f"{count}:{total:x}"


def audited(environment: dict[str, str]) -> str:
    """What the audit of the whole installation finds."""
    with opened(environment) as database, database.read() as session:
        return "; ".join(str(finding) for finding in audit(session)) or "clean"
