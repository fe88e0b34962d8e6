"""Campaigns: the list, with what each did and brought; a new one, a copy, a draft let go."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template, request

from loyalty.campaigns import drafts, outcome, states, steps
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.outcome import Outcome
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.campaign_of import State
from loyalty.portal.listing import Pages
from loyalty.web import guard, reads, toasts
from loyalty.web.locale import gettext, language, number

_SHOWN = 15
_COPIED = Text("Ecco la copia: è una bozza.", "Here is the copy: it is a draft.")


@dataclass(frozen=True, slots=True)
class _Row:
    """A campaign in the list."""

    ref: str
    name: str
    people_name: str
    state: State
    is_draft: bool
    at: datetime
    people: int
    sent: int
    brought: Outcome | None


@blueprint.get("/portal/campaigns")
@guard.staff(Permission.CAMPAIGNS)
def campaigns() -> str:
    """The youngest first."""
    records, at = reads.session(), clock.now()
    before = parse_ref("cmp", request.args.get("before", ""))
    scope = {"merchant_id": guard.duty().merchant_id, "after": before}
    found = drafts.page(records, limit=_SHOWN + 1, **scope)  # type: ignore[arg-type]
    shown = found[:_SHOWN]
    more = {"before": ref("cmp", shown[-1].id)} if len(found) > _SHOWN else {}
    counted = drafts.counts_of(records, campaigns=shown)
    return render_template(
        "portal/campaigns.html",
        rows=[_row(one, counted.get(one.id, {}), at) for one in shown],
        pages=Pages(said=gettext("%(count)s shown", count=number(len(shown))), next=more),
        is_first=before is None,
    )


def _row(campaign: Campaign, counts: dict[str, int], at: datetime) -> _Row:
    timezone = campaign_of.house().timezone
    is_out = counts.get(states.SENT, 0) > 0
    return _Row(
        ref=ref("cmp", campaign.id),
        name=campaign.name,
        people_name=campaign_of.people_of(campaign),
        state=campaign_of.state_of(campaign, at=at),
        is_draft=campaign.state == states.DRAFT,
        at=campaign.send_at or campaign.launched_at or campaign.created_at,
        people=sum(counts.values()),
        sent=counts.get(states.SENT, 0),
        brought=outcome.of(reads.session(), campaign=campaign, timezone=timezone, at=at)
        if is_out
        else None,
    )


@blueprint.post("/portal/campaigns/<campaign_ref>/copy")
@guard.staff(Permission.CAMPAIGNS)
def copy_campaign(campaign_ref: str) -> Response:
    """A draft like it."""
    found = campaign_of.find(campaign_ref)
    name = gettext("%(name)s (copy)", name=found.name)
    scope = {"duty": guard.duty(), "campaign_ref": campaign_ref}
    try:
        with write() as records:
            made = steps.copy(records, name=name, at=clock.now(), **scope)  # type: ignore[arg-type]
    except Invalid as error:
        said = error.facts_in(language())["fields"].values()
        toasts.say(" ".join(sentence for sentences in said for sentence in sentences))
        return campaign_of.to("portal.campaign", campaign_ref)
    toasts.say(_COPIED)
    return campaign_of.to("portal.campaign_check", made)
