"""What a shop keeps too long: found without a lock, cleared a portion at a time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import add_months, local_day
from loyalty.core.db import rows_changed
from loyalty.customers.models import Erasure
from loyalty.merchants.models import Merchant, SignInAttempt, StaffAct


def shops(session: Session) -> list[tuple[UUID, str]]:
    """Every shop and its time zone."""
    rows = session.execute(sa.select(Merchant.id, Merchant.timezone).order_by(Merchant.id))
    return [(row.id, row.timezone) for row in rows]


def first_kept(at: datetime, timezone: str, months: int) -> date:
    """The first day that is not older than so many months, in the shop."""
    return add_months(local_day(at, timezone), -months)


def old_acts(session: Session, *, merchant_id: UUID, before: date, limit: int) -> list[UUID]:
    """Lines of the staff log from before a day."""
    query = sa.select(StaffAct.id).where(
        StaffAct.merchant_id == merchant_id, StaffAct.at < _midnight(before)
    )
    # Their ids grow with time, so those come first.
    return list(session.execute(query.order_by(StaffAct.id).limit(limit)).scalars())


def forget_acts(session: Session, *, merchant_id: UUID, ids: Sequence[UUID]) -> int:
    """Delete these lines of the staff log."""
    mine = (StaffAct.merchant_id == merchant_id, StaffAct.id.in_(ids))
    return _many(session, sa.delete(StaffAct).where(*mine))


def forget_proofs(session: Session, *, merchant_id: UUID, before: date) -> int:
    """Empty the hashes of addresses of people who were forgotten before a day."""
    mine = (
        Erasure.merchant_id == merchant_id,
        Erasure.at < _midnight(before),
        Erasure.address_hash.is_not(None),
    )
    return _many(session, sa.update(Erasure).where(*mine).values(address_hash=None))


def forget_attempts(session: Session, *, before: datetime, limit: int) -> int:
    """Delete failed sign-ins, which hold a digest of where they came from; how many."""
    old = sa.select(SignInAttempt.id).where(SignInAttempt.at < before).limit(limit)
    return _many(session, sa.delete(SignInAttempt).where(SignInAttempt.id.in_(old)))


def _many(session: Session, statement: Any) -> int:
    return rows_changed(
        session.execute(statement, execution_options={"synchronize_session": False})
    )


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
