"""How often something was done lately, on rows of its own, so that every process sees the same.

Only a digest of what is counted is kept, and for a day at most.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import TooMany
from loyalty.core.ids import new_id
from loyalty.core.signing import digest
from loyalty.merchants.models import SignInAttempt

_KEPT = timedelta(days=1)


def spend(session: Session, *, name: str, allowed: int, minutes: int, at: datetime) -> None:
    """Count `name` once more. Raises TooMany where it had `allowed` in the last `minutes`.

    More than a day back nobody remembers.
    """
    since = at - min(timedelta(minutes=minutes), _KEPT)
    counted = session.execute(
        sa.select(sa.func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.digest == digest(name), SignInAttempt.at > since)
    ).scalar_one()
    if counted >= allowed:
        raise TooMany(retry_after_s=minutes * 60)
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < at - _KEPT))
    session.add(SignInAttempt(id=new_id(), digest=digest(name), at=at))
    session.flush()
