"""A letter as a merchant writes it, checked: subject and body, in one language or in both."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from loyalty.campaigns import blocks
from loyalty.campaigns.blocks import Block
from loyalty.campaigns.tags import Gaps
from loyalty.core.errors import Invalid
from loyalty.core.text import Text

LANGUAGES = ("it", "en")
SUBJECT_LETTERS_MAX, BODY_LETTERS_MAX, BLOCKS_MAX = 150, 20_000, 200
_JOINER = "\u200d"  # it holds some emoji together


@dataclass(frozen=True, slots=True)
class Draft:
    """One language of a letter: what was written, with a mark for each tag in `gaps`."""

    subject: str
    blocks: list[Block]
    gaps: Gaps


def read(raw: Any, *, own_url: str, has_offer: bool) -> dict[str, Draft]:
    """The letter by language. Raises Invalid naming the field and what to do.

    `own_url`: the installation's public address, from which pictures may come.
    """
    if not isinstance(raw, dict) or not set(raw) <= set(LANGUAGES) or not raw:
        raise Invalid({"letter": [_NO_LANGUAGE]})
    return {
        language: _one(raw[language], f"letter.{language}", own_url, has_offer=has_offer)
        for language in LANGUAGES
        if language in raw
    }


def _one(raw: Any, field: str, own_url: str, *, has_offer: bool) -> Draft:
    if not isinstance(raw, dict) or set(raw) != {"subject", "body"}:
        raise Invalid({field: [_BOTH]})
    gaps = Gaps(has_offer=has_offer)
    subject = _text(raw["subject"], f"{field}.subject", SUBJECT_LETTERS_MAX)
    if "\n" in subject:
        raise Invalid({f"{field}.subject": [_ONE_LINE]})
    body = _text(raw["body"], f"{field}.body", BODY_LETTERS_MAX)
    marked = gaps.take(body, field=f"{field}.body")
    found = blocks.read(marked, own_url=own_url, field=f"{field}.body")
    if len(found) > BLOCKS_MAX:
        raise Invalid({f"{field}.body": [_too_long(BODY_LETTERS_MAX)]})
    return Draft(gaps.take(subject, field=f"{field}.subject"), found, gaps)


def _text(value: Any, field: str, most: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid({field: [_EMPTY]})
    if len(value) > most:
        raise Invalid({field: [_too_long(most)]})
    tidy = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(_is_hidden(letter) for letter in tidy):
        raise Invalid({field: [_HIDDEN]})
    return tidy


def _is_hidden(letter: str) -> bool:
    """Marks that cannot be seen, or turn the direction of a text; our own marks are among them."""
    if letter in ("\n", "\t", _JOINER):
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _too_long(most: int) -> Text:
    return Text(
        f"È troppo lungo: al massimo {most} caratteri.",
        f"This is too long: at most {most} characters.",
    )


_NO_LANGUAGE = Text("Scrivi la lettera in italiano o in inglese.", "Write the letter in it or en.")
_BOTH = Text("Servono oggetto e testo.", "Both subject and body are needed.")
_EMPTY = Text("Scrivi qualcosa.", "Write something.")
_ONE_LINE = Text("L'oggetto sta su una riga.", "A subject is one line.")
_HIDDEN = Text(
    "Il testo contiene segni invisibili: incollalo senza formattazione.",
    "The text holds invisible marks: paste it without formatting.",
)
