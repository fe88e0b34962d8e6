"""The draft of a program: one at a time, changed in place, never over somebody else's change."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.signing import digest, fingerprint
from loyalty.core.text import Text
from loyalty.programs import editor, terms
from loyalty.programs.loading import load
from loyalty.programs.models import Program, ProgramVersion

Raw = dict[str, Any]
_KEY = "new"


class Overtaken(StateConflict):
    """Somebody else has saved or published since the page was opened; facts: version."""

    words = Text(
        "Nel frattempo qualcun altro ha cambiato queste regole: guarda che cosa, poi decidi.",
        "Somebody else has changed these rules meanwhile: see what, then decide.",
    )


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of a program as somebody sees it; `seal` names exactly this state."""

    number: int
    raw: Raw
    is_draft: bool
    seal: str


@dataclass(frozen=True, slots=True)
class Change:
    """Rules to be kept as the draft, by somebody who last saw the state named by `seal`."""

    raw: Raw
    seal: str
    currency: str


def begin(  # six by keyword, each said by name
    session: Session,
    *,
    merchant_id: UUID,
    currency: str,
    name: str,
    raw: Raw,
    key: str,
    at: datetime,
) -> Program:
    """A new program with its first draft; the same `key` again gives the same program.

    `key` is a `new_key()`. Raises Unknown("program") for any other text.
    """
    program_id = _id_for(merchant_id, key)
    known = session.get(Program, (merchant_id, program_id))
    if known is not None:
        return known
    return editor.create(
        session,
        merchant_id=merchant_id,
        currency=currency,
        name=name,
        raw=raw,
        at=at,
        program_id=program_id,
    )


def new_key() -> str:
    """What a form for a new program carries, so that sent twice it makes one program."""
    return ref(_KEY, new_id())


def _id_for(merchant_id: UUID, key: str) -> UUID:
    """An id of version 7 with the time of the key; the rest nobody can choose."""
    given = parse_ref(_KEY, key)
    if given is None:
        raise Unknown("program")
    rest = int.from_bytes(digest(f"program:{merchant_id}:{given}")[:8], "big") >> 2
    when = given.int >> 64 & ~(0xF << 12)
    return UUID(int=(when | 0x7 << 12) << 64 | 0b10 << 62 | rest)


def newest(session: Session, *, merchant_id: UUID, program_id: UUID) -> Newest:
    """The newest version, draft or not. Raises Unknown("version")."""
    row = session.execute(
        sa.select(ProgramVersion)
        .where(ProgramVersion.merchant_id == merchant_id, ProgramVersion.program_id == program_id)
        .order_by(ProgramVersion.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        raise Unknown("version")
    return Newest(
        number=row.number,
        raw=row.document,
        is_draft=row.published_at is None,
        seal=f"{row.number}-{fingerprint(row.document).hex()}",
    )


def save(
    session: Session, *, merchant_id: UUID, program_id: UUID, change: Change, at: datetime
) -> int:
    """Keep the rules as the one draft and return its number; the same twice is one change.

    After a published version a new draft begins. Raises Overtaken where the newest version is not
    the one that the change was made from.
    """
    editor.lock(session, merchant_id, program_id)
    found = newest(session, merchant_id=merchant_id, program_id=program_id)
    if is_same(found.raw, change.raw):
        return found.number
    if found.seal != change.seal:
        raise Overtaken(version=found.number)
    if not found.is_draft:
        return editor.add_version(
            session,
            merchant_id=merchant_id,
            currency=change.currency,
            program_id=program_id,
            raw=change.raw,
            at=at,
        )
    said = terms.sentence(load(change.raw), change.currency)
    row = session.get_one(ProgramVersion, (merchant_id, program_id, found.number))
    row.document, row.terms_it, row.terms_en = change.raw, said.it, said.en
    session.flush()
    return found.number


def is_same(one: Raw, other: Raw) -> bool:
    """Whether two documents mean the same: what is left out and what is said by default are one."""
    return replace(load(one), raw={}) == replace(load(other), raw={})


def publish(
    session: Session, *, merchant_id: UUID, program_id: UUID, seal: str, at: datetime
) -> int:
    """Put the draft into force that somebody has seen, and return its number.

    Raises Overtaken where it is another one by now, and what `editor.publish` raises.
    """
    editor.lock(session, merchant_id, program_id)
    found = newest(session, merchant_id=merchant_id, program_id=program_id)
    if found.seal != seal:
        raise Overtaken(version=found.number)
    editor.publish(
        session, merchant_id=merchant_id, program_id=program_id, number=found.number, at=at
    )
    return found.number


def rename(session: Session, *, merchant_id: UUID, program_id: UUID, name: str) -> None:
    """Call the program something else; its cards show the new name from now on."""
    program = editor.lock(session, merchant_id, program_id)
    program.name = name
    session.flush()
