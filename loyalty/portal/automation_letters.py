"""One letter of an automation: in both languages, as the house or as the shop writes it."""

from typing import Any

from flask import Response, make_response, render_template, request
from marshmallow import fields

from loyalty.automations import sample, switching
from loyalty.automations.journeys import Step
from loyalty.automations.switching import ChangedMeanwhile, Setting
from loyalty.campaigns.letter import LANGUAGES, SUBJECT_LETTERS_MAX
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import automation_of
from loyalty.portal import automation_words as words
from loyalty.portal.automations import back, refused
from loyalty.portal.blueprint import blueprint
from loyalty.portal.writing.letter import OFFER_TAGS, TAGS, typed_letter
from loyalty.web import guard, headers, reads, toasts
from loyalty.web.fields import Body, Spoken
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import gettext, language, pick

_SAVED = Text("Salvata: parte così dalla prossima.", "Saved: the next one leaves like this.")
_RESET = Text("Di nuovo come la scriviamo noi.", "As we write it again.")
_NOTHING = Text(
    "Scrivi la lettera in almeno una lingua.", "Write the letter in one language at least."
)


class _Words(Spoken, fields.String):
    """Text of several lines; the domain judges it."""


class _Letter(Body):
    subject_it, body_it = _Words(), _Words()
    subject_en, body_en = _Words(), _Words()
    shown = _Words()
    version = TypedWhole(0, 1_000_000_000, required=True)


_form = _Letter()
_FIELDS = {
    "letter": "subject_it",
    **{
        f"letter.{one}{dot}{part}": f"{part or 'subject'}_{one}"
        for one in LANGUAGES
        for dot, part in ((".", "subject"), (".", "body"), ("", ""))
    },
}


@blueprint.get("/portal/automations/<journey>/letters/<letter>")
@guard.staff(Permission.CAMPAIGNS)
def automation_letter(journey: str, letter: str) -> Response:
    """The letter as it is, to read and to change."""
    return _page(automation_of.find(journey), letter)


@blueprint.post("/portal/automations/<journey>/letters/<letter>")
@guard.staff(Permission.CAMPAIGNS)
def write_automation_letter(journey: str, letter: str) -> Response:
    """Let the step say this from the next letter on."""
    form, setting = read_form(_form), automation_of.find(journey)
    written = typed_letter(form.raw)
    if form.is_valid and not written:
        form = form.refuse("subject_it", _NOTHING)
    if not form.is_valid:
        return _page(setting, letter, form, status=422)
    try:
        _write(journey, letter, written, form.values["version"])
    except Invalid as error:
        return _page(setting, letter, refused(form, error, _FIELDS), status=422)
    except ChangedMeanwhile as changed:
        now = automation_of.find(journey)
        return _page(now, letter, form, refusal=pick(changed.sentence), status=409)
    toasts.say(_SAVED)
    return back(journey)


@blueprint.post("/portal/automations/<journey>/letters/<letter>/reset")
@guard.staff(Permission.CAMPAIGNS)
def reset_automation_letter(journey: str, letter: str) -> Response:
    """Let the step say what the house says."""
    setting = automation_of.find(journey)
    if setting.is_own(letter):
        _write(journey, letter, None, setting.version)
        toasts.say(_RESET)
    return back(journey)


@blueprint.post("/portal/automations/<journey>/letters/<letter>/preview")
@guard.staff(Permission.CAMPAIGNS)
def preview_automation_letter(journey: str, letter: str) -> Response:
    """The letter as it is typed just now, as somebody would read it; nothing is kept."""
    setting, found = automation_of.find(journey), _step(journey, letter)
    wanted = request.form.get("shown", "")
    written = typed_letter({name: text.strip() for name, text in request.form.items()})
    try:
        page = sample.html(
            reads.session(),
            setting=setting,
            step=found,
            plain=written or setting.letter(letter),
            language=wanted if wanted in LANGUAGES else language(),
            house=automation_of.house(),
            at=clock.now(),
        )
    except Invalid as error:
        said = error.facts_in(language())["fields"].values()
        page = render_template(
            "portal/automation_no_preview.html", sentences=[one for some in said for one in some]
        )
    return headers.as_letter(make_response(page))


def _write(journey: str, step: str, letter: dict[str, Any] | None, version: int) -> None:
    """The letter, printed anew where it goes out already."""
    with write() as records:
        switching.write_letter(
            records,
            duty=guard.duty(),
            kind=journey,
            step=step,
            wanted=letter,
            version=version,
            at=clock.now(),
        )
    automation_of.renew(journey)


def _step(journey: str, letter: str) -> Step:
    found = switching.journey_of(journey).step(letter)
    if found is None or found.act != "letter":
        raise Unknown("step")
    return found


def _page(
    setting: Setting,
    step: str,
    form: FormState | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> Response:
    kind, form = setting.journey.kind, form or FormState()
    found = _step(kind, step)
    letter = setting.letter(step)
    kept = {f"{part}_{one}": said[part] for one, said in letter.items() for part in said}
    about_gift = found.gives or found.reminds
    page = render_template(
        "portal/automation_letter.html",
        kind=kind,
        step=step,
        automation=pick(setting.journey.name),
        name=pick(found.name),
        timing=pick(words.timing(kind, found, setting.journey.steps.index(found))),
        asks=found.asks,
        about_gift=about_gift,
        is_own=setting.is_own(step),
        tags=[*TAGS, *(OFFER_TAGS if about_gift else ())],
        subject_max=SUBJECT_LETTERS_MAX,
        languages=[("it", "Italiano"), ("en", "English")],
        typed=form.raw or kept,
        form=form,
        labels={
            "subject_it": gettext("Subject in Italian"),
            "body_it": gettext("Text in Italian"),
            "subject_en": gettext("Subject in English"),
            "body_en": gettext("Text in English"),
        },
        version=setting.version,
        refusal=refusal,
    )
    return headers.with_frame(make_response(page, status))
