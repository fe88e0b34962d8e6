"""Campaigns: a letter to some of the customers, its launch, what became of it, what came back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from loyalty.api.campaign_answers import (
    CampaignAnswer,
    CampaignsAnswer,
    MessagesAnswer,
    ReturnedAnswer,
)
from loyalty.api.campaign_bodies import CampaignBody, MessagesQuery, ResumeBody, ReturnedBody
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.campaigns import drafts, launching, outcome, returned, rules
from loyalty.campaigns.drafts import Plan
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.returned import Event
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict
from loyalty.core.ids import ref
from loyalty.web import guard, reads

section = Section("campaigns", "Letters to many: drafts, launch, progress, effect, bounces.")
_CHANGES = {"scope": "campaigns:write", "answer": CampaignAnswer, "unknown": ("campaign",)}


@section.call(
    "POST",
    "/campaigns",
    Contract(
        scope="campaigns:write",
        body=CampaignBody,
        answer=CampaignAnswer,
        status=201,
        unknown=("segment",),
        refusals=(Invalid,),
    ),
)
def create_campaign(body: dict[str, Any]) -> Response:
    """Write a draft; nothing is sent before its launch."""
    with write() as session:
        made = drafts.create(session, duty=guard.duty(), plan=_plan(body), at=clock.now())
        campaign_ref = ref("cmp", made.id)
    return _whole(campaign_ref, 201)


def _plan(body: dict[str, Any]) -> Plan:
    return Plan(**{name: body[name] for name in Plan.__slots__ if name in body})


@section.call(
    "GET",
    "/campaigns",
    Contract(scope="campaigns:read", query=PageQuery, answer=CampaignsAnswer),
)
def list_campaigns(query: dict[str, Any]) -> Response:
    """List campaigns, the youngest first."""
    limit, after = query["limit"], query.get("cursor")
    rows = drafts.page(
        reads.session(), merchant_id=guard.duty().merchant_id, after=after, limit=limit + 1
    )
    return answer(page([_listed(row) for row in rows], [row.id for row in rows], limit))


@section.call(
    "GET",
    "/campaigns/<campaign_ref>",
    Contract(scope="campaigns:read", answer=CampaignAnswer, unknown=("campaign",)),
)
def read_campaign(campaign_ref: str) -> Response:
    """Read a campaign: its letter, its progress, and what it has brought."""
    return _whole(campaign_ref)


@section.call(
    "POST",
    "/campaigns/<campaign_ref>/launch",
    Contract(
        scope="campaigns:write",
        answer=CampaignAnswer,
        unknown=("campaign", "segment"),
        refusals=(Invalid, StateConflict),
    ),
)
def launch_campaign(campaign_ref: str) -> Response:
    """Send it, now or at its time. A second launch is refused: everybody gets it once."""
    at, duty = clock.now(), guard.duty()
    scope = {"campaign_ref": campaign_ref, "at": at}
    ready = launching.prepare(reads.session(), merchant_id=duty.merchant_id, **scope)  # type: ignore[arg-type]
    with write() as session:
        launching.launch(session, duty=duty, ready=ready, **scope)  # type: ignore[arg-type]
    return _whole(campaign_ref)


@section.call(
    "POST",
    "/campaigns/<campaign_ref>/pause",
    Contract(**_CHANGES, refusals=(StateConflict,)),  # type: ignore[arg-type]
)
def pause_campaign(campaign_ref: str) -> Response:
    """Let nothing more leave; what is at the mail server just now may still arrive."""
    with write() as session:
        launching.pause(session, duty=guard.duty(), campaign_ref=campaign_ref, at=clock.now())
    return _whole(campaign_ref)


@section.call(
    "POST",
    "/campaigns/<campaign_ref>/resume",
    Contract(**_CHANGES, body=ResumeBody, refusals=(Invalid, StateConflict)),  # type: ignore[arg-type]
)
def resume_campaign(body: dict[str, Any], campaign_ref: str) -> Response:
    """Go on after a pause, or after it was halted: late, a restored backup, a refusing server."""
    until: datetime | None = body.get("not_after")
    with write() as session:
        launching.resume(
            session,
            duty=guard.duty(),
            campaign_ref=campaign_ref,
            at=clock.now(),
            not_after=until,
        )
    return _whole(campaign_ref)


@section.call(
    "POST",
    "/campaigns/<campaign_ref>/stop",
    Contract(**_CHANGES, refusals=(StateConflict,)),  # type: ignore[arg-type]
)
def stop_campaign(campaign_ref: str) -> Response:
    """End it: who has not got the letter gets none, and their voucher ends."""
    with write() as session:
        launching.stop(session, duty=guard.duty(), campaign_ref=campaign_ref, at=clock.now())
    return _whole(campaign_ref)


@section.call(
    "GET",
    "/campaigns/<campaign_ref>/messages",
    Contract(
        scope="campaigns:read",
        query=MessagesQuery,
        answer=MessagesAnswer,
        unknown=("campaign",),
    ),
)
def list_messages(query: dict[str, Any], campaign_ref: str) -> Response:
    """List who got it, and who did not and why."""
    session, limit = reads.session(), query["limit"]
    campaign = _find(campaign_ref)
    rows = drafts.messages(
        session,
        campaign=campaign,
        state=query.get("state"),
        after=query.get("cursor"),
        limit=limit + 1,
    )
    return answer(page([_message(row) for row in rows], [row.id for row in rows], limit))


@section.call(
    "POST",
    "/campaigns/returned",
    Contract(
        scope="campaigns:write", body=ReturnedBody, answer=ReturnedAnswer, unknown=("message",)
    ),
)
def record_returned(body: dict[str, Any]) -> Response:
    """Tell what came back: a bounce, a complaint, or that it arrived. Again, it changes nothing."""
    event = Event(body["kind"], body["about"], body.get("status"))
    with write() as session:
        state = returned.record(
            session, merchant_id=guard.duty().merchant_id, event=event, at=clock.now()
        )
    return answer({"state": state})


def _find(campaign_ref: str) -> Campaign:
    merchant_id: UUID = guard.duty().merchant_id
    return drafts.find(reads.session(), merchant_id=merchant_id, campaign_ref=campaign_ref)


def _whole(campaign_ref: str, status: int = 200) -> Response:
    session = reads.session()
    campaign = _find(campaign_ref)
    session.refresh(campaign)
    house = rules.house(session, merchant_id=campaign.merchant_id)
    brought = outcome.of(session, campaign=campaign, timezone=house.timezone, at=clock.now())
    body = {
        **_listed(campaign),
        "halted_for": campaign.halted_for,
        "audience": campaign.audience,
        "letter": campaign.letter,
        "offer": campaign.offer,
        "holdout_percent": campaign.holdout_percent,
        "send_at": _moment(campaign.send_at),
        "not_after": _moment(campaign.not_after_at),
        "finished_at": _moment(campaign.finished_at),
        "messages": drafts.counts(session, campaign=campaign),
        "redeemed": brought.redeemed if brought else None,
        "lift": brought.lift() if brought else None,
    }
    return answer(body, status)


def _listed(campaign: Campaign) -> dict[str, Any]:
    return {
        "ref": ref("cmp", campaign.id),
        "name": campaign.name,
        "state": campaign.state,
        "created_at": _moment(campaign.created_at),
        "launched_at": _moment(campaign.launched_at),
    }


def _message(row: Message) -> dict[str, Any]:
    return {
        "ref": ref("msg", row.id),
        "customer": ref("cus", row.customer_id),
        "state": row.state,
        "reason": row.reason,
        "smtp_code": row.smtp_code,
        "came_back": row.came_back,
        "sent_at": _moment(row.sent_at),
    }


def _moment(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None
