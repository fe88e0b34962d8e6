"""`imports.try`, `imports.run`, `imports.undo`: what is done with files that people brought."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.core.db import Database
from loyalty.imports import badrows, doing, history, uploads
from loyalty.imports.order import Progress
from loyalty.imports.upload_models import ImportUpload
from loyalty.persons import unimport
from loyalty.worker.registry import Beat

_TELL_EVERY_S = 1
_FOUND_MAX = 500


def attempt(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Count what a file would bring."""
    _do(doing.attempt, database, payload, at, beat)


def carry_out(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Import a file."""
    _do(doing.carry_out, database, payload, at, beat)


def take_back(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Undo an import."""
    merchant_id, upload_id = UUID(payload["merchant"]), UUID(payload["upload"])
    with database.read() as session:
        upload = session.get(ImportUpload, (merchant_id, upload_id))
        is_of_people = upload is not None and upload.kind == "customers"
    undo = unimport.take_back_customers if is_of_people else doing.take_back_sales
    _do(undo, database, payload, at, beat)


def sweep(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # nothing is in it
    """Let go of files that nobody went on with, and of rows that nobody has mended."""
    with database.read() as session:
        left = history.left_files(session, at=at, limit=_FOUND_MAX)
        old = history.old_bad_rows(session, at=at, limit=_FOUND_MAX)
    for merchant_id, upload_id in left:
        with database.write() as session:
            uploads.forget(session, merchant_id=merchant_id, upload_id=upload_id)
        beat()
    for merchant_id, upload_id in old:
        with database.write() as session:
            badrows.clear(session, merchant_id=merchant_id, upload_id=upload_id)
        beat()


def _do(
    act: Callable[..., None], database: Database, payload: dict[str, Any], at: datetime, beat: Beat
) -> None:
    merchant_id, upload_id = UUID(payload["merchant"]), UUID(payload["upload"])
    progress = _telling(database, merchant_id, upload_id, beat)
    act(database, merchant_id=merchant_id, upload_id=upload_id, at=at, progress=progress)


def _telling(database: Database, merchant_id: UUID, upload_id: UUID, beat: Beat) -> Progress:
    """Say how far it is, once a second, and hold the job meanwhile."""
    told_at = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < _TELL_EVERY_S:
            return
        told_at = time.monotonic()
        beat()
        doing.note_progress(
            database, merchant_id=merchant_id, upload_id=upload_id, done=done, total=total
        )

    return progress
