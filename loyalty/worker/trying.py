"""`program.try`: rules played over the shop's past, without a till having to wait for it."""

import time
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.core.db import Database
from loyalty.counter import trials
from loyalty.worker.registry import Beat

_TELL_S = 1.0


class _Teller:
    """Tells how far it is, once a second, and holds the job by the same breath."""

    def __init__(self, database: Database, which: dict[str, UUID], beat: Beat) -> None:
        self._database, self._which, self._beat = database, which, beat
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._told < _TELL_S:
            return
        self._beat()
        with self._database.write() as session:
            trials.note_progress(session, **self._which, done=done, total=total)
        self._told = time.monotonic()


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Play it in one snapshot, then keep the figures; a second time finds it done."""
    which = {name: UUID(hex=payload[name]) for name in ("merchant_id", "trial_id")}
    teller = _Teller(database, which, beat)
    with database.read() as session:
        found = trials.run(session, **which, at=at, progress=teller)
    if found is not None:
        with database.write() as session:
            trials.finish(session, **which, found=found, at=at)
