"""The log of what staff and keys did, to be read: by whom, of which kinds, since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.core.ids import ref
from loyalty.merchants.models import StaffAct

_ACT = table(StaffAct)
_PORTION = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    id: UUID
    actor: str
    device: str | None
    act: str
    target: str
    facts: dict[str, Any]
    at: datetime

    @property
    def ref(self) -> str:
        """Its public name, by which pages go on."""
        return ref("act", self.id)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines: of one person or key, of these kinds, between two moments; None: all."""

    actor: str | None = None
    acts: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


_ENTRY = sa.select(*(_ACT.c[name] for name in Entry.__dataclass_fields__))


def page(
    session: Session, *, merchant_id: UUID, which: Filter, before: UUID | None, limit: int
) -> list[Entry]:
    """The newest lines first, before a key."""
    query = _ENTRY.where(_ACT.c.merchant_id == merchant_id)
    if which.actor is not None:
        query = query.where(_ACT.c.actor == which.actor)
    if which.acts is not None:
        query = query.where(_ACT.c.act.in_(sorted(which.acts)))
    if which.since is not None:
        query = query.where(_ACT.c.at >= which.since)
    if which.until is not None:
        query = query.where(_ACT.c.at < which.until)
    if before is not None:
        query = query.where(_ACT.c.id < before)
    rows = session.execute(query.order_by(_ACT.c.id.desc()).limit(limit))
    return [Entry(*row) for row in rows]


def every(session: Session, *, merchant_id: UUID, which: Filter, most: int) -> Iterator[Entry]:
    """The same, one after the other, up to `most` of them."""
    before, left = None, most
    while left > 0:
        found = page(
            session,
            merchant_id=merchant_id,
            which=which,
            before=before,
            limit=min(_PORTION, left),
        )
        yield from found
        if len(found) < _PORTION:
            return
        before, left = found[-1].id, left - len(found)
