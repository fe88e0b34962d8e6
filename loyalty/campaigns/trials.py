"""Trying it out before it matters: a letter to oneself, a test mail, a look at our own records.

Asked for here, done by a worker, and kept with what came of it and when.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import drafts
from loyalty.campaigns.models import MailTrial
from loyalty.core import jobs
from loyalty.core.db import table
from loyalty.core.errors import TooMany
from loyalty.core.ids import new_id, ref
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty, Permission

JOB = "campaigns.trial"
LETTER, HELLO, RECORDS = "letter", "hello", "records"
AN_HOUR_MAX = 10
_ACTS = {LETTER: "mail.try_letter", HELLO: "mail.try_hello", RECORDS: "mail.try_records"}
_HOUR_S = 3_600
KEPT_FOR = timedelta(days=90)
_TRIAL = table(MailTrial)


def ask(
    session: Session,
    *,
    duty: Duty,
    kind: str,
    language: str,
    at: datetime,
    campaign_ref: str | None = None,
) -> UUID:
    """Have it tried in the background; whoever asks gets the letter.

    Raises Unknown("campaign"), Forbidden, and TooMany beyond ten an hour in one shop.
    """
    duty.demand(Permission.CAMPAIGNS)
    _demand_room(session, duty.merchant_id, at)
    _forget_old(session, duty.merchant_id, at)
    campaign = (
        drafts.find(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
        if campaign_ref
        else None
    )
    made = MailTrial(
        merchant_id=duty.merchant_id,
        id=new_id(),
        kind=kind,
        campaign_id=campaign.id if campaign else None,
        language=language,
        actor=duty.actor,
        created_at=at,
    )
    session.add(made)
    session.flush()
    payload = {"merchant": str(duty.merchant_id), "trial": str(made.id)}
    jobs.enqueue(session, kind=JOB, payload=payload, at=at, merchant_id=duty.merchant_id)
    target = ref("cmp", campaign.id) if campaign else "mail"
    acts.note(session, duty=duty, act=_ACTS[kind], target=target, at=at)
    return made.id


def _demand_room(session: Session, merchant_id: UUID, at: datetime) -> None:
    lately = sa.select(_TRIAL.c.created_at).where(
        _TRIAL.c.merchant_id == merchant_id,
        _TRIAL.c.created_at > at - timedelta(seconds=_HOUR_S),
    )
    asked = session.execute(lately.order_by(_TRIAL.c.created_at).limit(AN_HOUR_MAX)).scalars().all()
    if len(asked) >= AN_HOUR_MAX:
        raise TooMany(max(1, _HOUR_S - int((at - asked[0]).total_seconds())))


def _forget_old(session: Session, merchant_id: UUID, at: datetime) -> None:
    session.execute(
        sa.delete(_TRIAL).where(
            _TRIAL.c.merchant_id == merchant_id, _TRIAL.c.created_at < at - KEPT_FOR
        )
    )


def latest(
    session: Session,
    *,
    merchant_id: UUID,
    kind: str,
    campaign_id: UUID | None = None,
    done: bool = False,
) -> MailTrial | None:
    """The last one of that kind (of that campaign), or the last that is done."""
    query = sa.select(MailTrial).where(MailTrial.merchant_id == merchant_id, MailTrial.kind == kind)
    if campaign_id is not None:
        query = query.where(MailTrial.campaign_id == campaign_id)
    if done:
        query = query.where(MailTrial.done_at.is_not(None))
    return session.execute(query.order_by(MailTrial.id.desc()).limit(1)).scalar_one_or_none()


# --- the worker's side ---------------------------------------------------------------------------


def waiting(session: Session, *, merchant_id: UUID, trial_id: UUID) -> MailTrial | None:
    """The trial, if it has not been done; it belongs to no session."""
    found = session.get(MailTrial, (merchant_id, trial_id))
    if found is None or found.done_at is not None:
        return None
    session.expunge(found)
    return found


def settle(session: Session, *, trial: MailTrial, said: dict[str, Any], at: datetime) -> None:
    """Keep what came of it; one that somebody else has settled stays as it is."""
    session.execute(
        sa.update(_TRIAL)
        .where(
            _TRIAL.c.merchant_id == trial.merchant_id,
            _TRIAL.c.id == trial.id,
            _TRIAL.c.done_at.is_(None),
        )
        .values(said=said, done_at=at)
    )
