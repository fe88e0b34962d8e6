"""Which live codes have served: each is good for one accrual and one redemption."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.live import Live
from loyalty.cards.models import LiveUse
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table

_USE = table(LiveUse)
_KEY = (_USE.c.merchant_id, _USE.c.device_id, _USE.c.step, _USE.c.act)
_FORGET = sa.delete(_USE).where(*(column == sa.bindparam(f"b_{column.name}") for column in _KEY))


def is_first(session: Session, *, merchant_id: UUID, code: Live, act: str, at: datetime) -> bool:
    """Use a code up for an act ("accrue" or "redeem"); False if it has served for that."""
    row = {
        "merchant_id": merchant_id,
        "device_id": code.device_id,
        "step": code.step,
        "act": act,
        "used_at": at,
    }
    taken = insert_unless_there(session, _USE).returning(_USE.c.step)
    return session.execute(taken, row).scalar_one_or_none() is not None


def used_before(session: Session, *, before: datetime, limit: int) -> list[tuple[Any, ...]]:
    """The keys of uses before that moment."""
    return [
        tuple(row)
        for row in session.execute(sa.select(*_KEY).where(_USE.c.used_at < before).limit(limit))
    ]


def forget(session: Session, *, uses: Sequence[tuple[Any, ...]]) -> None:
    """Delete these uses."""
    names = [f"b_{column.name}" for column in _KEY]
    session.execute(_FORGET, [dict(zip(names, use, strict=True)) for use in uses])
