"""Messages on their way out: taken under a lease, marked before the first byte, settled after.

Each change asks for the state that it knows, so whoever was stopped for long cannot undo what
happened meanwhile. Marking counts as an attempt and notes the moment, so the caps see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import claims, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.core import jobs
from loyalty.core.db import UtcDateTime, rows_changed, table
from loyalty.counter.models import Redemption

_MESSAGE, _REDEMPTION = table(Message), table(Redemption)
CLAIM_S, SENDING_S = 300, 660  # the last answer may take ten minutes (RFC 5321)
TRIED_FOR = timedelta(hours=24)
_FREE = {"worker": None, "lease_ends_at": None}


@dataclass(frozen=True, slots=True)
class Job:
    """A message in somebody's hands; `code` and `until_at` are those of its voucher."""

    id: UUID
    customer_id: UUID
    attempts: int
    created_at: datetime
    code: str | None
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Came:
    """What became of one: `state` is sent, failed, unknown, or ready to be tried again."""

    id: UUID
    state: str
    reason: str | None = None
    smtp_code: int | None = None
    attempts: int = 1
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who works on which campaign's messages."""

    merchant_id: UUID
    campaign_id: UUID
    worker: str


def claim(
    session: Session,
    *,
    campaign: Campaign,
    worker: str,
    at: datetime,
    limit: int,
    lease_s: int,
    an_hour: int | None = None,
) -> tuple[list[Job], int]:
    """Take messages that are due, the longest due first; and how often that has been done.

    Free to lose: nothing has been sent. The campaign's own row is locked and counts it.
    """
    counted = claims.count(session, campaign=campaign, running=True)
    if counted is None:
        return [], 0
    if an_hour is not None:
        lately = sent_since(session, merchant_id=campaign.merchant_id, hours=1, at=at)
        limit = min(limit, an_hour - lately)
    ids = _locked(session, campaign, _lapsed(at), limit)
    ids += _locked(session, campaign, _ready(at), limit - len(ids))
    if not ids:
        return [], counted
    session.execute(
        sa.update(_MESSAGE)
        .where(_MESSAGE.c.merchant_id == campaign.merchant_id, _MESSAGE.c.id.in_(ids))
        .values(state=states.CLAIMED, worker=worker, lease_ends_at=at + timedelta(seconds=lease_s))
    )
    return _jobs(session, campaign.merchant_id, ids), counted


def is_due(session: Session, *, campaign: Campaign, at: datetime) -> bool:
    """Whether `claim` would find something."""
    return any(
        session.execute(sa.select(_MESSAGE.c.id).where(*_of(campaign), *wanted).limit(1)).first()
        for wanted in (_ready(at), _lapsed(at))
    )


def _ready(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (_MESSAGE.c.state == states.READY, _MESSAGE.c.due_at <= at)


def _lapsed(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (_MESSAGE.c.state == states.CLAIMED, _MESSAGE.c.lease_ends_at <= at)


def _locked(
    session: Session, campaign: Campaign, wanted: tuple[sa.ColumnElement[bool], ...], limit: int
) -> list[UUID]:
    if limit <= 0:
        return []
    query = sa.select(_MESSAGE.c.id).where(*_of(campaign), *wanted)
    query = query.order_by(_MESSAGE.c.due_at, _MESSAGE.c.id).limit(limit)
    return list(session.execute(query.with_for_update(skip_locked=True)).scalars())


def _jobs(session: Session, merchant_id: UUID, ids: Sequence[UUID]) -> list[Job]:
    columns = (
        _MESSAGE.c.id, _MESSAGE.c.customer_id, _MESSAGE.c.attempts, _MESSAGE.c.created_at,
        _REDEMPTION.c.code, _REDEMPTION.c.until_at,
    )  # fmt: skip
    voucher = sa.and_(
        _REDEMPTION.c.merchant_id == _MESSAGE.c.merchant_id,
        _REDEMPTION.c.id == _MESSAGE.c.redemption_id,
    )
    rows = session.execute(
        sa.select(*columns)
        .select_from(_MESSAGE.outerjoin(_REDEMPTION, voucher))
        .where(_MESSAGE.c.merchant_id == merchant_id, _MESSAGE.c.id.in_(ids))
        .order_by(_MESSAGE.c.due_at, _MESSAGE.c.id)
    )
    return [Job(*row) for row in rows]


_MARK = (
    sa.update(_MESSAGE)
    .where(
        _MESSAGE.c.merchant_id == sa.bindparam("p_merchant"),
        _MESSAGE.c.id == sa.bindparam("p_id"),
        _MESSAGE.c.state == states.CLAIMED,
        _MESSAGE.c.worker == sa.bindparam("p_worker"),
    )
    .values(
        state=states.SENDING,
        attempts=_MESSAGE.c.attempts + 1,
        address_hash=sa.bindparam("p_hash"),
        sent_at=sa.bindparam("p_at"),
        lease_ends_at=sa.bindparam("p_lease"),
    )
)


_MARKED = sa.select(_MESSAGE.c.id).where(
    _MESSAGE.c.merchant_id == sa.bindparam("p_merchant"),
    _MESSAGE.c.id.in_(sa.bindparam("ids", expanding=True)),
    _MESSAGE.c.state == states.SENDING,
    _MESSAGE.c.worker == sa.bindparam("p_worker"),
)


def mark(
    session: Session,
    *,
    hand: Hand,
    hashes: Sequence[tuple[UUID, bytes]],
    at: datetime,
    lease_s: int,
) -> set[UUID]:
    """Say that these messages are being sent, each to an address of that hash.

    Returns those that are still this worker's to send; nothing leaves before this is committed.
    """
    if not hashes:
        return set()
    whose = {"p_merchant": hand.merchant_id, "p_worker": hand.worker}
    when = {"p_at": at, "p_lease": at + timedelta(seconds=lease_s)}
    wanted = {key for key, _ in hashes}
    done = session.execute(
        _MARK, [{**whose, **when, "p_id": key, "p_hash": hashed} for key, hashed in hashes]
    )
    if rows_changed(done) == len(wanted):
        return wanted
    return set(session.execute(_MARKED, {**whose, "ids": list(wanted)}).scalars())


def skip(session: Session, *, hand: Hand, message_id: UUID, reason: str) -> UUID | None:
    """Not to this person; their voucher, to be taken back where no other letter has told of it."""
    values = {"state": states.SKIPPED, "reason": reason, **_FREE}
    done = session.execute(
        sa.update(_MESSAGE)
        .where(*_held_by(hand), _MESSAGE.c.id == message_id)
        .values(values)
        .returning(_MESSAGE.c.redemption_id, _MESSAGE.c.customer_id)
    ).one_or_none()
    if done is None or done.redemption_id is None:
        return None
    is_told = _is_told(session, hand.merchant_id, done.customer_id, done.redemption_id)
    return None if is_told else done.redemption_id


def _is_told(session: Session, merchant_id: UUID, customer_id: UUID, voucher: UUID) -> bool:
    """Whether a letter with that voucher has left: the last reminder names the offer's own."""
    query = sa.select(_MESSAGE.c.id).where(
        _MESSAGE.c.merchant_id == merchant_id,
        _MESSAGE.c.customer_id == customer_id,
        _MESSAGE.c.redemption_id == voucher,
        _MESSAGE.c.state.in_([states.SENDING, states.SENT, states.UNKNOWN]),
    )
    return session.execute(query.limit(1)).first() is not None


def give_back(session: Session, *, hand: Hand) -> None:
    """Whatever this worker has taken and not begun may be taken by anybody."""
    values = {"state": states.READY, **_FREE}
    session.execute(sa.update(_MESSAGE).where(*_held_by(hand)).values(values))


def _held_by(hand: Hand) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _MESSAGE.c.merchant_id == hand.merchant_id,
        _MESSAGE.c.campaign_id == hand.campaign_id,
        _MESSAGE.c.state == states.CLAIMED,
        _MESSAGE.c.worker == hand.worker,
    )


_SETTLE = (
    sa.update(_MESSAGE)
    .where(
        _MESSAGE.c.merchant_id == sa.bindparam("p_merchant"),
        _MESSAGE.c.id == sa.bindparam("p_id"),
        _MESSAGE.c.worker == sa.bindparam("p_worker"),
        sa.or_(_MESSAGE.c.state == states.SENDING, _MESSAGE.c.state == states.UNKNOWN),
    )
    .values(
        state=sa.bindparam("p_state"),
        reason=sa.bindparam("p_reason"),
        smtp_code=sa.bindparam("p_code"),
        sent_at=sa.bindparam("p_sent"),
        due_at=sa.func.coalesce(sa.bindparam("p_due", type_=UtcDateTime), _MESSAGE.c.due_at),
        worker=sa.bindparam("p_left"),
        lease_ends_at=None,
    )
)


def settle(
    session: Session, *, hand: Hand, came: Sequence[Came], at: datetime, jitter: int = 0
) -> None:
    """Record what became of messages that this worker was sending, also of those given up on."""
    if came:
        whose = {"p_merchant": hand.merchant_id, "p_worker": hand.worker}
        session.execute(_SETTLE, [{**whose, **_row(one, hand, at, jitter)} for one in came])


def _row(one: Came, hand: Hand, at: datetime, jitter: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "p_id": one.id, "p_state": one.state, "p_reason": one.reason, "p_code": one.smtp_code,
        "p_due": None, "p_left": None,
        "p_sent": at if one.state in (states.SENT, states.UNKNOWN) else None,
    }  # fmt: skip
    if one.state == states.UNKNOWN:
        row["p_left"] = hand.worker  # it stays this worker's, who may still learn more
    if one.state == states.READY:
        due_at = at + jobs.wait_after(one.attempts, jitter_percent=jitter)
        if one.created_at is not None and due_at > one.created_at + TRIED_FOR:
            row |= {"p_state": states.FAILED, "p_reason": states.EXPIRED}
        else:
            row["p_due"] = due_at
    return row


def reap(session: Session, *, campaign: Campaign, at: datetime) -> int:
    """Give up on messages whose sender has not been heard of: nobody knows whether they arrived."""
    gone = sa.update(_MESSAGE).where(
        *_of(campaign), _MESSAGE.c.state == states.SENDING, _MESSAGE.c.lease_ends_at <= at
    )
    return rows_changed(session.execute(gone.values(state=states.UNKNOWN, reason="worker_lost")))


def sent_since(session: Session, *, merchant_id: UUID, hours: int, at: datetime) -> int:
    """How many letters of a shop have left in the last hours, or are about to."""
    left = _MESSAGE.c.sent_at > at - timedelta(hours=hours)
    query = sa.select(sa.func.count()).where(
        _MESSAGE.c.merchant_id == merchant_id, sa.or_(left, _MESSAGE.c.state == states.CLAIMED)
    )
    return session.execute(query).scalar_one()


def _of(campaign: Campaign) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _MESSAGE.c.merchant_id == campaign.merchant_id,
        _MESSAGE.c.campaign_id == campaign.id,
    )
