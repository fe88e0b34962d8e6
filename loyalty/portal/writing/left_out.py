"""Who gets no letter, reason by reason, with a way to each of them."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from flask import render_template, request

from loyalty.campaigns import outlook
from loyalty.core import clock
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.customers.models import Customer
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.campaign_words import LEFT_OUT
from loyalty.portal.listing import Pages
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, number, pick

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Who:
    """One of them."""

    ref: str
    name: str


@blueprint.get("/portal/campaigns/<campaign_ref>/left-out/<reason>")
@guard.staff(Permission.CAMPAIGNS, Permission.MEMBERS)
def campaign_left_out(campaign_ref: str, reason: str) -> str:
    """In the order in which they joined."""
    campaign = campaign_of.find(campaign_ref)
    if reason not in LEFT_OUT:
        raise Unknown("campaign")
    after = parse_ref("cus", request.args.get("after", ""))
    try:
        found = outlook.people(
            reads.session(), campaign=campaign, house=campaign_of.house(), reason=reason,
            after=after, limit=_SHOWN + 1, at=clock.now(),
        )  # fmt: skip
    except Invalid:  # its offer is gone: the check says so
        found = []
    shown = found[:_SHOWN]
    more = {"after": ref("cus", shown[-1])} if len(found) > _SHOWN else {}
    name, about = LEFT_OUT[reason]
    return render_template(
        "portal/writing/left_out.html",
        campaign=campaign,
        campaign_ref=campaign_ref,
        reason=pick(name),
        about=pick(about),
        people=_named(shown),
        pages=Pages(said=gettext("%(count)s shown", count=number(len(shown))), next=more),
    )


def _named(ids: list[UUID]) -> list[_Who]:
    rows = reads.session().execute(
        sa.select(Customer.id, Customer.name).where(
            Customer.merchant_id == guard.duty().merchant_id, Customer.id.in_(ids)
        )
    )
    names = {row.id: row.name for row in rows}
    return [_Who(ref("cus", who), names.get(who) or gettext("No name")) for who in ids]
