"""Files that people bring: taken in piece by piece, understood, tried, imported, and let go."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import jobs
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.jobs import DEAD, DISCARDED, Job
from loyalty.core.text import Text
from loyalty.imports import chosen as choosing
from loyalty.imports import guessing
from loyalty.imports.chosen import Chosen
from loyalty.imports.upload_models import (
    ARRIVING,
    CHOOSING,
    DONE,
    RUNNING,
    TRIED,
    TRYING,
    UNDOING,
    UNDONE,
    ImportBadRow,
    ImportChunk,
    ImportUpload,
)
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty

FILE_BYTES_MAX = 10 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
TRY, RUN, UNDO = "imports.try", "imports.run", "imports.undo"
WORKED_BY = {TRYING: TRY, RUNNING: RUN, UNDOING: UNDO}
NAME_LETTERS_MAX = 255
_UPLOAD = table(ImportUpload)


class MovedOn(StateConflict):
    """Somebody has gone on with this import meanwhile."""

    words = Text(
        "Nel frattempo questa importazione è andata avanti: qui sotto c'è a che punto è.",
        "This import has moved on meanwhile: below is where it stands.",
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file as it arrives: its name, its size, its headings, and in whose language to answer."""

    file_name: str
    size_bytes: int
    headings: tuple[str, ...]
    language: str


def begin(session: Session, *, duty: Duty, arrival: Arrival, at: datetime) -> UUID:
    """Make room for a file; what its columns are is remembered, else guessed."""
    kind, columns = _remembered(session, duty.merchant_id, arrival.headings)
    row = ImportUpload(
        merchant_id=duty.merchant_id,
        id=new_id(),
        kind=kind,
        state=ARRIVING,
        file_name=arrival.file_name[-NAME_LETTERS_MAX:],
        size_bytes=arrival.size_bytes,
        headings=list(arrival.headings),
        shape=shape_of(arrival.headings),
        columns=list(columns),
        language=arrival.language,
        actor=duty.actor,
        done=0,
        total=0,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def shape_of(headings: Sequence[str]) -> bytes:
    """By what files with these headings are known again."""
    return hashlib.sha256(
        choosing.shape(guessing.without_report(headings)).encode("utf-8", "replace")
    ).digest()[:16]


def _remembered(
    session: Session, merchant_id: UUID, headings: Sequence[str]
) -> tuple[str, Sequence[str]]:
    """The kind and columns of the latest file with these headings that was imported."""
    query = (
        sa.select(_UPLOAD.c.kind, _UPLOAD.c.columns)
        .where(
            _UPLOAD.c.merchant_id == merchant_id,
            _UPLOAD.c.shape == shape_of(headings),
            _UPLOAD.c.started_at.is_not(None),
        )
        .order_by(_UPLOAD.c.id.desc())
        .limit(1)
    )
    known = session.execute(query).one_or_none()
    if known is not None:
        # A mended file of bad rows has our own columns at its end.
        rest = len(headings) - len(known.columns)
        return known.kind, [*known.columns, *[""] * rest][: len(headings)]
    kind = guessing.guess_kind(headings)
    return kind, guessing.guess(headings, kind)


def add_chunk(
    session: Session, *, merchant_id: UUID, upload_id: UUID, number: int, body: bytes
) -> None:
    """Keep one piece of the file."""
    row = {"merchant_id": merchant_id, "upload_id": upload_id, "number": number, "body": body}
    session.execute(sa.insert(ImportChunk), row)


def arrived(session: Session, *, duty: Duty, upload_id: UUID, at: datetime) -> None:
    """The whole file is here."""
    _move(session, duty.merchant_id, upload_id, (ARRIVING,), state=CHOOSING)
    acts.note(session, duty=duty, act="import.upload", target=ref("imp", upload_id), at=at)


def find(session: Session, *, merchant_id: UUID, upload_ref: str) -> ImportUpload:
    """A shop's file of that ref. Raises Unknown("import")."""
    upload_id = parse_ref("imp", upload_ref)
    row = session.get(ImportUpload, (merchant_id, upload_id)) if upload_id else None
    if row is None or row.state == ARRIVING:
        raise Unknown("import")
    return row


def turn(session: Session, *, upload: ImportUpload, kind: str) -> None:
    """It is the other kind of file: guess its columns anew."""
    columns = list(guessing.guess(upload.headings, kind))
    _move(
        session, upload.merchant_id, upload.id, (CHOOSING, TRIED),
        state=CHOOSING, kind=kind, columns=columns, counts=None, fault=None,
    )  # fmt: skip


def reconsider(session: Session, *, upload: ImportUpload) -> None:
    """The columns are to be chosen once more, from what they are now."""
    _move(session, upload.merchant_id, upload.id, (CHOOSING, TRIED), state=CHOOSING)


def attempt(
    session: Session,
    *,
    duty: Duty,
    upload: ImportUpload,
    columns: Sequence[str],
    program_id: UUID | None,
    at: datetime,
) -> None:
    """Have a file tried with these columns: counted, nothing written.

    Raises Invalid with what does not fit, and MovedOn.
    """
    chosen = Chosen(upload.kind, tuple(upload.headings), tuple(columns))
    if len(columns) != len(upload.headings):
        raise MovedOn
    faults: dict[str, list[Text | str]] = {name: [why] for name, why in chosen.faults().items()}
    if faults:
        raise Invalid(faults)
    values: dict[str, Any] = {
        "state": TRYING, "columns": list(columns), "program_id": program_id, "counts": None,
        "fault": None, "done": 0, "total": 0, "tried_at": at,
    }  # fmt: skip
    _move(session, duty.merchant_id, upload.id, (CHOOSING, TRIED), **values)
    _ask(session, duty, TRY, upload.id, at)


def start(session: Session, *, duty: Duty, upload_id: UUID, at: datetime) -> None:
    """Import a file that was tried. Raises MovedOn."""
    _move(
        session, duty.merchant_id, upload_id, (TRIED,),
        state=RUNNING, started_at=at, done=0, total=0,
    )  # fmt: skip
    _ask(session, duty, RUN, upload_id, at)
    acts.note(session, duty=duty, act="import.start", target=ref("imp", upload_id), at=at)


def take_back(session: Session, *, duty: Duty, upload_id: UUID, at: datetime) -> None:
    """Undo an import that is done, or what is left of it. Raises MovedOn."""
    values = {"state": UNDOING, "done": 0, "total": 0}
    _move(session, duty.merchant_id, upload_id, (DONE, UNDONE), **values)
    _ask(session, duty, UNDO, upload_id, at)
    acts.note(session, duty=duty, act="import.undo", target=ref("imp", upload_id), at=at)


def let_go(session: Session, *, duty: Duty, upload: ImportUpload, at: datetime) -> None:
    """Forget a file that was not imported. Raises MovedOn."""
    _move(session, duty.merchant_id, upload.id, (CHOOSING, TRIED), state=ARRIVING)
    forget(session, merchant_id=duty.merchant_id, upload_id=upload.id)
    acts.note(session, duty=duty, act="import.discard", target=ref("imp", upload.id), at=at)


def forget(session: Session, *, merchant_id: UUID, upload_id: UUID) -> None:
    """Delete a file that nothing came of, with all its pieces."""
    for part in (ImportChunk, ImportBadRow):
        session.execute(
            sa.delete(part).where(part.merchant_id == merchant_id, part.upload_id == upload_id)
        )
    session.execute(
        sa.delete(ImportUpload).where(
            ImportUpload.merchant_id == merchant_id, ImportUpload.id == upload_id
        )
    )


def _move(
    session: Session, merchant_id: UUID, upload_id: UUID, before: tuple[str, ...], **values: Any
) -> None:
    """Change a file if it still is in one of these states. Raises MovedOn."""
    mine = (_UPLOAD.c.merchant_id == merchant_id, _UPLOAD.c.id == upload_id)
    moved = session.execute(
        sa.update(_UPLOAD).where(*mine, _UPLOAD.c.state.in_(before)).values(values)
    )
    if rows_changed(moved) == 0:
        raise MovedOn


def _ask(session: Session, duty: Duty, kind: str, upload_id: UUID, at: datetime) -> None:
    payload = {"merchant": str(duty.merchant_id), "upload": str(upload_id)}
    key = f"{_prefix(upload_id)}{new_id()}"
    jobs.enqueue(session, kind=kind, payload=payload, at=at, key=key, merchant_id=duty.merchant_id)


def _prefix(upload_id: UUID) -> str:
    return f"upload:{upload_id}:"


def is_stuck(session: Session, *, upload: ImportUpload) -> bool:
    """Whether the work on it has failed too often, and waits for a person."""
    query = (
        sa.select(Job.state)
        .where(Job.key.startswith(_prefix(upload.id), autoescape=True))
        .order_by(Job.key.desc())
        .limit(1)
    )
    return upload.state in WORKED_BY and session.execute(query).scalar() in (DEAD, DISCARDED)


def again(session: Session, *, duty: Duty, upload: ImportUpload, at: datetime) -> None:
    """Have the work on it done after all. Raises MovedOn unless it is stuck."""
    if not is_stuck(session, upload=upload):
        raise MovedOn
    _ask(session, duty, WORKED_BY[upload.state], upload.id, at)
