"""A member's cards: blocked, replaced, and brought to a phone."""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import keeping, qr, sending
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import LoyaltyError, Refused, TooMany
from loyalty.core.ids import ref
from loyalty.merchants.roles import Permission
from loyalty.portal import member, member_of
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Line
from loyalty.web.forms import read_form
from loyalty.web.locale import gettext, pick


class _Reason(Body):
    reason = Line((1, 200))


_reason_form = _Reason()


def refused(member_ref: str, error: LoyaltyError) -> Response:
    """A rule of the shop says no: the page says which, and everything stands as it was."""
    customer = member_of.find(reads.session(), member_ref)
    return member.page(customer, member.Forms(refusal=pick(error.sentence)), 409)


def _keep(
    member_ref: str, card_ref: str, deed: Callable[..., Any], *, done: str, undo: str = ""
) -> Response:
    """Block, unblock or replace a card that is theirs."""
    member_of.demand_card(reads.session(), member_ref, card_ref)
    form = read_form(_reason_form)
    if not form.is_valid:
        customer = member_of.find(reads.session(), member_ref)
        return member.page(customer, member.Forms(card=form, of=card_ref), 422)
    reason = form.values.get("reason", "")
    try:
        with write() as records:
            deed(records, duty=guard.duty(), card_ref=card_ref, reason=reason, at=clock.now())
    except Refused as error:
        return refused(member_ref, error)
    toasts.say(done, undo=undo and url_for(undo, member_ref=member_ref, card_ref=card_ref))
    return member_of.back(member_ref, "cards")


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/block")
@guard.staff(Permission.BLOCK)
def block_card(member_ref: str, card_ref: str) -> Response:
    """Stop the card; what is on it stays."""
    done = gettext("The card is blocked. What is on it stays.")
    return _keep(member_ref, card_ref, keeping.block, done=done, undo="portal.unblock_card")


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/unblock")
@guard.staff(Permission.BLOCK)
def unblock_card(member_ref: str, card_ref: str) -> Response:
    """Let it work again."""
    done = gettext("The card works again.")
    return _keep(member_ref, card_ref, keeping.unblock, done=done, undo="portal.block_card")


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/replace")
@guard.staff(Permission.BLOCK)
def replace_card(member_ref: str, card_ref: str) -> Response:
    """New codes for a lost card; the old ones open nothing any more."""
    done = gettext("The card has new codes; the old ones are shut. Send or show the new link.")
    return _keep(member_ref, card_ref, keeping.replace, done=done, undo="portal.restore_card")


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/restore")
@guard.staff(Permission.BLOCK)
def restore_card(member_ref: str, card_ref: str) -> Response:
    """The lost card was found: its codes work again."""
    return _keep(member_ref, card_ref, keeping.restore, done=gettext("The old codes work again."))


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/send")
@guard.staff(Permission.MEMBERS, Permission.ENROL)
def send_card(member_ref: str, card_ref: str) -> Response:
    """Send the link to the card by mail."""
    member_of.demand_card(reads.session(), member_ref, card_ref)
    try:
        with write() as records:
            sending.send_link(records, duty=guard.duty(), card_ref=card_ref, at=clock.now())
    except (Refused, TooMany) as error:
        return refused(member_ref, error)
    toasts.say(gettext("The link is on its way by mail. It is good for 7 days."))
    return member_of.back(member_ref, "cards")


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/link")
@guard.staff(Permission.MEMBERS, Permission.ENROL)
def make_card_link(member_ref: str, card_ref: str) -> Response:
    """A link to show to whoever stands here."""
    member_of.demand_card(reads.session(), member_ref, card_ref)
    try:
        with write() as records:
            made = sending.make_link(records, duty=guard.duty(), card_ref=card_ref, at=clock.now())
    except Refused as error:
        return refused(member_ref, error)
    path = url_for("portal.card_link", member_ref=member_ref, card_ref=card_ref, claim_ref=made)
    return make_response(redirect(path, 303))


@blueprint.get("/portal/members/<member_ref>/cards/<card_ref>/link/<claim_ref>")
@guard.staff(Permission.MEMBERS, Permission.ENROL)
def card_link(member_ref: str, card_ref: str, claim_ref: str) -> str:
    """The link as a code to photograph, and to copy."""
    records = reads.session()
    member_of.demand_card(records, member_ref, card_ref)
    found = sending.link(
        records, merchant_id=guard.duty().merchant_id, card_ref=card_ref, claim_ref=claim_ref
    )
    customer = member_of.find(records, member_ref)
    return render_template(
        "portal/card_link.html",
        link=found,
        code=qr.svg(found.url),
        name=customer.name,
        member_ref=ref("cus", customer.id),
    )
