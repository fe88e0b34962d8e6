"""Letters that go out by themselves: what there is, how each is set, and what it did."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.automations import switching
from loyalty.automations.switching import HOLDOUT_MAX, ChangedMeanwhile, Setting
from loyalty.campaigns import offers
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import automation_of
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import gettext, language, pick

_SAVED = Text("Salvato.", "Saved.")
_FIELDS = {"offer.reward": "gift", "offer.program": "gift", "offer.valid_days": "valid_days"}


class _Terms(Body):
    gift = Line((1, 200))
    valid_days = TypedWhole(1, offers.DAYS_MAX)
    holdout_percent = TypedWhole(0, HOLDOUT_MAX)
    version = TypedWhole(0, 1_000_000_000, required=True)


_form = _Terms()


@blueprint.get("/portal/automations")
@guard.staff(Permission.CAMPAIGNS)
def automations() -> Response:
    """Every automation with its state and its numbers."""
    found = switching.every(reads.session(), merchant_id=guard.duty().merchant_id)
    page = render_template(
        "portal/automations.html", automations=[automation_of.shown(one) for one in found]
    )
    return make_response(page)


@blueprint.get("/portal/automations/<journey>")
@guard.staff(Permission.CAMPAIGNS)
def automation(journey: str) -> Response:
    """One automation: its steps, its gift, who would begin, what it did and brought."""
    return page(automation_of.find(journey))


@blueprint.post("/portal/automations/<journey>/terms")
@guard.staff(Permission.CAMPAIGNS)
def set_automation_terms(journey: str) -> Response:
    """Set the gift and how many are held back, for who begins from now on."""
    form, setting = read_form(_form), automation_of.find(journey)
    if not form.is_valid:
        return page(setting, form, status=422)
    try:
        with write() as records:
            switching.set_terms(
                records,
                duty=guard.duty(),
                kind=journey,
                offer=_offer(form.values),
                holdout_percent=form.values.get("holdout_percent", setting.holdout_percent),
                version=form.values["version"],
                at=clock.now(),
            )
    except Invalid as error:
        return page(setting, refused(form, error, _FIELDS), status=422)
    except ChangedMeanwhile as changed:
        return page(automation_of.find(journey), form, refusal=pick(changed.sentence), status=409)
    toasts.say(_SAVED)
    return back(journey)


def _offer(values: Any) -> dict[str, Any] | None:
    """The gift as it was chosen: program and reward in one value."""
    program, _, reward = str(values.get("gift", "")).partition(":")
    if not reward:
        return None
    days = values.get("valid_days", offers.DAYS_USUAL)
    return {"program": program, "reward": reward, "valid_days": days}


def refused(form: FormState, error: Invalid, names: dict[str, str]) -> FormState:
    """The form with what the domain found, by the names of its fields."""
    said = error.facts_in(language())["fields"]
    return form.refuse_all({names.get(name, name): sentences for name, sentences in said.items()})


def back(journey: str) -> Response:
    """To the page of that automation."""
    return make_response(redirect(url_for("portal.automation", journey=journey), 303))


def page(
    setting: Setting,
    form: FormState | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> Response:
    """The page; `form` is what was sent about the terms."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    form = form or FormState()
    body = render_template(
        "portal/automation.html",
        it=automation_of.shown(setting),
        ahead=automation_of.ahead(setting),
        has_offer=setting.journey.has_offer,
        has_holdout=setting.journey.has_holdout,
        gifts=[
            (f"{one.program}:{one.reward}", f"{pick(one.name)} · {one.program_name}")
            for one in offers.choices(records, merchant_id=merchant_id)
        ],
        typed=form.raw or _kept(setting),
        form=form,
        labels={
            "gift": gettext("Gift"),
            "valid_days": gettext("Good for how many days"),
            "holdout_percent": gettext("Left without letters, percent"),
        },
        version=setting.version,
        holdout_max=HOLDOUT_MAX,
        refusal=refusal,
    )
    return make_response(body, status)


def _kept(setting: Setting) -> dict[str, str]:
    offer = setting.offer or {}
    gift = switching.gift_of(reads.session(), merchant_id=guard.duty().merchant_id, setting=setting)
    return {
        "gift": f"{ref('prg', gift.program_id)}:{gift.reward}" if gift else "",
        "valid_days": str(offer.get("valid_days", offers.DAYS_USUAL)),
        "holdout_percent": str(setting.holdout_percent),
    }
