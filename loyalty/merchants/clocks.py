"""How long a shop keeps what: four clocks, which it may set otherwise or stop, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.clock_models import RetentionClock, RetentionRun
from loyalty.merchants.roles import Duty, Permission

MONTHS_MAX = 120
REASON_LETTERS_MAX = 300
DETAIL, AGREED, STAFF_LOG, PROOF = "detail", "detail_agreed", "staff_log", "proof"
USUAL = {DETAIL: 12, AGREED: 24, STAFF_LOG: 24, PROOF: 24}
_SAY_WHY = Text(
    "Scrivi perché: chi ti chiede conto lo leggerà qui.",
    "Write why: whoever asks you about it will read it here.",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """After how many months something is cleared; `reason` is why the shop has set it so."""

    kind: str
    months: int
    is_on: bool
    reason: str
    changed_at: datetime | None


def of(session: Session, *, merchant_id: UUID) -> dict[str, Clock]:
    """Every clock of a shop, by kind."""
    query = sa.select(RetentionClock).where(RetentionClock.merchant_id == merchant_id)
    changed = {
        row.kind: Clock(row.kind, row.months, row.is_on, row.reason, row.changed_at)
        for row in session.execute(query).scalars()
    }
    return {
        kind: changed.get(kind) or Clock(kind, months, is_on=True, reason="", changed_at=None)
        for kind, months in USUAL.items()
    }


def change(
    session: Session,
    *,
    duty: Duty,
    kind: str,
    months: int,
    is_on: bool,
    reason: str,
    at: datetime,
) -> None:
    """Set or stop a clock; the staff log keeps who did and why.

    Raises Forbidden, Unknown("clock"), and Invalid without a reason.
    """
    duty.demand(Permission.STAFF)
    if kind not in USUAL:
        raise Unknown("clock")
    if not reason.strip():
        raise Invalid({"reason": [_SAY_WHY]})
    row = session.get(RetentionClock, (duty.merchant_id, kind), with_for_update=True)
    if row is None:
        row = RetentionClock(merchant_id=duty.merchant_id, kind=kind)
        session.add(row)
    row.months, row.is_on, row.reason = months, is_on, reason.strip()
    row.actor, row.changed_at = duty.actor, at
    session.flush()
    facts = {"months": months, "on": is_on, "reason": reason.strip()}
    acts.note(session, duty=duty, act="retention.change", target=kind, at=at, **facts)


def note_run(session: Session, *, merchant_id: UUID, cleared: dict[str, int], at: datetime) -> None:
    """Keep what a night has cleared."""
    session.add(RetentionRun(merchant_id=merchant_id, id=new_id(), at=at, cleared=cleared))
    session.flush()


def runs(
    session: Session, *, merchant_id: UUID, before: UUID | None = None, limit: int = 20
) -> list[RetentionRun]:
    """What nights have cleared, the latest first, before a key."""
    query = sa.select(RetentionRun).where(RetentionRun.merchant_id == merchant_id)
    if before is not None:
        query = query.where(RetentionRun.id < before)
    return list(session.execute(query.order_by(RetentionRun.id.desc()).limit(limit)).scalars())
