"""A draft written step by step: begun whole, changed part by part, copied, dropped.

It is begun with a letter that works, so a draft can be sent at any time, and each step is checked
by itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import saved
from loyalty.analytics.builtin import BUILTIN
from loyalty.campaigns import drafts, starters, states
from loyalty.campaigns.drafts import Plan
from loyalty.campaigns.models import Campaign, MailTrial
from loyalty.core.ids import ref
from loyalty.core.signing import fingerprint
from loyalty.core.text import Text, one_line
from loyalty.merchants import acts
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Duty, Permission

NAME_LETTERS_MAX, _EDITION_LETTERS = 120, 16
EVERYBODY: dict[str, Any] = {"all": [{"field": "joined_days", "op": "gte", "value": 0}]}
_EVERYBODY_NAME = Text("Tutti", "Everybody")


def begin(
    session: Session, *, duty: Duty, segment: str, language: str, name: str, at: datetime
) -> Campaign:
    """A draft to that segment ("" is everybody), with a letter to start from.

    Raises Unknown("segment"), Forbidden, Invalid.
    """
    called = segment_name(session, duty=duty, segment=segment)
    plan = Plan(
        name=one_line(name) or called.pick(language),
        audience=audience_of(segment),
        letter=starters.letter(segment),
    )
    return drafts.create(session, duty=duty, plan=plan, at=at)


def audience_of(segment: str) -> dict[str, Any]:
    """The audience of a segment's key."""
    return {"segment": segment} if segment else EVERYBODY


def segment_name(session: Session, *, duty: Duty, segment: str) -> Text:
    """What a segment is called. Raises Unknown("segment")."""
    if not segment:
        return _EVERYBODY_NAME
    if segment in BUILTIN:
        return BUILTIN[segment].name
    kept = saved.find(session, merchant_id=duty.merchant_id, key=segment)
    return Text(kept.name, kept.name)


def plan_of(campaign: Campaign) -> Plan:
    """A draft as it was typed."""
    return Plan(
        name=campaign.name,
        audience=campaign.audience,
        letter=campaign.letter,
        offer=campaign.offer,
        holdout_percent=campaign.holdout_percent,
        send_at=campaign.send_at,
        not_after=campaign.not_after_at,
    )


def edition(campaign: Campaign, parts: Collection[str] = Plan.__slots__) -> str:
    """Names what stands in some parts of a draft, for two people who write at once."""
    plan = asdict(plan_of(campaign))
    return fingerprint({name: str(plan[name]) for name in parts}).hex()[:_EDITION_LETTERS]


def alter(
    session: Session,
    *,
    duty: Duty,
    campaign_ref: str,
    parts: Mapping[str, Any],
    seen: str,
    at: datetime,
) -> Campaign:
    """Write some parts of a draft again; `seen` is the edition of these that was shown.

    Raises Unknown, Forbidden, Invalid, ChangedMeanwhile; StateConflict once it is out.
    """
    campaign = drafts.lock(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    drafts.demand(campaign, states.DRAFT)
    if edition(campaign, parts.keys()) != seen:
        raise ChangedMeanwhile
    plan = replace(plan_of(campaign), **parts)
    return drafts.change(session, duty=duty, campaign_ref=campaign_ref, plan=plan, at=at)


def copy(session: Session, *, duty: Duty, campaign_ref: str, name: str, at: datetime) -> Campaign:
    """A draft like that campaign, whatever became of it; its times are left open.

    Raises Unknown, Forbidden, and Invalid where its offer is no more.
    """
    found = drafts.find(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    plan = replace(
        plan_of(found), name=one_line(name)[:NAME_LETTERS_MAX], send_at=None, not_after=None
    )
    if found.state != states.DRAFT:
        plan = replace(plan, holdout_percent=None)  # as many as fit the people of that day
    return drafts.create(session, duty=duty, plan=plan, at=at)


def drop(session: Session, *, duty: Duty, campaign_ref: str, at: datetime) -> None:
    """Do away with a draft. Raises Unknown, Forbidden; StateConflict once it is out."""
    duty.demand(Permission.CAMPAIGNS)
    campaign = drafts.lock(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    drafts.demand(campaign, states.DRAFT)
    session.execute(
        sa.delete(MailTrial).where(
            MailTrial.merchant_id == duty.merchant_id, MailTrial.campaign_id == campaign.id
        )
    )
    session.delete(campaign)
    session.flush()
    acts.note(session, duty=duty, act="campaign.drop", target=ref("cmp", campaign.id), at=at)
