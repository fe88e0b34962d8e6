"""The bytes of a file that was brought, a piece in memory at a time."""

import io
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.db import Database
from loyalty.imports.upload_models import ImportChunk, ImportUpload


class _Pieces(io.RawIOBase):
    """The pieces of a file one after another, each read when its turn comes."""

    def __init__(self, database: Database, merchant_id: UUID, upload_id: UUID) -> None:
        self._database, self._of = database, (merchant_id, upload_id)
        self._next, self._rest = 0, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int:
        """As much of the piece at hand as fits."""
        if not self._rest:
            self._rest = self._piece()
        some = self._rest[: len(into)]
        into[: len(some)] = some
        self._rest = self._rest[len(some) :]
        return len(some)

    def _piece(self) -> bytes:
        merchant_id, upload_id = self._of
        with self._database.read() as session:
            found = session.get(ImportChunk, (merchant_id, upload_id, self._next))
            body = b"" if found is None else found.body
        self._next += 1
        return body


def stream(database: Database, *, merchant_id: UUID, upload_id: UUID) -> io.BufferedReader:
    """The bytes of a file, a piece in memory at a time."""
    return io.BufferedReader(_Pieces(database, merchant_id, upload_id))


def head(session: Session, *, upload: ImportUpload) -> tuple[bytes, bool]:
    """The first piece of a file, and whether it is all of it."""
    found = session.get(ImportChunk, (upload.merchant_id, upload.id, 0))
    body = b"" if found is None else found.body
    return body, len(body) >= upload.size_bytes
