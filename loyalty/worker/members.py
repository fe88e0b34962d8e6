"""What somebody asked for many members at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.db import Database
from loyalty.members import bulk
from loyalty.worker.portions import in_portions
from loyalty.worker.registry import Beat


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Go through a run where it stands; who was seen before is not seen again."""
    merchant_id, run_ref = UUID(payload["merchant"]), payload["run"]

    def some(session: Session, size: int) -> int:
        return bulk.step(session, merchant_id=merchant_id, run_ref=run_ref, at=at, size=size)

    in_portions(database, some, after=beat)
