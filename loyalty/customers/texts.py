"""The shop's consent texts, kept for good when they are first used, and found by their id.

A text that reads differently from the last one (an edition of ours, a new name of the shop) is
a new version with an id of its own. A consent names id and language: `marketing-2026-11/it`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table
from loyalty.core.signing import digest
from loyalty.core.text import Text
from loyalty.customers import wording
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentText

LANGUAGES = ("it", "en")


@dataclass(frozen=True, slots=True)
class Said:
    """One version of a text; `published_at` is None while nobody has used it."""

    id: str
    purpose: Purpose
    version: int
    words: Text
    published_at: datetime | None = None

    def named_in(self, language: str) -> str:
        """What a consent event keeps as its `text_id`: which text, read in which language."""
        return f"{self.id}/{language}"


def in_force(session: Session, *, merchant_id: UUID, shop_name: str) -> dict[Purpose, Said]:
    """What that shop asks today, by purpose; `shop_name` is its own. Nothing is written."""
    last = {text.purpose: text for text in published(session, merchant_id=merchant_id)}
    return {purpose: _today(purpose, shop_name, last.get(purpose)) for purpose in Purpose}


def publish(
    session: Session, *, merchant_id: UUID, shop_name: str, at: datetime
) -> dict[Purpose, Said]:
    """The same, each kept from now on: call it in the write that records a consent to them."""
    said = in_force(session, merchant_id=merchant_id, shop_name=shop_name)
    fresh = [text for text in said.values() if text.published_at is None]
    if not fresh:
        return said
    rows = [_row(merchant_id, text, at) for text in fresh]
    session.execute(insert_unless_there(session, table(ConsentText)), rows)
    return in_force(session, merchant_id=merchant_id, shop_name=shop_name)


def published(session: Session, *, merchant_id: UUID) -> list[Said]:
    """Every text that the shop ever used, the oldest first."""
    query = sa.select(ConsentText).where(ConsentText.merchant_id == merchant_id)
    rows = session.execute(query).scalars()
    return sorted((_said(row) for row in rows), key=lambda text: (text.version, text.purpose))


def seal(said: Mapping[Purpose, Said]) -> str:
    """A fingerprint of what a page showed, to see at its form whether the words are still these."""
    shown = "\0".join(f"{text.id}\0{text.words.it}\0{text.words.en}" for text in said.values())
    return digest(shown).hex()


def fingerprint(words: Text) -> bytes:
    """SHA-256 over the Italian text, a NUL and the English text, in UTF-8."""
    return hashlib.sha256(f"{words.it}\0{words.en}".encode()).digest()


def _today(purpose: Purpose, shop_name: str, last: Said | None) -> Said:
    words = wording.of(purpose, shop_name)
    if last is not None and last.words == words:
        return last
    version = last.version + 1 if last else 1
    name = f"{purpose.value}-{wording.EDITION[purpose]}"
    if last is not None and last.id.startswith(name):
        name = f"{name}.{version}"
    return Said(name, purpose, version, words)


def _said(row: ConsentText) -> Said:
    words = Text(row.it, row.en)
    return Said(row.id, Purpose(row.purpose), row.version, words, row.published_at)


def _row(merchant_id: UUID, text: Said, at: datetime) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "id": text.id,
        "purpose": text.purpose.value,
        "version": text.version,
        "it": text.words.it,
        "en": text.words.en,
        "hash": fingerprint(text.words),
        "published_at": at,
    }
