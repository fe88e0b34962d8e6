"""The second step: the letter, in Italian, in English, or in both; and how it would look."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, request
from marshmallow import fields

from loyalty.campaigns import preview
from loyalty.campaigns.letter import LANGUAGES, SUBJECT_LETTERS_MAX
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.preview import Reader
from loyalty.core import clock
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.writing.step import Parts, Step, Stepped
from loyalty.web import guard, headers, reads
from loyalty.web.fields import Spoken
from loyalty.web.forms import FormState
from loyalty.web.locale import language, pick

SAMPLE = "Anna Ferri"
# What can be put into a letter for each person: what stands in the text, and what it becomes.
TAGS = (
    (Text("{{first_name|cliente}}", "{{first_name|friend}}"), Text("Nome", "First name")),
    (Text("{{shop}}", "{{shop}}"), Text("Nome del negozio", "Name of the shop")),
)
OFFER_TAGS = (
    (Text("{{offer}}", "{{offer}}"), Text("Premio", "Reward")),
    (Text("{{offer_code}}", "{{offer_code}}"), Text("Codice", "Code")),
    (Text("{{offer_until}}", "{{offer_until}}"), Text("Scadenza", "Last day")),
)
_NOTHING = Text(
    "Scrivi la lettera in almeno una lingua.", "Write the letter in one language at least."
)
_NO_PICTURE = Text(
    "L'anteprima torna appena la lettera è in ordine:",
    "The preview comes back as soon as the letter is in order:",
)


class _Words(Spoken, fields.String):
    """Text of several lines; the domain judges it."""


class _Letter(Stepped):
    subject_it, body_it = _Words(), _Words()
    subject_en, body_en = _Words(), _Words()
    shown = _Words()


def typed_letter(typed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The letter as its form has it; a language of which nothing was typed is left out."""
    found = {
        one: {"subject": typed.get(f"subject_{one}", ""), "body": typed.get(f"body_{one}", "")}
        for one in LANGUAGES
    }
    return {one: words for one, words in found.items() if any(words.values())}


def _read(form: FormState, _: Campaign) -> Parts:
    letter = typed_letter(form.raw)
    if not letter:
        raise Invalid({"subject_it": [_NOTHING]})
    return {"letter": letter}


def _kept(campaign: Campaign) -> dict[str, str]:
    return {
        f"{part}_{one}": words[part]
        for one, words in campaign.letter.items()
        for part in ("subject", "body")
    }


def _around(campaign: Campaign) -> dict[str, Any]:
    tags = [*TAGS, *(OFFER_TAGS if campaign.offer is not None else ())]
    return {
        "tags": tags,
        "subject_max": SUBJECT_LETTERS_MAX,
        "languages": [("it", "Italiano"), ("en", "English")],
    }


@blueprint.post("/portal/campaigns/<campaign_ref>/preview")
@guard.staff(Permission.CAMPAIGNS)
def preview_letter(campaign_ref: str) -> Response:
    """The letter as it is typed just now, as somebody would read it; nothing is kept."""
    campaign = campaign_of.find(campaign_ref)
    shown = request.form.get("shown", "")
    wanted = shown if shown in LANGUAGES else language()
    try:
        page = _printed(campaign, wanted)
    except Invalid as error:
        said = error.facts_in(language())["fields"].values()
        sentences = [sentence for sentences in said for sentence in sentences]
        page = preview.notice([pick(_NO_PICTURE), *sentences], house=campaign_of.house())
    return headers.as_letter(make_response(page))


def _printed(campaign: Campaign, wanted: str) -> str:
    """Raises Invalid."""
    at, house = clock.now(), campaign_of.house()
    offer = preview.offer_of(reads.session(), merchant_id=campaign.merchant_id, raw=campaign.offer)
    letter = typed_letter({name: text.strip() for name, text in request.form.items()})
    letter = {wanted: letter[wanted]} if wanted in letter else letter
    printed = preview.printed(letter, house=house, has_offer=offer is not None)
    who = Reader(SAMPLE, wanted, at)
    shown = preview.show(printed, house=house, offer=offer, who=who, at=at, language=wanted)
    return shown.html


LETTER = Step(
    key="letter",
    name=Text("Lettera", "Letter"),
    parts=("letter",),
    schema=_Letter(),
    read=_read,
    kept=_kept,
    around=_around,
    fields={
        "letter": "subject_it",
        **{f"letter.{one}.subject": f"subject_{one}" for one in LANGUAGES},
        **{f"letter.{one}.body": f"body_{one}" for one in LANGUAGES},
    },
    labels={
        "subject_it": Text("Oggetto in italiano", "Subject in Italian"),
        "body_it": Text("Testo in italiano", "Text in Italian"),
        "subject_en": Text("Oggetto in inglese", "Subject in English"),
        "body_en": Text("Testo in inglese", "Text in English"),
    },
)  # fmt: skip
