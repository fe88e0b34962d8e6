"""Campaigns as they are written, found and changed; nothing is sent from here."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import audience
from loyalty.campaigns import letter, offers, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.core.db import current, table
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty, Permission

HOLDOUT_MAX, HOLDOUT_USUAL, HOLDOUT_OF_FEW, FEW = 90, 20, 50, 400
_CAMPAIGN, _MESSAGE = table(Campaign), table(Message)


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as it was typed."""

    name: str
    audience: dict[str, Any]
    letter: dict[str, Any]
    offer: dict[str, Any] | None = None
    holdout_percent: int | None = None
    send_at: datetime | None = None
    not_after: datetime | None = None


def create(session: Session, *, duty: Duty, plan: Plan, at: datetime) -> Campaign:
    """Keep a draft. Raises Forbidden, and Invalid naming the field."""
    duty.demand(Permission.CAMPAIGNS)
    check(session, merchant_id=duty.merchant_id, plan=plan, at=at)
    campaign = Campaign(
        merchant_id=duty.merchant_id,
        id=new_id(),
        state=states.DRAFT,
        salt=secrets.token_bytes(16),
        claims=0,
        actor=duty.actor,
        created_at=at,
    )
    _put(campaign, plan)
    session.add(campaign)
    session.flush()
    acts.note(session, duty=duty, act="campaign.create", target=ref("cmp", campaign.id), at=at)
    return campaign


def change(
    session: Session, *, duty: Duty, campaign_ref: str, plan: Plan, at: datetime
) -> Campaign:
    """Write a draft again. Raises Unknown, Forbidden, Invalid; StateConflict once it is out."""
    duty.demand(Permission.CAMPAIGNS)
    campaign = lock(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    demand(campaign, states.DRAFT)
    check(session, merchant_id=duty.merchant_id, plan=plan, at=at)
    _put(campaign, plan)
    session.flush()
    acts.note(session, duty=duty, act="campaign.change", target=campaign_ref, at=at)
    return campaign


def check(session: Session, *, merchant_id: UUID, plan: Plan, at: datetime) -> None:
    """Raise Invalid for whatever cannot be sent: audience, letter, offer, times.

    Raises Unknown("segment") for a saved segment that is not there.
    """
    wanted = audience.parse(plan.audience)
    audience.resolved(session, merchant_id=merchant_id, audience=wanted)
    own_url = current().settings.public_url
    letter.read(plan.letter, own_url=own_url, has_offer=plan.offer is not None)
    if plan.offer is not None:
        offers.find(session, merchant_id=merchant_id, raw=plan.offer)
    percent = plan.holdout_percent
    if percent is not None and not 0 <= percent <= HOLDOUT_MAX:
        raise Invalid({"holdout_percent": [_PERCENT]})
    if plan.not_after is not None and plan.not_after <= (plan.send_at or at):
        raise Invalid({"not_after": [_TOO_EARLY]})


def _put(campaign: Campaign, plan: Plan) -> None:
    campaign.name, campaign.audience, campaign.letter = plan.name, plan.audience, plan.letter
    campaign.offer, campaign.send_at = plan.offer, plan.send_at
    campaign.not_after_at = plan.not_after
    campaign.holdout_percent = plan.holdout_percent


def find(session: Session, *, merchant_id: UUID, campaign_ref: str) -> Campaign:
    """The shop's campaign of that ref, none of a journey. Raises Unknown("campaign")."""
    campaign_id = parse_ref("cmp", campaign_ref)
    found = session.get(Campaign, (merchant_id, campaign_id)) if campaign_id else None
    if found is None or found.automation is not None:
        raise Unknown("campaign")
    return found


def lock(session: Session, *, merchant_id: UUID, campaign_ref: str) -> Campaign:
    """The same, for a change: whoever comes second sees what the first has done."""
    campaign = find(session, merchant_id=merchant_id, campaign_ref=campaign_ref)
    session.refresh(campaign, with_for_update=True)
    return campaign


def demand(campaign: Campaign, *allowed: str) -> None:
    """Raise StateConflict, naming its state, unless the campaign is in one of these."""
    if campaign.state not in allowed:
        raise StateConflict(campaign=ref("cmp", campaign.id), state=campaign.state)


def page(session: Session, *, merchant_id: UUID, after: UUID | None, limit: int) -> list[Campaign]:
    """Campaigns of a shop, the youngest first, after a key."""
    query = sa.select(Campaign).where(
        Campaign.merchant_id == merchant_id, Campaign.automation.is_(None)
    )
    if after is not None:
        query = query.where(Campaign.id < after)
    return list(session.execute(query.order_by(Campaign.id.desc()).limit(limit)).scalars())


def counts(session: Session, *, campaign: Campaign) -> dict[str, int]:
    """How many messages are in each state; together they are everybody it was meant for."""
    rows = session.execute(
        sa.select(_MESSAGE.c.state, sa.func.count().label("number"))
        .where(
            _MESSAGE.c.merchant_id == campaign.merchant_id, _MESSAGE.c.campaign_id == campaign.id
        )
        .group_by(_MESSAGE.c.state)
    )
    return {row.state: row.number for row in rows}


def counts_of(session: Session, *, campaigns: list[Campaign]) -> dict[UUID, dict[str, int]]:
    """The same of several campaigns of one shop, by their ids."""
    if not campaigns:
        return {}
    rows = session.execute(
        sa.select(_MESSAGE.c.campaign_id, _MESSAGE.c.state, sa.func.count().label("number"))
        .where(
            _MESSAGE.c.merchant_id == campaigns[0].merchant_id,
            _MESSAGE.c.campaign_id.in_([one.id for one in campaigns]),
        )
        .group_by(_MESSAGE.c.campaign_id, _MESSAGE.c.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.campaign_id, {})[row.state] = row.number
    return found


def messages(
    session: Session,
    *,
    campaign: Campaign,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Message]:
    """What each person got or why not, in the order of their messages, after a key."""
    query = sa.select(Message).where(
        Message.merchant_id == campaign.merchant_id, Message.campaign_id == campaign.id
    )
    if state is not None:
        query = query.where(Message.state == state)
    if after is not None:
        query = query.where(Message.id > after)
    return list(session.execute(query.order_by(Message.id).limit(limit)).scalars())


_PERCENT = Text(f"Da 0 a {HOLDOUT_MAX} per cento.", f"Between 0 and {HOLDOUT_MAX} per cent.")
_TOO_EARLY = Text("Deve venire dopo l'invio.", "This has to come after the sending.")
