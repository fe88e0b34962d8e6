"""One deed on many members: asked for once, done in short portions, taken back as it was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import jobs
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table
from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import living, tags
from loyalty.members import listing
from loyalty.members.criteria import Criteria
from loyalty.members.listing import Wanted
from loyalty.members.matching import Scope
from loyalty.members.models import BulkChange, BulkRun
from loyalty.merchants.acts import note
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Permission

JOB = "members.bulk"  # the job that does one
_ACTS = {"tag": "members.tag", "untag": "members.untag"}
TAG, UNTAG = "tag", "untag"
UNDO_DAYS = 7
CHOSEN_MAX = 200  # by name; more only by what they have in common
_OPPOSITE = {TAG: UNTAG, UNTAG: TAG}
_CHANGE = table(BulkChange)


class CannotUndo(StateConflict):
    """It was undone already, is not done yet, or too long ago."""

    words = Text(
        "Questa operazione non si annulla più: è già stata annullata, o sono passati 7 giorni.",
        "This can no longer be undone: it has been undone already, or 7 days have passed.",
    )


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: put a tag on, or take it off, these members or all who match."""

    kind: str
    tag_ref: str
    members: Sequence[str] = ()  # refs
    criteria: Criteria | None = None

    def chosen(self) -> dict[str, Any]:
        """As the run keeps it."""
        if self.criteria is not None:
            return {"criteria": self.criteria.filters()}
        return {"members": list(dict.fromkeys(self.members))[:CHOSEN_MAX]}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    ref: str
    kind: str
    tag_ref: str
    tag: str
    total: int
    seen: int
    changed: int
    is_done: bool
    actor: str
    asked_at: datetime
    can_undo: bool
    is_undo: bool = field(default=False)


def ask(session: Session, *, duty: Duty, scope: Scope, order: Order, key_hash: bytes) -> str:
    """Note what is wanted, and have the worker do it; the same key asks once. The run's ref.

    Raises Unknown("tag").
    """
    duty.demand(Permission.MEMBERS)
    if (there := _by_key(session, duty.merchant_id, key_hash)) is not None:
        return there
    tag = tags.find(session, merchant_id=duty.merchant_id, tag_ref=order.tag_ref)
    chosen = order.chosen()
    run = BulkRun(
        merchant_id=duty.merchant_id,
        id=new_id(),
        kind=order.kind,
        tag_id=tag.id,
        chosen=chosen,
        actor=duty.actor,
        state="waiting",
        total=len(chosen["members"]) if order.criteria is None else _count(session, scope, order),
        seen=0,
        changed=0,
        asked_at=scope.at,
        key_hash=key_hash,
    )
    return _begin(session, duty, run)


def _count(session: Session, scope: Scope, order: Order) -> int:
    assert order.criteria is not None, "asked only of criteria"
    return listing.count(session, wanted=Wanted(scope, order.criteria))


def _begin(session: Session, duty: Duty, run: BulkRun) -> str:
    _forget_old(session, run.merchant_id, run.asked_at)
    session.add(run)
    session.flush()
    name = ref("run", run.id)
    jobs.enqueue(
        session,
        kind=JOB,
        payload={"run": name, "merchant": str(run.merchant_id)},
        at=run.asked_at,
        key=f"{JOB}/{run.id}",
        merchant_id=run.merchant_id,
    )
    facts = {"tag": ref("tag", run.tag_id), "members": run.total}
    note(session, duty=duty, act=_ACTS[run.kind], target=name, at=run.asked_at, **facts)
    return name


def _by_key(session: Session, merchant_id: UUID, key_hash: bytes) -> str | None:
    query = sa.select(BulkRun.id).where(
        BulkRun.merchant_id == merchant_id, BulkRun.key_hash == key_hash
    )
    found = session.execute(query).scalar_one_or_none()
    return ref("run", found) if found else None


def _forget_old(session: Session, merchant_id: UUID, at: datetime) -> None:
    """Whom a run has changed is kept for as long as it may be undone."""
    old = sa.select(BulkRun.id).where(
        BulkRun.merchant_id == merchant_id, BulkRun.asked_at < at - timedelta(days=UNDO_DAYS + 1)
    )
    session.execute(
        sa.delete(BulkChange)
        .where(BulkChange.merchant_id == merchant_id, BulkChange.run_id.in_(old))
        .execution_options(synchronize_session=False)
    )


def undo(session: Session, *, duty: Duty, run_ref: str, key_hash: bytes, at: datetime) -> str:
    """Change back whom a run has changed; the ref of the run that does it.

    Raises Unknown("run"), and CannotUndo.
    """
    duty.demand(Permission.MEMBERS)
    if (there := _by_key(session, duty.merchant_id, key_hash)) is not None:
        return there
    run = _lock(session, duty.merchant_id, run_ref)
    if not _may_undo(run, at):
        raise CannotUndo
    back = BulkRun(
        merchant_id=run.merchant_id,
        id=new_id(),
        kind=_OPPOSITE[run.kind],
        tag_id=run.tag_id,
        chosen={"undo": run_ref},
        actor=duty.actor,
        state="waiting",
        total=run.changed,
        seen=0,
        changed=0,
        asked_at=at,
        key_hash=key_hash,
    )
    run.undone_by_id = back.id
    return _begin(session, duty, back)


def _may_undo(run: BulkRun, at: datetime) -> bool:
    is_fresh = at <= run.asked_at + timedelta(days=UNDO_DAYS)
    is_open = run.undone_by_id is None and "undo" not in run.chosen
    return run.state == "done" and is_fresh and is_open and run.changed > 0


def progress(session: Session, *, merchant_id: UUID, run_ref: str, at: datetime) -> Progress:
    """How far it has come. Raises Unknown("run")."""
    run = _find(session, merchant_id, run_ref)
    tag_ref = ref("tag", run.tag_id)
    return Progress(
        ref=run_ref,
        kind=run.kind,
        tag_ref=tag_ref,
        tag=tags.find(session, merchant_id=merchant_id, tag_ref=tag_ref).name,
        total=run.total,
        seen=run.seen,
        changed=run.changed,
        is_done=run.state == "done",
        actor=run.actor,
        asked_at=run.asked_at,
        can_undo=_may_undo(run, at),
        is_undo="undo" in run.chosen,
    )


def _find(session: Session, merchant_id: UUID, run_ref: str) -> BulkRun:
    run_id = parse_ref("run", run_ref)
    found = session.get(BulkRun, (merchant_id, run_id)) if run_id else None
    if found is None:
        raise Unknown("run")
    return found


def _lock(session: Session, merchant_id: UUID, run_ref: str) -> BulkRun:
    run = _find(session, merchant_id, run_ref)
    session.refresh(run, with_for_update=True)
    return run


# --- the worker's side ---------------------------------------------------------------------------


def step(session: Session, *, merchant_id: UUID, run_ref: str, at: datetime, size: int) -> int:
    """Do it for the next members, `size` at most; how many were looked at. Fewer: it is done."""
    run = _lock(session, merchant_id, run_ref)
    if run.state == "done":
        return 0
    ids = list(_next(session, run, at, size))
    changed = _change(
        session, run, living.among(session, merchant_id=merchant_id, customer_ids=ids), at
    )
    if changed:
        row = {"merchant_id": merchant_id, "run_id": run.id}
        rows = [row | {"customer_id": each} for each in changed]
        session.execute(insert_unless_there(session, _CHANGE), rows)
    run.seen, run.changed = run.seen + len(ids), run.changed + len(changed)
    if ids:
        run.after_id = ids[-1]
    if len(ids) < size:
        run.state, run.done_at = "done", at
    session.flush()
    return len(ids)


def _next(session: Session, run: BulkRun, at: datetime, size: int) -> Iterable[UUID]:
    if "criteria" in run.chosen:
        shop = session.get_one(Merchant, run.merchant_id)
        wanted = Wanted(
            Scope(shop.id, shop.currency, shop.timezone, at), Criteria.read(run.chosen["criteria"])
        )
        return listing.ids_after(session, wanted=wanted, after=run.after_id, limit=size)
    if "undo" in run.chosen:
        return _changed_by(session, run, parse_ref("run", run.chosen["undo"]), size)
    named = {parse_ref("cus", each) for each in run.chosen["members"]} - {None}
    after = run.after_id or UUID(int=0)
    return sorted(each for each in named if each is not None and each > after)[:size]


def _changed_by(session: Session, run: BulkRun, done_id: UUID | None, size: int) -> Sequence[UUID]:
    query = sa.select(BulkChange.customer_id).where(
        BulkChange.merchant_id == run.merchant_id, BulkChange.run_id == done_id
    )
    if run.after_id is not None:
        query = query.where(BulkChange.customer_id > run.after_id)
    return session.execute(query.order_by(BulkChange.customer_id).limit(size)).scalars().all()


def _change(session: Session, run: BulkRun, ids: set[UUID], at: datetime) -> list[UUID]:
    these: dict[str, Any] = {"merchant_id": run.merchant_id, "tag_id": run.tag_id}
    if run.kind == TAG:
        return sorted(tags.put(session, customer_ids=ids, actor=run.actor, at=at, **these))
    return sorted(tags.take_off(session, customer_ids=ids, **these))
