"""A campaign of this shop as its pages need it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, url_for

from loyalty.analytics import saved
from loyalty.analytics.builtin import BUILTIN
from loyalty.campaigns import drafts, rules, states, steps
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.rules import House
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.portal.campaign_words import STATES
from loyalty.web import guard, reads
from loyalty.web.locale import pick

_OWN = Text("Condizioni scelte da un programma", "Conditions set by software")
_GONE = Text("Un segmento che non c'è più", "A segment that is gone")
_EVERYBODY = Text("Tutti i clienti", "All members")


@dataclass(frozen=True, slots=True)
class State:
    """What a campaign's state is called, and the kind of its badge."""

    name: str
    badge: str


def find(campaign_ref: str) -> Campaign:
    """As it is now. Raises Unknown("campaign")."""
    records = reads.session()
    records.expire_all()
    merchant_id = guard.duty().merchant_id
    return drafts.find(records, merchant_id=merchant_id, campaign_ref=campaign_ref)


def draft(campaign_ref: str) -> Campaign | None:
    """A draft; None where it is out already. Raises Unknown("campaign")."""
    found = find(campaign_ref)
    return found if found.state == states.DRAFT else None


def house() -> House:
    """The shop with its mail rules."""
    return rules.house(reads.session(), merchant_id=guard.duty().merchant_id)


def state_of(campaign: Campaign, *, at: datetime) -> State:
    """Its state in words; one that has not begun is said to be scheduled."""
    is_early = campaign.send_at is not None and campaign.send_at > at
    key = "waiting" if campaign.state == states.RUNNING and is_early else campaign.state
    name, badge = STATES[key]
    return State(pick(name), badge)


def people_of(campaign: Campaign) -> str:
    """Whom it is meant for, in words."""
    key = segment_of(campaign)
    if key is None:
        return pick(_OWN)
    if not key:
        return pick(_EVERYBODY)
    if key in BUILTIN:
        return pick(BUILTIN[key].name)
    try:
        kept = saved.find(reads.session(), merchant_id=guard.duty().merchant_id, key=key)
    except Unknown:
        return pick(_GONE)
    return kept.name


def segment_of(campaign: Campaign) -> str | None:
    """The key of its segment; "" is everybody, None is another audience."""
    if campaign.audience == steps.EVERYBODY:
        return ""
    key = campaign.audience.get("segment")
    return str(key) if key else None


def to(endpoint: str, campaign: Campaign | str, **more: Any) -> Response:
    """Off to a page of that campaign."""
    named = campaign if isinstance(campaign, str) else ref("cmp", campaign.id)
    return make_response(redirect(url_for(endpoint, campaign_ref=named, **more), 303))
