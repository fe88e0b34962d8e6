"""How often something was tried lately, counted on rows so that every process sees the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import TooMany
from loyalty.core.ids import new_id
from loyalty.core.signing import digest
from loyalty.merchants.models import SignInAttempt

_KEPT = timedelta(days=1)


def demand_room(
    session: Session, *, allowed: Mapping[str, int], within: timedelta, at: datetime
) -> None:
    """Raise TooMany if any of these names was counted as often as it may be in that time."""
    for name, most in allowed.items():
        query = sa.select(sa.func.count()).select_from(SignInAttempt)
        lately = (SignInAttempt.digest == digest(name), SignInAttempt.at > at - within)
        if session.execute(query.where(*lately)).scalar_one() >= most:
            raise TooMany(retry_after_s=int(within.total_seconds()))


def count(session: Session, *, names: Iterable[str], at: datetime) -> None:
    """Count one more for each name; what is older than a day is cleared on the way."""
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < at - _KEPT))
    for name in names:
        session.add(SignInAttempt(id=new_id(), digest=digest(name), at=at))
    session.flush()


def take(session: Session, *, allowed: Mapping[str, int], within: timedelta, at: datetime) -> None:
    """Count one more for each name unless there is no room: exactly so many, however they crowd.

    Raises TooMany, and then nothing is counted.
    """
    for name in sorted(allowed):
        wait_for_turn(session, name)
    demand_room(session, allowed=allowed, within=within, at=at)
    count(session, names=allowed, at=at)


def spend(session: Session, *, name: str, allowed: int, minutes: int, at: datetime) -> None:
    """The same for one name. More than a day back nobody remembers."""
    take(session, allowed={name: allowed}, within=timedelta(minutes=minutes), at=at)


def wait_for_turn(session: Session, name: str) -> None:
    """Let nobody else try the same name until this write ends.

    On SQLite a write has the whole database anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        turn = int.from_bytes(digest(name)[:8], "big", signed=True)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(turn)))
