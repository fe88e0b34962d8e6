"""`wallet.answer`: send the code that somebody asked for, if they have a card anywhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.cards import wallet_door
from loyalty.core.db import Database
from loyalty.worker.registry import Beat


def answer(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Look who has the address, away from the page that asked: it must not tell by its time."""
    beat()
    with database.write() as session:
        wallet_door.answer(session, request_id=UUID(payload["request"]), at=at)
