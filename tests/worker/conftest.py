"""The worker is tested on both engines, with handlers of the tests' own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from loyalty.core import jobs, outbox
from loyalty.core.db import Database, table
from loyalty.core.jobs import Job
from loyalty.core.outbox import OutboxEvent
from loyalty.worker.loop import Tally
from loyalty.worker.once import once
from loyalty.worker.registry import Registry
from tests.builders import NOW
from tests.worker.ladder import ladder
from tests.worker.office import office, postbox
from tests.worker.writing import desk

__all__ = ["desk", "ladder", "office", "postbox"]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Once on each engine."""
    return str(request.param)


@dataclass
class Yard:
    """A worker's day: what is asked of it, what time it is, what it has done."""

    database: Database
    now: datetime = NOW
    registry: Registry = field(default_factory=Registry)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def note(self, database, *, payload, at, beat) -> None:
        """A handler that remembers what it was given."""
        self.seen.append(payload)

    def pass_time(self, **much: float) -> None:
        """Later, or with negative numbers earlier: clocks are put right."""
        self.now += timedelta(**much)

    def ask(self, kind: str = "note", **more: Any) -> Any:
        """A job in a write of its own; its id, or None if its key is known."""
        with self.database.write() as session:
            return jobs.enqueue(
                session, kind=kind, payload=more.pop("payload", {}), at=self.now, **more
            )

    def tell(self, shop: Any, kind: str, **facts: Any) -> None:
        """An event of the shop."""
        with self.database.write() as session:
            outbox.add(session, merchant_id=shop.merchant_id, kind=kind, facts=facts, at=self.now)

    def claim(self, worker: str = "anna", limit: int = 10, lease_s: int = 60) -> list[jobs.Claimed]:
        """What a worker of that name gets."""
        with self.database.write() as session:
            return jobs.claim(session, worker=worker, at=self.now, limit=limit, lease_s=lease_s)

    def write(self, act: Any, **more: Any) -> Any:
        """One of the verbs of `core.jobs` in a write of its own."""
        with self.database.write() as session:
            return act(session, **more)

    def work(self, **more: Any) -> Tally:
        """Whatever is due now."""
        return once(self.database, self.registry, at=self.now, **more)

    def jobs(self, *columns: str) -> list[Any]:
        """These columns of every job, oldest first; bare values if it is one column."""
        wanted = [table(Job).c[name] for name in columns or ("state",)]
        with self.database.read() as session:
            rows = session.execute(sa.select(*wanted).order_by(table(Job).c.id)).all()
        return [row[0] if len(wanted) == 1 else tuple(row) for row in rows]

    def waiting_events(self) -> int:
        """How many events nobody has handled."""
        with self.database.read() as session:
            waiting = sa.select(sa.func.count()).where(OutboxEvent.handled_at.is_(None))
            return session.execute(waiting).scalar_one()


@pytest.fixture
def yard(database: Database) -> Yard:
    """A worker who knows the kind "note"."""
    yard = Yard(database)
    yard.registry.add("note", yard.note)
    return yard
