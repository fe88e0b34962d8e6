"""Undoing an import of customers: whom it made and nothing has happened with is forgotten again.

The proof of what they had agreed to stays, without a name. What the file changed of people who were
known before stays too: what stood there is not kept. Its tags and notes go from everybody, except
notes that somebody has changed or struck since.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import Database, part
from loyalty.core.ids import ref
from loyalty.customers.models import Customer
from loyalty.imports import doing, jottings
from loyalty.imports.order import Progress
from loyalty.imports.register import TEXT_ID
from loyalty.imports.upload_models import UNDOING, ImportedCustomer, ImportUpload
from loyalty.merchants.roles import system_duty
from loyalty.persons import erasure
from loyalty.persons.held import CUSTOMER, HELD

_AT_ONCE = 20
# What the import itself wrote, and what follows from nothing but the person's being there.
_OWN = {"customer", "consent_event", "imported_customer", "customer_tag", "customer_note"}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What undoing would do: whom it would forget, and who stays because something happened."""

    fresh: int
    lived: int


def outlook(session: Session, *, merchant_id: UUID, import_id: UUID) -> Outlook:
    """How it would go now."""
    every = _made(merchant_id, import_id)
    fresh = every.where(_untouched(import_id))
    counts = [
        session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
        for query in (every, fresh)
    ]
    return Outlook(fresh=counts[1], lived=counts[0] - counts[1])


def take_back_customers(
    database: Database, *, merchant_id: UUID, upload_id: UUID, at: datetime, progress: Progress
) -> None:
    """Forget again whom the import made, as far as nothing has happened with them."""
    with database.read() as session:
        upload = session.get(ImportUpload, (merchant_id, upload_id))
        if upload is None or upload.state != UNDOING:
            return
        session.expunge(upload)  # read once, and then only looked at
        total = outlook(session, merchant_id=merchant_id, import_id=upload_id).fresh
    done = 0
    while some := _some(database, merchant_id, upload_id):
        with database.write() as session:
            for customer_id in some:
                done += _forget(session, merchant_id, upload_id, customer_id, at)
        progress(done, total)
    with database.write() as session:
        jottings.take_back(session, merchant_id=merchant_id, import_id=upload_id)
    with database.read() as session:
        kept = outlook(session, merchant_id=merchant_id, import_id=upload_id).lived
    counts = {"customers": done, "kept": kept}
    doing.close_undo(database, upload=upload, counts=counts, at=at)


def _some(database: Database, merchant_id: UUID, import_id: UUID) -> list[UUID]:
    query = _made(merchant_id, import_id).where(_untouched(import_id)).limit(_AT_ONCE)
    with database.read() as session:
        return list(session.execute(query).scalars())


def _forget(
    session: Session, merchant_id: UUID, import_id: UUID, customer_id: UUID, at: datetime
) -> int:
    """One person, once more asked under the write whether nothing has happened."""
    mine = (Customer.merchant_id == merchant_id, Customer.id == customer_id)
    if session.execute(sa.select(Customer.id).where(*mine, _untouched(import_id))).first() is None:
        return 0
    with part(session):
        erasure.erase(
            session,
            duty=system_duty(merchant_id, "import"),
            customer_ref=ref("cus", customer_id),
            at=at,
        )
    return 1


def _made(merchant_id: UUID, import_id: UUID) -> sa.Select[UUID]:
    return (
        sa.select(Customer.id)
        .join(
            ImportedCustomer,
            sa.and_(
                ImportedCustomer.merchant_id == Customer.merchant_id,
                ImportedCustomer.customer_id == Customer.id,
            ),
        )
        .where(
            Customer.merchant_id == merchant_id,
            ImportedCustomer.import_id == import_id,
            Customer.erased_at.is_(None),
        )
    )


def _untouched(import_id: UUID) -> sa.ColumnElement[bool]:
    """There is no card, mail, remark or anything else of this customer, nor a later consent.

    The tags and notes of the import itself are nothing else.
    """
    there = [
        sa.exists().where(
            held.table.c.merchant_id == Customer.merchant_id, held.table.c[column] == Customer.id
        )
        for held in HELD
        if held.of == CUSTOMER and held.table.name not in _OWN
        for column in held.by
    ]
    consents = next(held.table for held in HELD if held.table.name == "consent_event")
    agreed = sa.exists().where(
        consents.c.merchant_id == Customer.merchant_id,
        consents.c.customer_id == Customer.id,
        consents.c.text_id != TEXT_ID,
    )
    return sa.not_(
        sa.or_(
            Customer.merged_into_id.is_not(None),
            Customer.note.is_not(None),
            agreed,
            *jottings.of_others(Customer.merchant_id, Customer.id, import_id),
            *there,
        )
    )
