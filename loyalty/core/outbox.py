"""What happened, told to the rest of the house in the same transaction that made it true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core import jobs
from loyalty.core.db import Base, Id, Json, UtcDateTime, table
from loyalty.core.ids import new_id


class OutboxEvent(Base):
    """One thing that happened; a worker acts on it after the commit, and then it is handled."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        # The worker takes everybody's events in their order, so its index does not begin with the
        # shop. It holds only what waits.
        sa.Index(
            "ix_outbox_event_waiting",
            "id",
            sqlite_where=sa.text("handled_at IS NULL"),
            postgresql_where=sa.text("handled_at IS NULL"),
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


_EVENT = table(OutboxEvent)
_INSERT = sa.insert(_EVENT)
_WAITING = _EVENT.c.handled_at.is_(None)


def add(
    session: Session, *, merchant_id: UUID, kind: str, facts: dict[str, Any], at: datetime
) -> None:
    """Note an event; it exists if and only if the surrounding write commits."""
    session.execute(
        _INSERT,
        {
            "merchant_id": merchant_id,
            "id": new_id(),
            "kind": kind,
            "facts": facts,
            "created_at": at,
        },
    )


@dataclass(frozen=True, slots=True)
class Handed:
    """How many events were handled, and how many jobs they became."""

    events: int
    jobs: int


def hand_over(
    session: Session, *, routes: Mapping[str, Sequence[str]], at: datetime, limit: int
) -> Handed:
    """Turn the oldest waiting events into jobs, one for each handler, and mark them handled.

    `routes` names the kinds of job for a kind of event; an event that nobody wants is handled too.
    Being a job, what fails is tried again and ends dead and visible, and stops nothing behind it.
    """
    columns = (_EVENT.c.merchant_id, _EVENT.c.id, _EVENT.c.kind, _EVENT.c.facts)
    query = sa.select(*columns).where(_WAITING).order_by(_EVENT.c.id).limit(limit)
    events = session.execute(query.with_for_update(skip_locked=True)).all()
    rows = [_job(event, kind, at) for event in events for kind in routes.get(event.kind, ())]
    jobs.enqueue_all(session, rows)
    if events:
        handled = (_EVENT.c.id.in_([event.id for event in events]), _WAITING)
        session.execute(sa.update(_EVENT).where(*handled).values(handled_at=at))
    return Handed(len(events), len(rows))


def _job(event: Any, kind: str, at: datetime) -> dict[str, Any]:
    """The job of one handler: what happened where, as plain values."""
    payload = {
        "merchant_id": str(event.merchant_id),
        "event_id": str(event.id),
        "kind": event.kind,
        "facts": event.facts,
    }
    key = f"{event.id}/{kind}"
    return jobs.new_row(kind=kind, payload=payload, at=at, key=key, merchant_id=event.merchant_id)


def is_waiting(session: Session) -> bool:
    """Whether any event waits: a look that locks nothing."""
    return session.execute(sa.select(_EVENT.c.id).where(_WAITING).limit(1)).first() is not None


def lag_s(session: Session, *, at: datetime) -> int:
    """For how many seconds the oldest event has been waiting; 0 if none is."""
    query = sa.select(_EVENT.c.created_at).where(_WAITING).order_by(_EVENT.c.id).limit(1)
    since = session.execute(query).scalar_one_or_none()
    return 0 if since is None else max(0, int((at - since).total_seconds()))


def handled_before(session: Session, *, before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Shops and ids of events that were handled before that moment."""
    query = sa.select(_EVENT.c.merchant_id, _EVENT.c.id).where(_EVENT.c.handled_at < before)
    return [(row.merchant_id, row.id) for row in session.execute(query.limit(limit))]


def forget(session: Session, *, events: Sequence[tuple[UUID, UUID]]) -> None:
    """Delete these events, each by its shop and id."""
    rows = [{"shop": merchant_id, "event": event_id} for merchant_id, event_id in events]
    session.execute(_FORGET, rows)


_FORGET = sa.delete(_EVENT).where(
    _EVENT.c.merchant_id == sa.bindparam("shop", type_=Id),
    _EVENT.c.id == sa.bindparam("event", type_=Id),
)
