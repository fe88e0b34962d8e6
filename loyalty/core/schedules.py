"""What comes round again: each schedule makes a job when its moment has come, once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core import jobs
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import Base, UtcDateTime, table
from loyalty.core.jobs import Job

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds, counted from 1970: the moments are the same for every worker."""

    seconds: int

    def latest(self, at: datetime) -> datetime:
        """The last moment that is not after `at`."""
        step = timedelta(seconds=self.seconds)
        return _EPOCH + (at - _EPOCH) // step * step

    def following(self, at: datetime) -> datetime:
        """The first moment after `at`."""
        return self.latest(at) + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at this time, like "03:40", in UTC: the house has no zone, only shops have."""

    clock: str

    def latest(self, at: datetime) -> datetime:
        """The last moment that is not after `at`."""
        today = at.astimezone(UTC).date()
        moment = datetime.combine(today, time.fromisoformat(self.clock), UTC)
        return moment if moment <= at else moment - _DAY

    def following(self, at: datetime) -> datetime:
        """The first moment after `at`."""
        return self.latest(at) + _DAY


Cadence = Every | Daily


class Schedule(Base):
    """One thing that comes round; its name is the kind of the jobs that it makes."""

    __tablename__ = "schedule"
    __table_args__ = (sa.CheckConstraint("(every_s IS NULL) <> (daily_at IS NULL)", name="one"),)

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    every_s: Mapped[int | None]
    daily_at: Mapped[str | None] = mapped_column(sa.String(5))
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def cadence(self) -> Cadence:
        """How it comes round."""
        if self.daily_at is not None:
            return Daily(self.daily_at)
        assert self.every_s is not None, "one of the two, by a constraint"
        return Every(self.every_s)


def ensure(session: Session, *, name: str, every: Cadence, at: datetime) -> None:
    """Let `name` come round like this; what is new, or has changed, is due at once."""
    wanted = {
        "every_s": every.seconds if isinstance(every, Every) else None,
        "daily_at": every.clock if isinstance(every, Daily) else None,
        "next_at": every.latest(at),
    }
    # Workers that start together both say so; the second finds it there.
    session.execute(insert_unless_there(session, table(Schedule)), {"name": name, **wanted})
    row = session.get_one(Schedule, name, with_for_update=True)
    if row.cadence != every:
        for column, value in wanted.items():
            setattr(row, column, value)


def fire(session: Session, *, names: Collection[str], at: datetime) -> int:
    """Make the jobs of those schedules whose moment has come, and move these on; how many jobs.

    What was missed makes one job, not one for each time. The job's key names the moment, so a clock
    that was put back, or another worker, makes none twice. While a schedule's last job is still to
    be done it makes no further one.
    """
    query = sa.select(Schedule).where(Schedule.name.in_(names)).order_by(Schedule.name)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    made = 0
    for row in rows:
        if row.next_at <= at and not _is_under_way(session, row.name):
            made += _make(session, row, at)
        if _is_due(row, at):
            row.next_at = row.cadence.following(at)
    return made


def is_due(session: Session, *, names: Collection[str], at: datetime) -> bool:
    """Whether `fire` would find something: a look that locks nothing."""
    rows = session.scalars(sa.select(Schedule).where(Schedule.name.in_(names)))
    return any(_is_due(row, at) for row in rows)


def _is_due(row: Schedule, at: datetime) -> bool:
    """Its moment has come; or it is not the next one any more, for the clock was put back."""
    return row.next_at <= at or row.next_at > row.cadence.following(at)


def _make(session: Session, row: Schedule, at: datetime) -> int:
    moment = row.cadence.latest(at).isoformat()
    key, payload = f"{row.name}@{moment}", {"moment": moment}
    return int(jobs.enqueue(session, kind=row.name, payload=payload, at=at, key=key) is not None)


def _is_under_way(session: Session, name: str) -> bool:
    """Whether its last job is still to be done; jobs made by hand are another matter."""
    open_ = Job.state.in_((jobs.READY, jobs.CLAIMED))
    ours = Job.key.startswith(f"{name}@", autoescape=True)
    return session.execute(sa.select(Job.id).where(open_, ours).limit(1)).first() is not None
