"""Who got a campaign's letter, and who did not and why; to look through and to take away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask import Response, render_template, request

from loyalty.campaigns import drafts, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.core.ids import parse_ref, ref
from loyalty.customers.models import Customer
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.campaign_words import MESSAGES, trouble
from loyalty.portal.listing import Pages
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import gettext, number, pick, zone

_SHOWN, _AT_ONCE = 50, 500


@dataclass(frozen=True, slots=True)
class _Row:
    """One person of a campaign."""

    ref: str
    customer: str
    name: str
    state: str
    badge: str
    why: str
    at: datetime | None
    is_uncertain: bool


@blueprint.get("/portal/campaigns/<campaign_ref>/people")
@guard.staff(Permission.CAMPAIGNS, Permission.MEMBERS)
def campaign_people(campaign_ref: str) -> str:
    """Everybody of a campaign, or those in one state."""
    campaign = campaign_of.find(campaign_ref)
    state = request.args.get("state", "")
    state = state if state in MESSAGES else ""
    after = parse_ref("msg", request.args.get("after", ""))
    found = drafts.messages(
        reads.session(), campaign=campaign, state=state or None, after=after, limit=_SHOWN + 1
    )
    shown = found[:_SHOWN]
    more = {"after": ref("msg", shown[-1].id)} if len(found) > _SHOWN else {}
    return render_template(
        "portal/campaign_people.html",
        campaign=campaign,
        campaign_ref=campaign_ref,
        rows=_rows(shown),
        state=state,
        states=[(key, pick(name)) for key, (name, _) in MESSAGES.items()
                if key not in (states.CLAIMED, states.SENDING)],
        pages=Pages(said=gettext("%(count)s shown", count=number(len(shown))), next=more),
        can_retry=campaign.state != states.STOPPED,
    )  # fmt: skip


def _rows(shown: list[Message]) -> list[_Row]:
    names = _names([one.customer_id for one in shown])
    return [_row(one, names.get(one.customer_id)) for one in shown]


def _names(ids: list[UUID]) -> dict[UUID, str | None]:
    rows = reads.session().execute(
        sa.select(Customer.id, Customer.name).where(
            Customer.merchant_id == guard.duty().merchant_id, Customer.id.in_(ids)
        )
    )
    return {row.id: row.name for row in rows}


def _row(message: Message, name: str | None) -> _Row:
    said, badge = MESSAGES[message.state]
    return _Row(
        ref=ref("msg", message.id),
        customer=ref("cus", message.customer_id),
        name=name or gettext("No name"),
        state=pick(said),
        badge=badge,
        why=pick(trouble(message.came_back) or trouble(message.reason)),
        at=message.sent_at,
        is_uncertain=message.state == states.UNKNOWN,
    )


@blueprint.get("/portal/campaigns/<campaign_ref>/people.csv")
@guard.staff(Permission.CAMPAIGNS, Permission.MEMBERS, Permission.EXPORT)
def campaign_people_csv(campaign_ref: str) -> Response:
    """Everybody with what became of their letter, as a file."""
    campaign = campaign_of.find(campaign_ref)
    head = [gettext("Member"), gettext("Name"), gettext("State"), gettext("Why"), gettext("When")]
    name = f"letters-{campaign_ref[-6:].lower()}"
    return sheets.streamed(name, _sheet(campaign, head))


def _sheet(campaign: Campaign, head: list[str]) -> Iterator[list[sheets.Cell]]:
    yield [*head]
    after: UUID | None = None
    while some := drafts.messages(reads.session(), campaign=campaign, after=after, limit=_AT_ONCE):
        for one in _rows(some):
            at = one.at.astimezone(zone()).strftime("%Y-%m-%d %H:%M") if one.at else ""
            yield [one.customer, one.name, one.state, one.why, at]
        after = some[-1].id
        reads.session().expunge_all()
