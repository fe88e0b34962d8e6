"""The audit: every invariant of the ledger and the counter, and the triggers that guard them."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import triggers
from loyalty.core.db import Id
from loyalty.core.ids import ref
from loyalty.counter import audit as counter
from loyalty.counter.rollups import checking
from loyalty.ledger import audit as ledger
from loyalty.merchants.models import Merchant

NAMED_MAX = 20
CHECKS = {**ledger.CHECKS, **counter.CHECKS}
ROLLUPS, GUARDS = "the roll-ups are what the visits add up to", "the guards are in place"
CHECKS_COUNT = len(CHECKS) + 2  # and these two


class CouldNotLook(Exception):
    """The database could not be read as a ledger: not set up, or broken."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that is broken: which, where (the ids of at most NAMED_MAX rows), how often."""

    rule: str
    where: tuple[str, ...]
    count: int

    def __str__(self) -> str:
        more = f" and {self.count - len(self.where)} more" if self.count > len(self.where) else ""
        return f"broken: {self.rule} ({', '.join(self.where)}{more})"


def audit(session: Session, *, merchant_id: UUID | None = None) -> list[Finding]:
    """Every broken rule, of one merchant or of all; empty when the books are clean.

    Raises CouldNotLook when the database is not set up or cannot be read.
    """
    try:
        return _audit(session, merchant_id)
    except sa.exc.DatabaseError as error:
        raise CouldNotLook(
            f"the ledger cannot be read ({error.orig}); for a new database run: loyalty setup"
        ) from error
    except sa.exc.NoSuchTableError as error:
        raise CouldNotLook(f"there is no table {error}: run loyalty setup") from error


def _audit(session: Session, merchant_id: UUID | None) -> list[Finding]:
    found = [
        finding
        for rule, query in CHECKS.items()
        if (finding := _check(session, rule, query, merchant_id))
    ]
    if drifted := _drifted(session, merchant_id):
        found.append(drifted)
    missing = triggers.differences(session.connection())
    if missing:
        found.append(Finding(GUARDS, tuple(missing), len(missing)))
    return found


def _drifted(session: Session, merchant_id: UUID | None) -> Finding | None:
    every = sa.select(Merchant.id).order_by(Merchant.id)
    shops = [merchant_id] if merchant_id else session.execute(every).scalars()
    where: list[str] = []
    count = 0
    for shop in shops:
        for difference in checking.differences(session, merchant_id=shop):
            count += 1
            if count <= NAMED_MAX:
                where.append(f"{ref('mer', shop)}: {difference.sentence.en}")
    return Finding(ROLLUPS, tuple(where), count) if count else None


def _check(session: Session, rule: str, query: str, merchant_id: UUID | None) -> Finding | None:
    wanted = _damage(query, of_one_shop=merchant_id is not None)
    rows = session.execute(wanted, {"shop": merchant_id} if merchant_id else {}).all()
    if not rows:
        return None
    where = tuple(f"{ref('mer', row.merchant_id)}:{_shown(row.thing)}" for row in rows[:NAMED_MAX])
    return Finding(rule, where, len(rows))


@cache
def _damage(query: str, *, of_one_shop: bool) -> sa.Select[tuple[UUID, Any]]:
    """The damage that a check finds; to put it together takes longer than to ask."""
    damage = sa.text(query).columns(merchant_id=Id, thing=sa.Unicode).subquery("damage")
    wanted = sa.select(damage.c.merchant_id, sa.literal_column("damage.thing").label("thing"))
    return wanted.where(damage.c.merchant_id == sa.bindparam("shop")) if of_one_shop else wanted


def _shown(thing: object) -> str:
    return thing.hex() if isinstance(thing, bytes) else str(thing).replace("-", "")
