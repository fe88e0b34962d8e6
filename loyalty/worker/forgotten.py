"""`staff.forgotten`: send the link for a new password, if the address is of somebody who works."""

from datetime import datetime
from typing import Any

from loyalty.core.db import Database
from loyalty.merchants import staffing
from loyalty.worker.registry import Beat


def answer(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Look who it is, away from the page that asked: it must not tell by its time."""
    beat()
    with database.write() as session:
        staffing.answer_forgotten(session, who=payload["who"], at=at)
