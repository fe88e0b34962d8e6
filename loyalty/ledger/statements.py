"""Reading the ledger: a card's statement and the units of a day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.ledger.models import Account, Entry, Operation

_JOINED = (
    sa.select(
        Entry.id,
        Entry.operation_id,
        Operation.kind.label("operation"),
        Entry.kind,
        Account.unit,
        Entry.units,
        Entry.balance_after,
        Entry.reasons,
        Operation.version,
        Operation.actor,
        Operation.proof,
        Operation.occurred_at,
        Operation.recorded_at,
    )
    .join(
        Account,
        sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
    )
    .join(
        Operation,
        sa.and_(Operation.merchant_id == Entry.merchant_id, Operation.id == Entry.operation_id),
    )
)
_MINE = (
    _JOINED.where(
        Entry.merchant_id == sa.bindparam("merchant_id"),
        Account.card_id == sa.bindparam("card_id"),
    )
    .order_by(Entry.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_LATEST, _BEFORE = _MINE, _MINE.where(Entry.id < sa.bindparam("before"))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry as the card's holder reads it."""

    id: UUID
    operation_id: UUID
    operation: str
    kind: str
    unit: str
    units: int
    balance_after: int
    reasons: list[dict[str, Any]]
    version: int | None
    actor: str
    proof: str | None
    occurred_at: datetime
    recorded_at: datetime


def entries(
    session: Session,
    *,
    merchant_id: UUID,
    card_id: UUID,
    before: UUID | None = None,
    limit: int = 50,
) -> list[StatementLine]:
    """A card's entries, the latest recorded first, before a key."""
    wanted = {"merchant_id": merchant_id, "card_id": card_id, "before": before, "limit": limit}
    rows = session.execute(_LATEST if before is None else _BEFORE, wanted)
    return [StatementLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class UnitTotals:
    """What happened to one unit in a while."""

    unit: str
    given: int
    redeemed: int
    expired: int


def totals(
    session: Session, *, merchant_id: UUID, since: datetime, until: datetime
) -> list[UnitTotals]:
    """Units given (net of refunds), redeemed (net of cancellations) and expired, by unit."""
    rows = session.execute(
        sa.select(Account.unit, Entry.kind, sa.func.sum(Entry.units))
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        .join(
            Operation,
            sa.and_(
                Operation.merchant_id == Entry.merchant_id,
                Operation.id == Entry.operation_id,
            ),
        )
        .where(
            Operation.merchant_id == merchant_id,
            Operation.occurred_at >= since,
            Operation.occurred_at < until,
        )
        .group_by(Account.unit, Entry.kind)
    ).all()
    sums: dict[str, dict[str, int]] = {}
    for unit, kind, units in rows:
        sums.setdefault(unit, {})[kind] = int(units)
    return [
        UnitTotals(
            unit=unit,
            given=sum(kinds.get(kind, 0) for kind in ("earn", "take", "return")),
            redeemed=-(kinds.get("spend", 0) + kinds.get("give", 0)),
            expired=-kinds.get("expire", 0),
        )
        for unit, kinds in sorted(sums.items())
    ]
