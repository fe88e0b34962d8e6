"""The public page of what a shop asks and tells whoever joins, now and before."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from loyalty.core.text import Text
from loyalty.customers import texts
from loyalty.customers.consents import Purpose
from loyalty.programs import log
from loyalty.wallet.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import open_shop, pick


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text in the language of the page: the name of its box, its title and its paragraphs."""

    name: str
    title: str
    paragraphs: list[str]
    since: datetime | None = None
    id: str = ""


def spoken(purpose: Purpose, words: Text) -> SpokenText:
    """A text as a page shows it: the first line is its title."""
    title, *paragraphs = pick(words).split("\n")
    return SpokenText(purpose.value, title, paragraphs)


@blueprint.get("/p/<program_ref>/texts")
@guard.public("what the shop tells everybody who joins")
def consent_texts(program_ref: str) -> str:
    """Every text that was ever shown, the newest first, with its name and the day it began."""
    records = reads.session()
    merchant_id = log.merchant_of(records, program_ref=program_ref)
    open_shop(merchant_id)
    found = texts.published(records, merchant_id=merchant_id)
    return render_template(
        "wallet/texts.html",
        texts=[_shown(text) for text in reversed(found)],
        program_ref=program_ref,
    )


def _shown(text: texts.Said) -> SpokenText:
    title, *paragraphs = pick(text.words).split("\n")
    return SpokenText(text.purpose.value, title, paragraphs, text.published_at, text.id)
