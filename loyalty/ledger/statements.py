"""Reading the ledger: a card's statement and the units of a day."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
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
_ACCOUNTS = sa.select(Account.id).where(
    Account.merchant_id == sa.bindparam("merchant_id"),
    Account.card_id == sa.bindparam("card_id"),
)


@cache
def _latest(accounts: int, *, is_before: bool) -> sa.Select[*tuple[Any, ...]]:
    """The latest entries of so many accounts, `account_0` and on.

    Account by account, each from its own end: else a long past is read whole to show a page of it,
    and SQLite would walk through everything the shop has.
    """
    merchant: sa.BindParameter[UUID] = sa.bindparam("merchant_id")
    limit: sa.BindParameter[int] = sa.bindparam("limit", type_=sa.Integer)
    parts = []
    for number in range(accounts):
        mine = sa.select(Entry.id).where(
            Entry.merchant_id == merchant, Entry.account_id == sa.bindparam(f"account_{number}")
        )
        if is_before:
            mine = mine.where(Entry.id < sa.bindparam("before"))
        ends = mine.order_by(Entry.id.desc()).limit(limit).subquery()
        parts.append(sa.select(ends.c.id))
    found = sa.union_all(*parts).subquery()
    wanted = _JOINED.where(Entry.merchant_id == merchant, Entry.id.in_(sa.select(found.c.id)))
    return wanted.order_by(Entry.id.desc()).limit(limit)


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
    mine = session.execute(_ACCOUNTS, {"merchant_id": merchant_id, "card_id": card_id})
    wanted: dict[str, Any] = {f"account_{n}": key for n, key in enumerate(mine.scalars())}
    if not wanted:
        return []
    query = _latest(len(wanted), is_before=before is not None)
    wanted |= {"merchant_id": merchant_id, "limit": limit}
    rows = session.execute(query, wanted if before is None else wanted | {"before": before})
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
    operations = sa.select(Operation.id).where(
        Operation.merchant_id == merchant_id,
        Operation.occurred_at >= since,
        Operation.occurred_at < until,
    )
    rows = session.execute(
        sa.select(Account.unit, Entry.kind, sa.func.sum(Entry.units))
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        # By a subquery: in a join SQLite would begin with every entry of the shop.
        .where(Entry.merchant_id == merchant_id, Entry.operation_id.in_(operations))
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
