"""Tasks: written, given to somebody, done, opened again; a page of them, and how many wait."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed, table
from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import living
from loyalty.customers.models import Customer
from loyalty.merchants import acts
from loyalty.merchants.models import Staff
from loyalty.merchants.roles import Duty, Permission
from loyalty.tasks.models import DONE, OPEN, Task

BY_HAND = "hand"
# Who may see which: evidence is between the owner and the system.
SEEN_BY = {
    BY_HAND: Permission.REPORTS,
    "remark": Permission.REPORTS,
    "stock": Permission.PROGRAMS,
    "payout": Permission.CAUSES,
    "import": Permission.IMPORT,
    "evidence": Permission.STAFF,
}
_NEVER = date(9999, 12, 31)
_TASK = table(Task)
_DUE = sa.func.coalesce(_TASK.c.due_on, sa.literal(_NEVER, sa.Date()))
Cursor = tuple[date, UUID]


class TaskChanged(StateConflict):
    """Somebody has changed this task since it was shown."""

    words = Text(
        "Qualcuno ha cambiato questo compito nel frattempo: qui sotto c'è come sta adesso.",
        "Somebody has changed this task meanwhile: below is how it stands now.",
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person writes: what to do, for whom, by whom, until when."""

    what: str
    customer_ref: str | None = None
    assignee_ref: str | None = None
    due_on: date | None = None


def add(session: Session, *, duty: Duty, wanted: Wanted, key: UUID, at: datetime) -> str:
    """Write a task; with the same `key` once. Returns its ref.

    Raises Unknown("customer") and Unknown("staff").
    """
    if session.get(Task, (duty.merchant_id, key)) is not None:
        return ref("tsk", key)
    session.add(
        Task(
            merchant_id=duty.merchant_id,
            id=key,
            kind=BY_HAND,
            facts={},
            what=wanted.what,
            customer_id=_customer(session, duty.merchant_id, wanted.customer_ref),
            assignee_id=_assignee(session, duty.merchant_id, wanted.assignee_ref),
            due_on=wanted.due_on,
            state=OPEN,
            actor=duty.actor,
            created_at=at,
        )
    )
    session.flush()
    acts.note(session, duty=duty, act="task.add", target=ref("tsk", key), at=at)
    return ref("tsk", key)


def new_key() -> UUID:
    """What makes a second tap on the same form no second task."""
    return new_id()


def _customer(session: Session, merchant_id: UUID, customer_ref: str | None) -> UUID | None:
    if not customer_ref:
        return None
    customer_id = parse_ref("cus", customer_ref)
    row = session.get(Customer, (merchant_id, customer_id)) if customer_id else None
    if row is None or row.erased_at is not None:
        raise Unknown("customer")
    return living.resolve(session, merchant_id=merchant_id, customer_id=row.id)


def _assignee(session: Session, merchant_id: UUID, staff_ref: str | None) -> UUID | None:
    if not staff_ref:
        return None
    staff_id = parse_ref("stf", staff_ref)
    row = session.get(Staff, (merchant_id, staff_id)) if staff_id else None
    if row is None or not row.active:
        raise Unknown("staff")
    return row.id


def find(session: Session, *, duty: Duty, task_ref: str) -> Task:
    """A task that this person may see. Raises Unknown("task")."""
    task_id = parse_ref("tsk", task_ref)
    row = session.get(Task, (duty.merchant_id, task_id)) if task_id else None
    if row is None or row.kind not in _kinds(duty):
        raise Unknown("task")
    return row


def close(session: Session, *, duty: Duty, task_ref: str, at: datetime) -> bool:
    """It is done; False if it was already. Raises Unknown."""
    task = find(session, duty=duty, task_ref=task_ref)
    values = {"state": DONE, "done_by": duty.actor, "done_at": at}
    return _turn(session, duty, task, OPEN, values, "task.done", at)


def reopen(session: Session, *, duty: Duty, task_ref: str, at: datetime) -> bool:
    """It is not done after all; False if it is open. Raises Unknown."""
    task = find(session, duty=duty, task_ref=task_ref)
    values = {"state": OPEN, "done_by": None, "done_at": None}
    return _turn(session, duty, task, DONE, values, "task.reopen", at)


def _turn(
    session: Session, duty: Duty, task: Task, before: str, values: dict[str, Any], act: str,
    at: datetime,
) -> bool:  # fmt: skip
    mine = (_TASK.c.merchant_id == duty.merchant_id, _TASK.c.id == task.id)
    query = sa.update(_TASK).where(*mine, _TASK.c.state == before).values(values)
    if rows_changed(session.execute(query)) == 0:
        return False
    acts.note(session, duty=duty, act=act, target=ref("tsk", task.id), at=at)
    return True


def assign(
    session: Session, *, duty: Duty, task_ref: str, from_ref: str, to_ref: str, at: datetime
) -> None:
    """Give a task to somebody, or to nobody; `from_ref` is whose it was when it was shown.

    Raises Unknown("task"), Unknown("staff") and TaskChanged.
    """
    task = find(session, duty=duty, task_ref=task_ref)
    to_id = _assignee(session, duty.merchant_id, to_ref)
    if task.assignee_id == to_id:
        return
    if task.state != OPEN or task.assignee_id != parse_ref("stf", from_ref):
        raise TaskChanged
    mine = (_TASK.c.merchant_id == duty.merchant_id, _TASK.c.id == task.id)
    session.execute(sa.update(_TASK).where(*mine).values(assignee_id=to_id))
    facts = {"to": to_ref} if to_ref else {}
    acts.note(session, duty=duty, act="task.assign", target=task_ref, at=at, **facts)


def open_page(
    session: Session, *, duty: Duty, is_mine: bool, after: Cursor | None, limit: int
) -> Sequence[Task]:
    """Open tasks, the soonest due first and those without a day last."""
    query = sa.select(Task).where(*_open(duty, is_mine=is_mine))
    if after is not None:
        query = query.where(sa.tuple_(_DUE, _TASK.c.id) > after)
    return session.execute(query.order_by(_DUE, _TASK.c.id).limit(limit)).scalars().all()


def cursor_of(task: Task) -> Cursor:
    """Where a page that ends with this task goes on."""
    return task.due_on or _NEVER, task.id


def done_page(
    session: Session, *, duty: Duty, is_mine: bool, before: UUID | None, limit: int
) -> Sequence[Task]:
    """Tasks that are done, the newest first."""
    query = sa.select(Task).where(*_of(duty, DONE, is_mine=is_mine))
    if before is not None:
        query = query.where(_TASK.c.id < before)
    return session.execute(query.order_by(_TASK.c.id.desc()).limit(limit)).scalars().all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many tasks wait, and how many of them for longer than they should."""

    count: int
    overdue: int


def waiting(session: Session, *, duty: Duty, today: date) -> Waiting:
    """The open tasks that this person may see."""
    late = sa.func.count().filter(_TASK.c.due_on < today)
    query = sa.select(sa.func.count(), late).where(*_open(duty, is_mine=False))
    return Waiting(*session.execute(query).one())


def of_customer(session: Session, *, duty: Duty, customer_ids: Collection[UUID]) -> Sequence[Task]:
    """The open tasks about a customer and those merged into them, for their page."""
    query = sa.select(Task).where(
        *_open(duty, is_mine=False), _TASK.c.customer_id.in_(customer_ids)
    )
    return session.execute(query.order_by(_DUE, _TASK.c.id).limit(50)).scalars().all()


def _open(duty: Duty, *, is_mine: bool) -> list[sa.ColumnElement[bool]]:
    return _of(duty, OPEN, is_mine=is_mine)


def _of(duty: Duty, state: str, *, is_mine: bool) -> list[sa.ColumnElement[bool]]:
    conditions = [
        _TASK.c.merchant_id == duty.merchant_id,
        _TASK.c.state == state,
        _TASK.c.kind.in_(_kinds(duty)),
    ]
    return [*conditions, _TASK.c.assignee_id == duty.staff_id] if is_mine else conditions


def _kinds(duty: Duty) -> list[str]:
    return [kind for kind, needed in SEEN_BY.items() if needed in duty.permissions]


def forget(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> None:
    """Take away what was written about these people, and close it: there is nobody to do it for."""
    about = (_TASK.c.merchant_id == merchant_id, _TASK.c.customer_id.in_(customer_ids))
    session.execute(sa.update(_TASK).where(*about).values(what=None))
