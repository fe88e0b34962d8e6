"""The proof of consent of one person: every event with the exact words that it was about."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.clock import rfc3339
from loyalty.core.ids import ref
from loyalty.customers import consents, directory, living, texts
from loyalty.customers.models import ConsentEvent
from loyalty.customers.texts import Said


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One thing somebody said: for what, whether they gave it, when, where, by whose hand.

    `text` is what they read, in `language`, and `sha256` its fingerprint in UTF-8. Of a text that
    another program showed only its `text_id` is known: that program keeps the words.
    """

    ref: str
    customer: str
    purpose: str
    given: bool
    at: datetime
    recorded_at: datetime
    source: str
    actor: str
    text_id: str
    version: int | None
    language: str | None
    text: str | None
    sha256: str | None
    merge: str | None

    def plain(self) -> dict[str, Any]:
        """The line as plain values, for JSON and CSV; times are RFC 3339."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: rfc3339(value) if isinstance(value, datetime) else value
            for name, value in values.items()
        }


def of(session: Session, *, merchant_id: UUID, customer_ref: str) -> list[ProofLine]:
    """Everything that a customer, and whoever was merged into them, ever said, as recorded.

    Raises Unknown("customer").
    """
    customer = directory.find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    people = living.gathered(session, merchant_id=merchant_id, customer_id=customer.id)
    known = {text.id: text for text in texts.published(session, merchant_id=merchant_id)}
    events = [
        event
        for who in (customer.id, *people)
        for event in consents.log(session, merchant_id=merchant_id, customer_id=who)
    ]
    return [_line(event, known) for event in sorted(events, key=lambda event: event.id)]


def _line(event: ConsentEvent, known: dict[str, Said]) -> ProofLine:
    name, _, language = event.text_id.rpartition("/")
    said = known.get(name) if language in texts.LANGUAGES else None
    text = said.words.pick(language) if said else None
    return ProofLine(
        ref=ref("cns", event.id),
        customer=ref("cus", event.customer_id),
        purpose=event.purpose,
        given=event.given,
        at=event.at,
        recorded_at=event.recorded_at,
        source=event.source,
        actor=event.actor,
        text_id=event.text_id,
        version=said.version if said else None,
        language=language if said else None,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest() if text is not None else None,
        merge=ref("mrg", event.merge_id) if event.merge_id else None,
    )
