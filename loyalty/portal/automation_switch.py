"""Switching an automation on, off, and on again after it was halted."""

from flask import Response

from loyalty.automations import switching, upkeep
from loyalty.automations.switching import ChangedMeanwhile
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import automation_of
from loyalty.portal.automations import back, page
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Choice
from loyalty.web.forms import read_form
from loyalty.web.locale import gettext, pick

_ON = Text(
    "Acceso. Le prime lettere partono appena è orario.",
    "On. The first letters leave as soon as it is the hour for them.",
)
_OFF = Text("Nessuno comincia più; chi era in cammino finisce.", "Nobody new begins now.")
_STOPPED = Text("Spento: non parte più nulla.", "Off: nothing more leaves.")
_RESUMED = Text("Riparte.", "It goes on.")


class _Off(Body):
    how = Choice("finish", "now", required=True)


_off_form = _Off()


@blueprint.post("/portal/automations/<journey>/on")
@guard.staff(Permission.CAMPAIGNS)
def switch_automation_on(journey: str) -> Response:
    """Let people begin. The letters are printed before anything is locked."""
    prepared = switching.prepare(
        reads.session(), merchant_id=guard.duty().merchant_id, kind=journey
    )
    try:
        with write() as records:
            switching.switch_on(
                records, duty=guard.duty(), kind=journey, prepared=prepared, at=clock.now()
            )
    except ChangedMeanwhile as changed:
        return page(automation_of.find(journey), refusal=pick(changed.sentence), status=409)
    toasts.say(_ON)
    return back(journey)


@blueprint.post("/portal/automations/<journey>/off")
@guard.staff(Permission.CAMPAIGNS)
def switch_automation_off(journey: str) -> Response:
    """Let nobody new begin; whoever is on the way finishes, or leaves now."""
    form, at = read_form(_off_form), clock.now()
    if not form.is_valid:
        return page(
            automation_of.find(journey), refusal=gettext("Say how it should end."), status=422
        )
    with write() as records:
        if form.values["how"] == "now":
            upkeep.stop(records, duty=guard.duty(), kind=journey, at=at)
        else:
            switching.switch_off(records, duty=guard.duty(), kind=journey, at=at)
    toasts.say(_STOPPED if form.values["how"] == "now" else _OFF)
    return back(journey)


@blueprint.post("/portal/automations/<journey>/resume")
@guard.staff(Permission.CAMPAIGNS)
def resume_automation(journey: str) -> Response:
    """Go on after it was halted."""
    house = automation_of.house()
    with write() as records:
        upkeep.resume(records, duty=guard.duty(), kind=journey, house=house, at=clock.now())
    toasts.say(_RESUMED)
    return back(journey)
