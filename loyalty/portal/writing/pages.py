"""The five steps as pages: each saves its part of the draft and leads to the next."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.campaigns import steps
from loyalty.campaigns.models import Campaign
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.writing import people
from loyalty.portal.writing.comparison import COMPARISON
from loyalty.portal.writing.letter import LETTER
from loyalty.portal.writing.offer import OFFER
from loyalty.portal.writing.people import PEOPLE
from loyalty.portal.writing.step import Step
from loyalty.portal.writing.timing import TIMING
from loyalty.web import guard, headers, toasts
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import language, pick

STEPS = (PEOPLE, LETTER, OFFER, COMPARISON, TIMING)
_BY_KEY = {step.key: step for step in STEPS}
_DROPPED = Text("La bozza non c'è più.", "The draft is gone.")


@blueprint.get("/portal/campaigns/new")
@guard.staff(Permission.CAMPAIGNS)
def new_campaign() -> Response:
    """To whom; `segment` in the address is chosen already."""
    return _new(FormState(), chosen=request.args.get("segment", ""))


@blueprint.post("/portal/campaigns/new")
@guard.staff(Permission.CAMPAIGNS)
def begin_campaign() -> Response:
    """Keep a draft, with a letter to start from."""
    form = read_form(people.form)
    if not form.is_valid:
        return _new(form, status=422)
    segment = people.key_of(form.values["segment"])
    try:
        with write() as records:
            made = steps.begin(
                records, duty=guard.duty(), segment=segment, language=language(),
                name=form.values.get("name", ""), at=clock.now(),
            )  # fmt: skip
            campaign_ref = ref("cmp", made.id)
    except Unknown as gone:
        return _new(form.refuse("segment", gone.sentence), status=422)
    return campaign_of.to("portal.campaign_step", campaign_ref, step=LETTER.key)


def _new(form: FormState, *, chosen: str = "", status: int = 200) -> Response:
    typed = form.raw or {"segment": chosen or "lapsed"}
    html = render_template(
        "portal/writing/people.html",
        step=PEOPLE,
        steps=_told(PEOPLE, None),
        campaign_ref="",
        form=form,
        typed=typed,
        labels=_labels(PEOPLE),
        **people.around(None),
    )
    return make_response(html, status)


@blueprint.get("/portal/campaigns/<campaign_ref>/steps/<step>")
@guard.staff(Permission.CAMPAIGNS)
def campaign_step(campaign_ref: str, step: str) -> Response:
    """One step of a draft."""
    found = campaign_of.draft(campaign_ref)
    if found is None:
        return campaign_of.to("portal.campaign", campaign_ref)
    return _page(_step(step), found, FormState())


@blueprint.post("/portal/campaigns/<campaign_ref>/steps/<step>")
@guard.staff(Permission.CAMPAIGNS)
def write_step(campaign_ref: str, step: str) -> Response:
    """Keep what was typed, and on to the next."""
    which, found = _step(step), campaign_of.draft(campaign_ref)
    if found is None:
        return campaign_of.to("portal.campaign", campaign_ref)
    form = read_form(which.schema)
    if form.is_valid:
        try:
            _save(which, found, form)
        except StateConflict as moved:
            return _moved(which, campaign_ref, form, moved)
        except Invalid as error:
            form = form.refuse_all(which.at_fields(error.facts_in(language())["fields"]))
        except Unknown as gone:
            form = form.refuse("segment", gone.sentence)
    if not form.is_valid:
        return _page(which, found, form, status=422)
    return _on(which, campaign_ref)


def _save(which: Step, found: Campaign, form: FormState) -> None:
    """Keep its part of the draft. Raises Invalid, Unknown("segment"), StateConflict."""
    parts = which.read(form, found)
    with write() as records:
        steps.alter(
            records, duty=guard.duty(), campaign_ref=ref("cmp", found.id), parts=parts,
            seen=form.value("seen"), at=clock.now(),
        )  # fmt: skip


def _moved(which: Step, campaign_ref: str, form: FormState, why: StateConflict) -> Response:
    """Somebody else has saved meanwhile, or has launched it."""
    if not isinstance(why, ChangedMeanwhile):
        return campaign_of.to("portal.campaign", campaign_ref)
    again = campaign_of.find(campaign_ref)
    return _page(which, again, form, refusal=pick(why.sentence), status=409)


def _step(key: str) -> Step:
    found = _BY_KEY.get(key)
    if found is None:
        raise Unknown("campaign")
    return found


def _on(which: Step, campaign_ref: str) -> Response:
    """To the next step, or back to the check where one came from there."""
    place = STEPS.index(which) + 1
    if request.args.get("then") == "check" or place == len(STEPS):
        return campaign_of.to("portal.campaign_check", campaign_ref)
    return campaign_of.to("portal.campaign_step", campaign_ref, step=STEPS[place].key)


def _page(
    which: Step, campaign: Campaign, form: FormState, *, refusal: str = "", status: int = 200
) -> Response:
    kept = which.kept(campaign)
    campaign_ref = ref("cmp", campaign.id)
    then = "check" if request.args.get("then") == "check" else ""
    html = render_template(
        f"portal/writing/{which.key}.html",
        step=which,
        steps=_told(which, campaign_ref),
        campaign=campaign,
        campaign_ref=campaign_ref,
        form=form,
        typed=form.raw or kept,
        seen=steps.edition(campaign, which.parts),
        then=then,
        labels=_labels(which),
        refusal=refusal,
        now=_now(which, kept, form) if refusal else [],
        **which.around(campaign),
    )
    answer = make_response(html, status)
    return headers.with_frame(answer) if which is LETTER else answer


def _now(which: Step, kept: dict[str, str], form: FormState) -> list[tuple[str, str]]:
    """What somebody else has saved meanwhile, where it is not what was typed."""
    return [
        (pick(label), kept[name])
        for name, label in which.labels.items()
        if name in kept and kept[name] != form.value(name)
    ]


def _labels(which: Step) -> dict[str, str]:
    return {name: pick(label) for name, label in which.labels.items()}


def _told(which: Step, campaign_ref: str | None) -> list[dict[str, Any]]:
    """The steps as the page's head shows them: those of a draft can be opened in any order."""
    here = STEPS.index(which)
    return [
        {
            "name": pick(step.name),
            "is_here": place == here,
            "is_past": place < here,
            "url": url_for("portal.campaign_step", campaign_ref=campaign_ref, step=step.key)
            if campaign_ref
            else "",
        }
        for place, step in enumerate(STEPS)
    ]


@blueprint.post("/portal/campaigns/<campaign_ref>/drop")
@guard.staff(Permission.CAMPAIGNS)
def drop_campaign(campaign_ref: str) -> Response:
    """Do away with a draft."""
    try:
        with write() as records:
            steps.drop(records, duty=guard.duty(), campaign_ref=campaign_ref, at=clock.now())
    except StateConflict:
        return campaign_of.to("portal.campaign", campaign_ref)
    toasts.say(_DROPPED)
    return make_response(redirect(url_for("portal.campaigns"), 303))
