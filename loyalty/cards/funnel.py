"""How many opened the join page and how many got a card: sums by program, day and source."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.join_models import JoinCount
from loyalty.core.calendar import local_day
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table

SOURCES = ("poster", "till", "link", "referral")
DAYS = 30
_COUNT = table(JoinCount)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Openings and cards of some days; `share` is whole percent, None while nobody opened it."""

    started: int = 0
    finished: int = 0

    @property
    def share(self) -> int | None:
        """Cards per hundred openings, rounded; a page may stay open from one period to the next."""
        if not self.started:
            return None
        return min(100, (100 * self.finished + self.started // 2) // self.started)

    def __add__(self, other: "Funnel") -> "Funnel":
        return Funnel(self.started + other.started, self.finished + other.finished)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is counted: whose program, on which of the shop's days, from which source."""

    merchant_id: UUID
    program_id: UUID
    local_on: date
    source: str

    @classmethod
    def of(
        cls, merchant_id: UUID, program_id: UUID, timezone: str, source: str, at: datetime
    ) -> "Spot":
        """The spot of that moment; a source that nobody knows is a link."""
        known = source if source in SOURCES else "link"
        return cls(merchant_id, program_id, local_day(at, timezone), known)


def count(session: Session, *, spot: Spot, finished: bool) -> None:
    """One more who opened the page, or who got a card."""
    key = {
        "merchant_id": spot.merchant_id,
        "program_id": spot.program_id,
        "local_on": spot.local_on,
        "source": spot.source,
    }
    session.execute(insert_unless_there(session, _COUNT), key | {"started": 0, "finished": 0})
    column = _COUNT.c.finished if finished else _COUNT.c.started
    here = [_COUNT.c[name] == value for name, value in key.items()]
    session.execute(sa.update(_COUNT).where(*here).values({column: column + 1}))


def lately(
    session: Session, *, merchant_id: UUID, program_ids: Collection[UUID], today: date
) -> dict[UUID, dict[str, Funnel]]:
    """The last DAYS days of each program, by source; a source of which nobody came is missing."""
    rows = session.execute(
        sa.select(
            JoinCount.program_id,
            JoinCount.source,
            sa.func.sum(JoinCount.started),
            sa.func.sum(JoinCount.finished),
        )
        .where(
            JoinCount.merchant_id == merchant_id,
            JoinCount.program_id.in_(list(program_ids)),
            JoinCount.local_on > today - timedelta(days=DAYS),
            JoinCount.local_on <= today,
        )
        .group_by(JoinCount.program_id, JoinCount.source)
    )
    found: dict[UUID, dict[str, Funnel]] = {}
    for program_id, source, started, finished in rows:
        found.setdefault(program_id, {})[source] = Funnel(int(started), int(finished))
    return found
