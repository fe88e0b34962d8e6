"""Who is left alone: after a journey without an answer until they come back, or for comparison."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.models import MailRest
from loyalty.core.db import table
from loyalty.counter.rollups.models import MemberStats

_REST, _STATS = table(MailRest), table(MemberStats)
_EARLIEST = date(1, 1, 1)
# Made once: every letter asks it. Whoever came again since then is no longer left alone.
_RESTING = (
    sa.select(_REST.c.customer_id, _REST.c.reason)
    .select_from(
        _REST.outerjoin(
            _STATS,
            sa.and_(
                _STATS.c.merchant_id == _REST.c.merchant_id,
                _STATS.c.customer_id == _REST.c.customer_id,
            ),
        )
    )
    .where(
        _REST.c.merchant_id == sa.bindparam("merchant"),
        _REST.c.customer_id.in_(sa.bindparam("ids", expanding=True)),
        sa.or_(_REST.c.until_at.is_(None), _REST.c.until_at > sa.bindparam("at")),
        sa.or_(
            _STATS.c.last_on.is_(None),
            _STATS.c.last_on <= sa.func.coalesce(_REST.c.last_on, sa.literal(_EARLIEST, sa.Date)),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Rest:
    """Somebody to be left alone from now on; `last_on` is their last visit day."""

    customer_id: UUID
    reason: str
    last_on: date | None
    until_at: datetime | None = None


def add(session: Session, *, merchant_id: UUID, rests: Sequence[Rest], at: datetime) -> None:
    """Leave them alone; the latest reason counts. Safe to repeat."""
    if not rests:
        return
    end(session, merchant_id=merchant_id, customer_ids=[one.customer_id for one in rests])
    session.execute(
        sa.insert(_REST),
        [
            {
                "merchant_id": merchant_id,
                "customer_id": one.customer_id,
                "reason": one.reason,
                "last_on": one.last_on,
                "since_at": at,
                "until_at": one.until_at,
            }
            for one in rests
        ],
    )


def end(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> None:
    """They may be written to again."""
    session.execute(
        sa.delete(_REST).where(
            _REST.c.merchant_id == merchant_id, _REST.c.customer_id.in_(list(customer_ids))
        )
    )


def among(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID], at: datetime
) -> dict[UUID, str]:
    """Those of these whom no letter is sent now, with why: sunset or compared."""
    asked = {"merchant": merchant_id, "ids": list(customer_ids), "at": at}
    return {row.customer_id: row.reason for row in session.execute(_RESTING, asked)}
