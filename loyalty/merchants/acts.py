"""The log of what staff and keys did apart from the ledger."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.ids import new_id
from loyalty.merchants.models import StaffAct
from loyalty.merchants.roles import Duty

_WORDS = {"reason"}  # facts that somebody typed


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the log."""

    actor: str
    device: str | None
    act: str
    target: str
    facts: dict[str, Any]
    at: datetime


def note(
    session: Session, *, duty: Duty, act: str, target: str, at: datetime, **facts: Any
) -> None:
    """Keep who did what to which thing; `facts` hold refs and numbers, never personal text."""
    session.execute(
        sa.insert(StaffAct),
        {
            "merchant_id": duty.merchant_id,
            "id": new_id(),
            "actor": duty.actor,
            "device": duty.device,
            "act": act,
            "target": target,
            "facts": facts,
            "at": at,
        },
    )


def note_approval(
    session: Session, *, duty: Duty, act: str, target: str, at: datetime, **facts: Any
) -> None:
    """Keep who let the act through and for whom, if it needed somebody's word."""
    if duty.approval is None:
        return
    theirs = replace(duty, actor=duty.approval.actor)
    note(session, duty=theirs, act=act, target=target, at=at, asked_by=duty.actor, **facts)


def latest(session: Session, *, merchant_id: UUID, among: Iterable[str], limit: int) -> list[Act]:
    """The latest acts of these kinds, the newest first."""
    rows = session.execute(
        sa.select(
            StaffAct.actor,
            StaffAct.device,
            StaffAct.act,
            StaffAct.target,
            StaffAct.facts,
            StaffAct.at,
        )
        .where(StaffAct.merchant_id == merchant_id, StaffAct.act.in_(list(among)))
        .order_by(StaffAct.id.desc())
        .limit(limit)
    )
    return [Act(*row) for row in rows]


def forget_words(session: Session, *, merchant_id: UUID, targets: Collection[str]) -> None:
    """Take away what somebody wrote about these people and cards; that it was done stays."""
    rows = session.execute(
        sa.select(StaffAct).where(StaffAct.merchant_id == merchant_id, StaffAct.target.in_(targets))
    ).scalars()
    for row in rows:
        if _WORDS & row.facts.keys():
            row.facts = {name: fact for name, fact in row.facts.items() if name not in _WORDS}
    session.flush()
