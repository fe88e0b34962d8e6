"""The system's own tasks: one for each cause that lasts, closed when the cause is gone."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import Database, rows_changed, table
from loyalty.core.ids import new_id
from loyalty.merchants.models import Merchant
from loyalty.tasks.causes import NOTICED, Here, Noticed
from loyalty.tasks.models import DONE, OPEN, Task

_TASK = table(Task)
_SYSTEM = "system"


def shops(session: Session) -> list[tuple[UUID, str]]:
    """Every shop with its zone."""
    rows = session.execute(sa.select(Merchant.id, Merchant.timezone).order_by(Merchant.id))
    return [(row.id, row.timezone) for row in rows]


def notice(database: Database, *, merchant_id: UUID, timezone: str, at: datetime) -> None:
    """Look around in a shop; doing it again changes nothing."""
    here = Here(merchant_id, timezone, at)
    with database.read() as session:
        found = [each for look in NOTICED for each in look(session, here)]
        there = _lasting(session, merchant_id)
    fresh = [each for each in found if each.cause not in there]
    moved = [each for each in found if there.get(each.cause, each.facts) != each.facts]
    gone = there.keys() - {each.cause for each in found}
    if fresh or gone or moved:
        with database.write() as session:
            settle(session, merchant_id=merchant_id, gone=gone, at=at)
            _write(session, merchant_id, [*fresh, *moved], at)


def _lasting(session: Session, merchant_id: UUID) -> dict[str, dict[str, object]]:
    rows = session.execute(
        sa.select(Task.cause, Task.facts).where(
            Task.merchant_id == merchant_id, Task.cause.is_not(None)
        )
    )
    return {row.cause: row.facts for row in rows}


def settle(session: Session, *, merchant_id: UUID, gone: set[str], at: datetime) -> None:
    """These causes are gone: what is open of them is done, and may come again as new."""
    if not gone:
        return
    about = (_TASK.c.merchant_id == merchant_id, _TASK.c.cause.in_(gone))
    done = {"state": DONE, "done_by": _SYSTEM, "done_at": at}
    session.execute(sa.update(_TASK).where(*about, _TASK.c.state == OPEN).values(done))
    session.execute(sa.update(_TASK).where(*about).values(cause=None))


def _write(session: Session, merchant_id: UUID, found: list[Noticed], at: datetime) -> None:
    for each in found:
        about = (_TASK.c.merchant_id == merchant_id, _TASK.c.cause == each.cause)
        if rows_changed(session.execute(sa.update(_TASK).where(*about).values(facts=each.facts))):
            continue
        session.add(
            Task(
                merchant_id=merchant_id,
                id=new_id(),
                kind=each.kind,
                cause=each.cause,
                facts=each.facts,
                customer_id=each.customer_id,
                due_on=each.due_on,
                state=OPEN,
                actor=_SYSTEM,
                created_at=at,
            )
        )
        session.flush()
