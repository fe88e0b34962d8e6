"""`referrals.decide`: friends who were brought and have bought by now bring their units."""

from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.core.db import Database
from loyalty.counter import rewarding
from loyalty.worker.registry import Beat

LOOK = 200


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Decide every referral that is due, each in a write of its own: two cards are moved."""
    after: UUID | None = None
    while True:
        with database.read() as session:
            found = rewarding.due(session, at=at, after=after, limit=LOOK)
        for merchant_id, referral_id in found:
            _decide(database, merchant_id, referral_id, at)
            beat()
        if len(found) < LOOK:
            return
        after = found[-1][1]


def _decide(database: Database, merchant_id: UUID, referral_id: UUID, at: datetime) -> None:
    which = {"merchant_id": merchant_id, "referral_id": referral_id}
    with database.read() as session:
        is_known = rewarding.was_known(session, **which)
    with database.write() as session:
        rewarding.decide(session, **which, is_known=is_known, at=at)
