"""Notes about a customer, for colleagues: signed, dated, and never gone in silence."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.clock import rfc3339
from loyalty.core.errors import Forbidden, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref
from loyalty.core.text import Text
from loyalty.customers import directory, living
from loyalty.customers.acting import Acting
from loyalty.customers.record_models import CustomerNote

LETTERS_MAX = 1_000


class NotTheirs(Forbidden):
    """Only who wrote a note changes its words."""

    words = Text(
        "Questa nota l'ha scritta un'altra persona: aggiungine una tua.",
        "Somebody else wrote this note: add one of your own.",
    )


class ChangedMeanwhile(StateConflict):
    """facts: none that are personal."""

    words = Text(
        "La nota è cambiata mentre scrivevi: rileggila, poi salva di nuovo.",
        "The note has changed while you were writing: read it again, then save.",
    )


def write(
    session: Session, *, duty: Acting, customer_ref: str, words: str, key_hash: bytes, at: datetime
) -> CustomerNote:
    """Keep a note; the same key keeps it once. Raises Unknown("customer"), and MergedAway."""
    customer = directory.lock(session, merchant_id=duty.merchant_id, customer_ref=customer_ref)
    living.demand_living(session, customer=customer)
    there = sa.select(CustomerNote).where(
        CustomerNote.merchant_id == duty.merchant_id, CustomerNote.key_hash == key_hash
    )
    if (note := session.execute(there).scalar_one_or_none()) is not None:
        return note
    note = CustomerNote(
        merchant_id=duty.merchant_id,
        id=new_id(),
        customer_id=customer.id,
        words=words,
        actor=duty.actor,
        written_at=at,
        edits=0,
        key_hash=key_hash,
    )
    session.add(note)
    session.flush()
    return note


def rewrite(
    session: Session, *, duty: Acting, note_ref: str, words: str, edits: int, at: datetime
) -> CustomerNote:
    """Other words for one's own note; those before stay beside them. `edits` is what one had read.

    Raises Unknown("note"), NotTheirs, and ChangedMeanwhile where it was changed or struck since.
    """
    note = _lock(session, duty.merchant_id, note_ref)
    if note.actor != duty.actor:
        raise NotTheirs(permission="note")
    if note.words == words:
        return note
    if note.edits != edits or note.struck_at is not None:
        raise ChangedMeanwhile
    before = {"words": note.words, "at": rfc3339(note.edited_at or note.written_at)}
    note.past = [*(note.past or []), before]
    note.words, note.edits, note.edited_at = words, note.edits + 1, at
    session.flush()
    return note


def strike(session: Session, *, duty: Acting, note_ref: str, at: datetime) -> bool:
    """Say that a note is not meant any more: it stays, struck; whether that was news.

    Raises Unknown("note"). Who may strike another's note has been asked upstairs.
    """
    note = _lock(session, duty.merchant_id, note_ref)
    if note.struck_at is not None:
        return False
    note.struck_at, note.struck_by = at, duty.actor
    session.flush()
    return True


def restore(session: Session, *, duty: Acting, note_ref: str) -> bool:
    """It is meant after all; whether that was news. Raises Unknown("note")."""
    note = _lock(session, duty.merchant_id, note_ref)
    if note.struck_at is None:
        return False
    note.struck_at = note.struck_by = None
    session.flush()
    return True


def find(session: Session, *, merchant_id: UUID, note_ref: str) -> CustomerNote:
    """The merchant's note of that ref. Raises Unknown("note"), also once its words are gone."""
    note_id = parse_ref("not", note_ref)
    found = session.get(CustomerNote, (merchant_id, note_id)) if note_id else None
    if found is None or found.words is None:
        raise Unknown("note")
    return found


def _lock(session: Session, merchant_id: UUID, note_ref: str) -> CustomerNote:
    note = find(session, merchant_id=merchant_id, note_ref=note_ref)
    session.refresh(note, with_for_update=True)
    return note


def of(
    session: Session,
    *,
    merchant_id: UUID,
    customer_ids: Collection[UUID],
    before: UUID | None = None,
    limit: int = 50,
) -> list[CustomerNote]:
    """Notes about a person under these ids, the newest first, before a key."""
    query = sa.select(CustomerNote).where(
        CustomerNote.merchant_id == merchant_id,
        CustomerNote.customer_id.in_(customer_ids),
        CustomerNote.words.is_not(None),
    )
    if before is not None:
        query = query.where(CustomerNote.id < before)
    found = session.execute(query).scalars()
    # Sorted here: for an order by the key SQLite would walk through all notes of the shop.
    return sorted(found, key=lambda note: note.id, reverse=True)[:limit]


def forget(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> None:
    """Take away the words about people who are to be forgotten; that there was a note stays."""
    session.execute(
        sa.update(CustomerNote)
        .where(CustomerNote.merchant_id == merchant_id, CustomerNote.customer_id.in_(customer_ids))
        .values(words=None, past=None)
        .execution_options(synchronize_session=False)
    )
