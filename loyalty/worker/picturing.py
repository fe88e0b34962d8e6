"""`pictures.sweep`: pictures to which nothing refers are deleted after a day."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty import tables  # noqa: F401  # so that whatever refers to a picture is known
from loyalty.core import pictures
from loyalty.core.db import Database
from loyalty.persons import retention
from loyalty.worker.portions import Work, in_portions
from loyalty.worker.registry import Beat

KEPT = timedelta(days=1)  # a logo that was tried is still in the form of who tries


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # nothing is in it
    """Shop by shop. What was ever in force, as a logo of an earlier look, is referred to."""
    with database.read() as session:
        shops = retention.shops(session)
    for merchant_id, _ in shops:
        in_portions(database, _clearing(merchant_id, at - KEPT), after=beat)


def _clearing(merchant_id: UUID, before: datetime) -> Work:
    def work(session: Session, size: int) -> int:
        found = pictures.unused(session, merchant_id=merchant_id, before=before, limit=size)
        pictures.forget(session, merchant_id=merchant_id, digests=found, before=before)
        return len(found)

    return work
