"""What a file says of a customer beside the profile: tags and a note, signed by the import.

By that signature they are told from what people wrote, and an undo takes back exactly those.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import bulk
from loyalty.core.db import table
from loyalty.core.ids import new_id, ref
from loyalty.customers import tags
from loyalty.customers.record_models import CustomerNote, CustomerTag, Tag
from loyalty.merchants.roles import Duty

_KEY_BYTES = 16


def signature(import_id: UUID | None, duty: Duty) -> str:
    """Who wrote them: the import, or who called for it where it has no name."""
    return ref("imp", import_id) if import_id else duty.actor


@dataclass(slots=True)
class Jotted:
    """What one customer carries by now, and what of it a file has just said.

    A try keeps one of these for each customer of the file, so what is empty takes no room.
    """

    tags: frozenset[str] = frozenset()  # folded
    notes: frozenset[str] = frozenset()
    new_tags: tuple[str, ...] = ()
    new_notes: tuple[str, ...] = ()

    def say(self, names: Collection[str], note: str | None) -> bool:
        """Whether a row says anything that is not there yet; it is from now on."""
        new = tuple(name for name in names if name.casefold() not in self.tags)
        if new:
            self.tags |= {name.casefold() for name in new}
            self.new_tags += new
        if note is None or note in self.notes:
            return bool(new)
        self.notes |= {note}
        self.new_notes += (note,)
        return True


def look_up(session: Session, merchant_id: UUID, found: dict[UUID, Jotted]) -> None:
    """Fill in what these customers carry already."""
    carried = sa.select(CustomerTag.customer_id, Tag.folded).join(
        Tag, sa.and_(Tag.merchant_id == CustomerTag.merchant_id, Tag.id == CustomerTag.tag_id)
    )
    mine = (CustomerTag.merchant_id == merchant_id, CustomerTag.customer_id.in_(list(found)))
    for customer_id, folded in session.execute(carried.where(*mine)):
        found[customer_id].tags |= {folded}
    written = sa.select(CustomerNote.customer_id, CustomerNote.words).where(
        CustomerNote.merchant_id == merchant_id,
        CustomerNote.customer_id.in_(list(found)),
        CustomerNote.words.is_not(None),
    )
    for customer_id, words in session.execute(written):
        found[customer_id].notes |= {words or ""}


def of_shop(session: Session, merchant_id: UUID) -> set[str]:
    """The shop's tags, folded: there is room for so many only."""
    query = sa.select(Tag.folded).where(Tag.merchant_id == merchant_id)
    return set(session.execute(query).scalars())


def write(
    session: Session, *, merchant_id: UUID, actor: str, said: dict[UUID, Jotted], at: datetime
) -> None:
    """Put the tags on, each made once, and keep the notes."""
    by_name: dict[str, list[UUID]] = {}
    for customer_id, jotted in said.items():
        for name in jotted.new_tags:
            by_name.setdefault(name.casefold(), []).append(customer_id)
    names = {name.casefold(): name for one in said.values() for name in one.new_tags}
    for folded, carriers in by_name.items():
        tag_id = tags.make(session, merchant_id=merchant_id, name=names[folded], at=at)
        tags.put(
            session,
            merchant_id=merchant_id,
            tag_id=tag_id,
            customer_ids=carriers,
            actor=actor,
            at=at,
        )
    rows = [
        {
            "merchant_id": merchant_id,
            "id": new_id(),
            "customer_id": customer_id,
            "words": words,
            "actor": actor,
            "written_at": at,
            "edits": 0,
            "key_hash": _key(actor, customer_id, words),
        }
        for customer_id, jotted in said.items()
        for words in jotted.new_notes
    ]
    bulk.insert(session.connection(), table(CustomerNote), rows)


def _key(actor: str, customer_id: UUID, words: str) -> bytes:
    return hashlib.sha256(f"{actor} {customer_id} {words}".encode()).digest()[:_KEY_BYTES]


def take_back(session: Session, *, merchant_id: UUID, import_id: UUID) -> None:
    """Take off the tags that an import put on, and its notes that nobody has changed or struck."""
    actor = ref("imp", import_id)
    for mine in (
        sa.delete(CustomerTag).where(
            CustomerTag.merchant_id == merchant_id, CustomerTag.actor == actor
        ),
        sa.delete(CustomerNote).where(
            CustomerNote.merchant_id == merchant_id, *_untouched_notes(actor)
        ),
    ):
        session.execute(mine, execution_options={"synchronize_session": False})


def of_others(merchant_id: Any, customer_id: Any, import_id: UUID) -> list[sa.ColumnElement[bool]]:
    """Whether somebody else tagged a customer, or wrote or changed a note about them."""
    actor = ref("imp", import_id)
    tag, note = CustomerTag, CustomerNote
    return [
        sa.exists().where(
            tag.merchant_id == merchant_id, tag.customer_id == customer_id, tag.actor != actor
        ),
        sa.exists().where(
            note.merchant_id == merchant_id,
            note.customer_id == customer_id,
            sa.not_(sa.and_(*_untouched_notes(actor))),
        ),
    ]


def _untouched_notes(actor: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        CustomerNote.actor == actor,
        CustomerNote.edits == 0,
        CustomerNote.struck_at.is_(None),
    )
