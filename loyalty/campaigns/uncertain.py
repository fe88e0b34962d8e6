"""Letters of which nobody knows whether they arrived: a person may have them sent once more."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import drafts, launching, rules, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.core.db import rows_changed, table
from loyalty.core.ids import parse_ref
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty, Permission

_MESSAGE = table(Message)


def send_again(
    session: Session, *, duty: Duty, campaign_ref: str, message_ref: str | None, at: datetime
) -> int:
    """Send one uncertain letter (or, with None, all of a campaign) under the same Message-ID.

    Whoever has got it already may get it twice: somebody has weighed that. Returns how many; a
    second press finds none. Raises Unknown, Forbidden, StateConflict for a stopped campaign.
    """
    duty.demand(Permission.CAMPAIGNS)
    campaign = drafts.lock(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    drafts.demand(campaign, states.RUNNING, states.PAUSED, states.HALTED, states.FINISHED)
    many = _free(session, campaign, message_ref, at)
    if many:
        _open_again(session, campaign, at)
        acts.note(
            session, duty=duty, act="campaign.again", target=campaign_ref, at=at, letters=many
        )
    return many


def _free(session: Session, campaign: Campaign, message_ref: str | None, at: datetime) -> int:
    theirs = [
        _MESSAGE.c.merchant_id == campaign.merchant_id,
        _MESSAGE.c.campaign_id == campaign.id,
        _MESSAGE.c.state == states.UNKNOWN,
    ]
    if message_ref is not None:
        theirs.append(_MESSAGE.c.id == (parse_ref("msg", message_ref) or UUID(int=0)))
    freed = sa.update(_MESSAGE).where(*theirs)
    return rows_changed(
        session.execute(
            freed.values(
                state=states.READY, reason=None, worker=None, lease_ends_at=None, due_at=at
            )
        )
    )


def _open_again(session: Session, campaign: Campaign, at: datetime) -> None:
    """A finished campaign runs once more, for as long as sending may take."""
    start_at = rules.house(session, merchant_id=campaign.merchant_id).next_open(at)
    until = start_at + launching.SEND_WITHIN
    if campaign.not_after_at is None or campaign.not_after_at < until:
        campaign.not_after_at = until
    if campaign.state == states.FINISHED:
        campaign.state, campaign.finished_at = states.RUNNING, None
    session.flush()
    launching.wake(session, campaign, at)
