"""`tasks.notice`: what somebody should see to becomes a task; what was seen to is one no more."""

from datetime import datetime
from typing import Any

from loyalty.core.db import Database
from loyalty.tasks import noticing
from loyalty.worker.registry import Beat


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Look around in every shop."""
    with database.read() as session:
        shops = noticing.shops(session)
    for merchant_id, timezone in shops:
        noticing.notice(database, merchant_id=merchant_id, timezone=timezone, at=at)
        beat()
