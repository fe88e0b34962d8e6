"""A campaign that is out: how far it is, what it brought, and the word of a person on it."""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from loyalty.campaigns import drafts, launching, offers, reading, states, uncertain
from loyalty.campaigns.models import Campaign
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import StateConflict
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_effect, campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.campaign_words import ABOUT, HALTED, MESSAGES
from loyalty.web import guard, reads, toasts
from loyalty.web.locale import gettext, language, number, pick

_PAUSED = Text(
    "In pausa: non parte più nulla. Quello che è al server in questo momento può ancora arrivare.",
    "Paused: nothing more leaves. What is at the mail server just now may still arrive.",
)
_RESUMED = Text("Si riprende.", "It goes on.")
_STOPPED = Text(
    "Interrotta: chi non l'ha ancora ricevuta non la riceverà.",
    "Ended: whoever has not got it yet will not get it.",
)
_MOVED_ON = Text(
    "La campagna è già andata avanti: ecco come sta.",
    "The campaign has moved on: this is how it stands.",
)
_NONE_LEFT = Text("Non ci sono più lettere incerte.", "No letter is uncertain any more.")


@blueprint.get("/portal/campaigns/<campaign_ref>")
@guard.staff(Permission.CAMPAIGNS)
def campaign(campaign_ref: str) -> Response:
    """Progress and effect; a draft is checked instead."""
    found = campaign_of.find(campaign_ref)
    if found.state == states.DRAFT:
        return campaign_of.to("portal.campaign_check", found)
    at = clock.now()
    counts = drafts.counts(reads.session(), campaign=found)
    offer = offers.of(reads.session(), campaign=found)
    html = render_template(
        "portal/campaign.html",
        campaign=found,
        campaign_ref=ref("cmp", found.id),
        people_name=campaign_of.people_of(found),
        state=campaign_of.state_of(found, at=at),
        halted=pick(HALTED[found.halted_for]) if found.halted_for else "",
        is_live=found.state == states.RUNNING,
        is_early=found.send_at is not None and found.send_at > at,
        next_open=campaign_of.house().next_open(at),
        is_shut=campaign_of.house().next_open(at) != at,
        rows=_rows(counts),
        people=sum(counts.values()),
        done=sum(many for state, many in counts.items() if state not in states.OPEN),
        unknown=counts.get(states.UNKNOWN, 0),
        offer=offer,
        effect=campaign_effect.of(found, at=at),
        subject=reading.subject(found, language=language(), shop=campaign_of.house().name),
    )
    return make_response(html)


def _rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Each state in words, with how many are in it; those who wait count as one."""
    waiting = sum(counts.get(state, 0) for state in states.OPEN)
    together = {states.READY: waiting} | {
        state: many for state, many in counts.items() if state not in states.OPEN
    }
    return [
        {
            "key": state, "name": pick(MESSAGES[state][0]), "badge": MESSAGES[state][1],
            "about": pick(ABOUT[state]), "count": together[state],
        }
        for state in ABOUT
        if together.get(state)
    ]  # fmt: skip


@blueprint.post("/portal/campaigns/<campaign_ref>/pause")
@guard.staff(Permission.CAMPAIGNS)
def pause_campaign(campaign_ref: str) -> Response:
    """Let nothing more leave."""
    return _turn(campaign_ref, launching.pause, _PAUSED)


@blueprint.post("/portal/campaigns/<campaign_ref>/resume")
@guard.staff(Permission.CAMPAIGNS)
def resume_campaign(campaign_ref: str) -> Response:
    """Go on; after a halt that is the word that it is right."""

    def resume(session: Session, **scope: Any) -> Campaign:
        return launching.resume(session, not_after=None, **scope)

    return _turn(campaign_ref, resume, _RESUMED)


@blueprint.post("/portal/campaigns/<campaign_ref>/stop")
@guard.staff(Permission.CAMPAIGNS)
def stop_campaign(campaign_ref: str) -> Response:
    """End it."""
    return _turn(campaign_ref, launching.stop, _STOPPED)


def _turn(campaign_ref: str, turn: Callable[..., Campaign], said: Text) -> Response:
    """A double tap finds it turned already."""
    try:
        with write() as records:
            turn(records, duty=guard.duty(), campaign_ref=campaign_ref, at=clock.now())
    except StateConflict:
        toasts.say(_MOVED_ON)
    else:
        toasts.say(said)
    return campaign_of.to("portal.campaign", campaign_ref)


@blueprint.post("/portal/campaigns/<campaign_ref>/again")
@guard.staff(Permission.CAMPAIGNS)
def send_uncertain_again(campaign_ref: str) -> Response:
    """Send what may not have arrived once more: one of them (`message`), or all."""
    message = request.form.get("message") or None
    try:
        with write() as records:
            many = uncertain.send_again(
                records, duty=guard.duty(), campaign_ref=campaign_ref, message_ref=message,
                at=clock.now(),
            )  # fmt: skip
    except StateConflict:
        many = 0
    if many:
        toasts.say(gettext("Sent again: %(count)s.", count=number(many)))
    else:
        toasts.say(_NONE_LEFT)
    return campaign_of.to("portal.campaign", campaign_ref)
